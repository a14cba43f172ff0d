import assert from 'node:assert/strict';
import test from 'node:test';
import { formatBare, formatTick, formatValue, isAdditive } from '../../../../web/src/format/units.ts';

const said = (cell: Parameters<typeof formatValue>[0], unit: string) =>
  formatValue(cell, unit).replaceAll('\u00a0', ' ');
const tick = (value: number, unit: string) => formatTick(value, unit).replaceAll('\u00a0', ' ');

test('counts carry what they count, one of them in the singular', () => {
  assert.equal(said(91204, 'queries'), '91,204 queries');
  assert.equal(said(1, 'queries'), '1 query');
  assert.equal(said(1, 'accesses'), '1 access');
  assert.equal(said('9223372036854775807', 'queries'), '9,223,372,036,854,775,807 queries');
});

test('megabytes become SI bytes with three significant digits', () => {
  assert.equal(said(0, 'MB'), '0 B');
  assert.equal(said(0.5, 'MB'), '500 kB');
  assert.equal(said(7, 'MB'), '7 MB');
  assert.equal(said(999, 'MB'), '999 MB');
  assert.equal(said(1234, 'MB'), '1.23 GB');
  assert.equal(said(12_345_678, 'MB'), '12.3 TB');
  assert.equal(said('123456789012345678901', 'MB'), '123,456,789 EB');
  assert.equal(said(-1500, 'kB'), '−1.5 MB');
});

test('milliseconds become s, min and h as they grow', () => {
  assert.equal(said(0, 'ms'), '0 ms');
  assert.equal(said(0.42, 'ms'), '0.42 ms');
  assert.equal(said(120.4, 'ms'), '120 ms');
  assert.equal(said(999.6, 'ms'), '1 s');
  assert.equal(said(8214, 'ms'), '8.2 s');
  assert.equal(said(9960, 'ms'), '10 s');
  assert.equal(said(59_600, 'ms'), '1 min');
  assert.equal(said(725_000, 'ms'), '12 min 5 s');
  assert.equal(said(3_599_700, 'ms'), '1 h');
  assert.equal(said(11_520_000, 'ms'), '3 h 12 min');
  assert.equal(said(4_443_000_000, 'ms'), '1,234 h');
  assert.equal(said(90, 's'), '1 min 30 s');
});

test('ratios are percentages with no more digits than mean something', () => {
  assert.equal(said(0.3309, 'ratio'), '33.1 %');
  assert.equal(said(0.5, 'ratio'), '50 %');
  assert.equal(said(0.024, 'ratio'), '2.4 %');
  assert.equal(said(0.00123, 'ratio'), '0.12 %');
  assert.equal(said(0, 'ratio'), '0 %');
  assert.equal(said(1, 'ratio'), '100 %');
  assert.equal(said(-0.25, 'ratio'), '−25 %');
  assert.equal(said(12.5, 'ratio'), '1,250 %');
});

test('nearly everything is not everything, nearly nothing is not nothing', () => {
  assert.equal(said(0.9997, 'ratio'), '99.97 %');
  assert.equal(said(0.99999999, 'ratio'), '> 99.999 %');
  assert.equal(said(0.000000004, 'ratio'), '< 0.001 %');
  assert.equal(said(0.9996, 'ratio'), '99.96 %');
});

test('flags, correlations and nats are written as what they are', () => {
  assert.equal(said(1, 'flag'), 'yes');
  assert.equal(said(0, 'flag'), 'no');
  assert.equal(said(-0.416, 'r'), '−0.42');
  assert.equal(said(0.10234, 'nats per join'), '0.102 nats per join');
});

test('an unknown unit follows the number by name, no unit is none', () => {
  assert.equal(said(1234.5, 'widgets'), '1,235 widgets');
  assert.equal(said(1234, ''), '1,234');
  assert.equal(formatBare(1234, 'widgets'), '1,234');
  assert.equal(formatBare(1234, 'ms').replaceAll('\u00a0', ' '), '1.2 s');
});

test('no value is an en dash in every unit', () => {
  for (const unit of ['queries', 'ms', 'MB', 'ratio', 'flag', 'r', 'widgets'])
    assert.equal(formatValue(null, unit), '–');
});

test('an axis says one unit per tick', () => {
  assert.equal(tick(100_000, 'ms'), '100 s');
  assert.equal(tick(1_000_000, 'ms'), '17 min');
  assert.equal(tick(10_000_000, 'ms'), '2.8 h');
  assert.equal(tick(0.4, 'ratio'), '40 %');
  assert.equal(tick(2_500_000, 'MB'), '2.5 TB');
  assert.equal(tick(12_000, 'queries'), '12 k');
});

test('shares, flags and correlations are not added up', () => {
  assert.deepEqual(['queries', 'MB', 'ms', 'ratio', 'flag', 'r', 'nats'].map(isAdditive), [
    ...[true, true, true],
    ...[false, false, false, false],
  ]);
});
