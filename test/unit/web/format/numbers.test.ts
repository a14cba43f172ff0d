import assert from 'node:assert/strict';
import test from 'node:test';
import {
  formatCount,
  formatNumber,
  formatOf,
  formatRate,
  formatShort,
  formatSignificant,
} from '../../../../web/src/format/numbers.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

test('whole numbers have thousands separators and stay exact beyond 2^53', () => {
  assert.equal(formatCount(91204), '91,204');
  assert.equal(formatCount(0), '0');
  assert.equal(formatCount(-1234567), '−1,234,567');
  assert.equal(formatCount('9223372036854775807'), '9,223,372,036,854,775,807');
  assert.equal(formatCount(12.6), '13');
});

test('what is no number is an en dash', () => {
  for (const cell of [null, undefined, 'text', '', [], {}]) assert.equal(formatCount(cell), '–');
  assert.equal(formatNumber(null), '–');
  assert.equal(formatRate(null, 'events'), '–');
});

test('fractions have three significant digits and lose no whole digit', () => {
  assert.equal(formatNumber(12.345), '12.3');
  assert.equal(formatNumber(0.012345), '0.0123');
  assert.equal(formatNumber(1234.5), '1,235');
  assert.equal(formatNumber(2.5), '2.5');
  assert.equal(formatSignificant(-0.0000004), '−0.0000004');
});

test('a fraction that rounds to nothing has no sign', () => {
  assert.equal(formatCount(-0.2), '0');
});

test('an axis shortens thousands and keeps three digits', () => {
  assert.equal(plain(formatShort(12_345_678)), '12.3 M');
  assert.equal(plain(formatShort(999)), '999');
  assert.equal(plain(formatShort(999_950)), '1 M');
  assert.equal(plain(formatShort(-1500)), '−1.5 k');
  assert.equal(plain(formatShort(0)), '0');
  assert.equal(plain(formatShort(0.25)), '0.25');
});

test('a share of a whole and a rate name what they are of', () => {
  assert.equal(formatOf(1393, 4210), '1,393 of 4,210');
  assert.equal(plain(formatRate(3412.4, 'events')), '3,412 events/s');
  assert.equal(plain(formatRate(3.456, 'events')), '3.5 events/s');
});
