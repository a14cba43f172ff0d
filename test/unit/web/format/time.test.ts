import assert from 'node:assert/strict';
import test from 'node:test';
import {
  formatClock,
  formatDay,
  formatHour,
  formatHours,
  formatMoment,
  formatRange,
  isoOf,
  msOf,
} from '../../../../web/src/format/time.ts';

test('an hour is said with its day, in UTC', () => {
  assert.equal(formatHour('2024-03-12T14:00:00Z'), 'Tue 12 Mar 14:00');
  assert.equal(formatHour('2024-03-12T23:30:00-02:00'), 'Wed 13 Mar 01:30');
  assert.equal(formatDay('2024-12-31T23:00:00Z'), 'Tue 31 Dec');
  assert.equal(formatClock('2024-03-12T04:05:59Z'), '04:05');
  assert.equal(formatMoment('2024-03-12T14:37:20.500Z'), 'Tue 2024-03-12 14:37:20');
});

test('no time and what is none are an en dash', () => {
  for (const time of [undefined, null, 'soon']) assert.equal(formatHour(time), '–');
});

test('a range names the second day only if it is another', () => {
  assert.equal(formatRange('2024-03-12T06:00:00Z', '2024-03-12T14:00:00Z'), 'Tue 12 Mar 06:00 – 14:00');
  assert.equal(formatRange('2024-03-11T14:00:00Z', '2024-03-12T14:00:00Z'), 'Mon 11 Mar 14:00 – Tue 12 Mar 14:00');
  assert.equal(formatHours('2024-03-11T14:00:00Z', '2024-03-12T14:00:00Z'), '24 hours');
  assert.equal(formatHours('2024-03-12T13:00:00Z', '2024-03-12T14:00:00Z'), '1 hour');
});

test('milliseconds go back to what the API writes', () => {
  assert.equal(isoOf(msOf('2024-03-12T14:00:00Z')), '2024-03-12T14:00:00Z');
});
