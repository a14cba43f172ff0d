import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hourBeside } from '../../../../web/src/keys/choose-hour.ts';
import { hourLines } from '../kpis/metric-fixture.ts';

const HOURS = hourLines();
const LATEST = '2024-03-12T14:00:00Z';

test('from the latest hour, which is not chosen, one goes back, and nowhere forward', () => {
  assert.equal(hourBeside(HOURS, undefined, -1), '2024-03-12T13:00:00Z');
  assert.equal(hourBeside(HOURS, undefined, 1), null);
});

test('from a chosen hour one goes both ways', () => {
  assert.equal(hourBeside(HOURS, '2024-03-12T10:00:00Z', -1), '2024-03-12T09:00:00Z');
  assert.equal(hourBeside(HOURS, '2024-03-12T10:00:00Z', 1), '2024-03-12T11:00:00Z');
});

test('forward from the latest hour the page follows the film again', () => {
  assert.equal(hourBeside(HOURS, LATEST, 1), undefined);
});

test('before the first hour in view there is none', () => {
  assert.equal(hourBeside(HOURS, '2024-03-11T00:00:00Z', -1), null);
});

test('from an hour that is out of view one comes to the nearer end', () => {
  assert.equal(hourBeside(HOURS, '2024-03-01T00:00:00Z', 1), '2024-03-11T00:00:00Z');
  assert.equal(hourBeside(HOURS, '2024-03-20T00:00:00Z', -1), LATEST);
  assert.equal(hourBeside(HOURS, '2024-03-20T00:00:00Z', 1), undefined);
});

test('without any hour there is none beside', () => {
  assert.equal(hourBeside([], undefined, -1), null);
});
