import assert from 'node:assert/strict';
import test from 'node:test';
import { type AxisWish, linearAxis, logAxis } from '../../../../web/src/charts/value-axis.ts';
import { plain } from './fixture.ts';

const wish = (parts: Partial<AxisWish>): AxisWish => ({
  ...{ unit: 'queries', low: 0, high: 100, fromZero: true, before: undefined, steps: 4 },
  ...parts,
});
const labels = ({ ticks, label }: ReturnType<typeof linearAxis>) => ticks.map((tick) => plain(label(tick)));

test('steps are round numbers of the unit', () => {
  assert.deepEqual(labels(linearAxis(wish({ high: 91_204 }))), ['0', '25 k', '50 k', '75 k', '100 k']);
  assert.deepEqual(labels(linearAxis(wish({ unit: 'ms', high: 3_100_000 }))), [
    '0',
    '15 min',
    '30 min',
    '45 min',
    '60 min',
  ]);
  assert.deepEqual(labels(linearAxis(wish({ unit: 'MB', high: 37_000_000 }))), [
    '0',
    '10 TB',
    '20 TB',
    '30 TB',
    '40 TB',
  ]);
});

test('few of something have no fractions between them', () => {
  assert.deepEqual(labels(linearAxis(wish({ high: 2 }))), ['0', '1', '2']);
});

test('a share does not go above all', () => {
  assert.equal(linearAxis(wish({ unit: 'ratio', high: 0.97, steps: 3 })).max, 1);
});

test('lengths begin at zero, lines may leave it out where they would be flat', () => {
  assert.equal(linearAxis(wish({ unit: 'ratio', low: 0.85, high: 0.92 })).min, 0);
  const line = linearAxis(wish({ unit: 'ratio', low: 0.85, high: 0.92, fromZero: false }));
  assert.deepEqual(labels(line), ['84 %', '86 %', '88 %', '90 %', '92 %']);
  assert.equal(linearAxis(wish({ low: 10, high: 92, fromZero: false })).min, 0);
});

test('values below zero have room', () => {
  const axis = linearAxis(wish({ unit: 'r', low: -0.4, high: 0.7 }));
  assert.ok(axis.min <= -0.4 && axis.max >= 0.7);
});

test('an axis stays while its values grow and shrink a little', () => {
  const first = linearAxis(wish({ high: 91 }));
  const second = linearAxis(wish({ high: 60, before: first }));
  assert.deepEqual([second.min, second.max, second.ticks], [first.min, first.max, first.ticks]);
});

test('an axis follows values that outgrow it or leave most of it empty', () => {
  const first = linearAxis(wish({ high: 91 }));
  assert.equal(linearAxis(wish({ high: 130, before: first })).max, 150);
  assert.equal(linearAxis(wish({ high: 12, before: first })).max, 15);
});

test('nothing at all still has an axis', () => {
  const axis = linearAxis(wish({ low: 0, high: 0 }));
  assert.ok(axis.max > axis.min);
});

test('a logarithmic axis counts powers of ten, of times what clocks count', () => {
  assert.deepEqual(labels(logAxis(wish({ low: 3, high: 40_000, steps: 6 }), false)), [
    '1',
    '10',
    '100',
    '1 k',
    '10 k',
    '100 k',
  ]);
  assert.deepEqual(labels(logAxis(wish({ unit: 'ms', low: 70, high: 90_000, steps: 6 }), false)), [
    ...['10 ms', '100 ms', '1 s', '10 s', '1 min', '10 min'],
  ]);
});

test('zero stands at the bottom of a logarithmic axis', () => {
  const axis = logAxis(wish({ low: 3, high: 40, steps: 6 }), true);
  assert.equal(axis.at(0), axis.min);
  assert.equal(axis.label(axis.min), '0');
  assert.equal(axis.base, axis.min, 'bars stand there');
  assert.ok(axis.at(3) > axis.min);
  assert.deepEqual(labels(axis), ['0', '1', '10', '100']);
});

test('a logarithmic axis has as many labels as there is room for', () => {
  const { ticks } = logAxis(wish({ unit: 'ms', low: 1, high: 1e9, steps: 4 }), false);
  assert.ok(ticks.length <= 4, `${ticks.length} labels`);
});

test('a logarithmic axis stays while its values move within it', () => {
  const first = logAxis(wish({ low: 12, high: 90_000 }), false);
  const second = logAxis(wish({ low: 15, high: 8_000, before: first }), false);
  assert.deepEqual([second.min, second.max], [first.min, first.max]);
});
