import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currentPath, fileName, hourFolder } from '../../../src/archive/layout.ts';
import { at } from '../../support/time.ts';

test('the files of an hour lie under its day and its hour, by dataset', () => {
  assert.equal(hourFolder('events', at('2024-03-01 09:00')), 'events/date=2024-03-01/hh=09');
  assert.equal(hourFolder('spill', at('2024-12-31 23:00')), 'rollups/spill/date=2024-12-31/hh=23');
});

test('a metric that is called events would not be mistaken for the events', () => {
  assert.notEqual(hourFolder('events_', at('2024-03-01')), hourFolder('events', at('2024-03-01')));
  assert.ok(hourFolder('events_', at('2024-03-01')).startsWith('rollups/'));
});

test('a file is named by its revision and its content', () => {
  assert.equal(fileName(2, 'abcdef0123456789'.repeat(4)), 'r2-abcdef012345.parquet');
});

test('the current files of a day are named in one place', () => {
  assert.equal(currentPath(at('2024-03-01')), 'current/date=2024-03-01/current.json');
});
