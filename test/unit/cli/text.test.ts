import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bytes,
  clip,
  compact,
  count,
  fit,
  padLeft,
  padRight,
  percent,
  plural,
  printable,
  span,
  width,
} from '../../../src/cli/text.ts';

test('counts are grouped the same way in every country', () => {
  assert.deepEqual([0, 999, 1_000, 1_234_567, 12.6].map(count), ['0', '999', '1,000', '1,234,567', '13']);
});

test('a compact number has at most three digits and its unit', () => {
  assert.deepEqual([0, 7, 999, 999.5, 1_000, 12_345, 99_960, 999_499, 999_500, 4.56e9, -1_234].map(compact), [
    '0',
    '7',
    '999',
    '1.00 k',
    '1.00 k',
    '12.3 k',
    '100 k',
    '999 k',
    '1.00 M',
    '4.56 G',
    '-1.23 k',
  ]);
});

test('bytes are decimal, shares say what is missing', () => {
  assert.deepEqual([0, 512, 35_139_584, 1.2e12].map(bytes), ['0 B', '512 B', '35.1 MB', '1.20 TB']);
  assert.deepEqual([percent(1, 3), percent(0, 5), percent(0, 0)], ['33.3 %', '0.0 %', '-']);
});

test('a span is said in its two largest units', () => {
  const second = 1_000;
  assert.deepEqual(
    [0, 400, 59.4 * second, 61 * second, 599 * second, 3_599 * second, 3_600 * second, 200_000 * second].map(span),
    ['0 s', '0 s', '59 s', '1 min 1 s', '9 min 59 s', '1 h 0 min', '1 h 0 min', '2 d 7 h'],
  );
  assert.deepEqual([plural(1, 'hour'), plural(2, 'hour'), plural(0, 'row')], ['1 hour', '2 hours', '0 rows']);
});

test('the width of a text is what a terminal shows, colours and combining marks not counted', () => {
  assert.deepEqual(['abc', '\u001b[31mred\u001b[39m', 'e\u0301', '日本', '✓ ○'].map(width), [3, 3, 1, 4, 3]);
  assert.equal(padLeft('\u001b[1mx\u001b[22m', 3), '  \u001b[1mx\u001b[22m');
  assert.equal(padRight('日', 4), '日  ');
});

test('what does not fit is cut, and the cut is seen', () => {
  assert.deepEqual([fit('abc', 3), fit('abcd', 3), fit('日本語', 4), fit('abc', 0)], ['abc', 'ab…', '日…', '']);
});

test('cutting a coloured text leaves no colour on', () => {
  assert.equal(clip('\u001b[31mabcdef\u001b[39m', 3), '\u001b[31mabc\u001b[0m');
  assert.equal(clip('\u001b[31mabc\u001b[39m', 3), '\u001b[31mabc\u001b[39m');
});

test('what a trace holds cannot command the terminal, nor leave its line', () => {
  assert.equal(printable('a\u001b[2Jb\r\nc\td\u009b1m\u202e'), 'a\\u001b[2Jb\\r\\nc\\td\\u009b1m\\u202e');
  assert.equal(printable('größer 日本 ✓'), 'größer 日本 ✓');
});
