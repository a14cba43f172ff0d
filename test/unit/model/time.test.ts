import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  ceilHour,
  eventTime,
  formatDuration,
  hourOf,
  isoTime,
  MICROS_PER_DAY,
  MICROS_PER_HOUR,
  MICROS_PER_MINUTE,
  parseDuration,
  parseTime,
} from '../../../src/model/time.ts';

const noon = eventTime(Date.UTC(2024, 2, 1, 12) * 1_000);

test('a time without a zone is UTC', () => {
  for (const text of ['2024-03-01 12:00', '2024-03-01T12:00', '2024-03-01 12:00:00', '2024-03-01T12:00:00.000Z']) {
    assert.equal(parseTime(text), noon, text);
  }
});

test('a day alone is its first moment', () => {
  assert.equal(parseTime('2024-03-01'), noon - 12 * MICROS_PER_HOUR);
});

test('a zone is taken off', () => {
  assert.equal(parseTime('2024-03-01T14:00:00+02:00'), noon);
  assert.equal(parseTime('2024-03-01T06:30:00-0530'), noon);
});

test('fractions are read to the microsecond, and cut off behind it', () => {
  assert.equal(parseTime('2024-03-01 12:00:00.5'), noon + 500_000);
  assert.equal(parseTime('2024-03-01 12:00:00.000001'), noon + 1);
  assert.equal(parseTime('2024-03-01 12:00:00.0000019'), noon + 1);
});

test('a date that does not exist is no time', () => {
  const wrong = ['2024-02-30', '2023-02-29', '2024-13-01', '2024-00-10', '2024-01-00', '0024-03-01'];
  for (const text of wrong) assert.equal(parseTime(text), undefined, text);
});

test('an offset that no clock has is no time', () => {
  for (const offset of ['+99:99', '+02:60', '-14:01'])
    assert.equal(parseTime(`2024-03-01T12:00:00${offset}`), undefined);
});

test('a time of day that does not exist is no time', () => {
  for (const text of ['2024-03-01 24:00', '2024-03-01 12:60', '2024-03-01 12:00:60']) {
    assert.equal(parseTime(text), undefined, text);
  }
});

test('other formats are no times', () => {
  const wrong = ['', 'now', '01/03/2024', '2024-3-1', '2024-03-01 12', '1709294400', '2024-03-01T12:00:00 UTC', 'NaT'];
  for (const text of wrong) assert.equal(parseTime(text), undefined, text);
});

test('29 February exists in a leap year', () => {
  assert.equal(parseTime('2024-02-29'), eventTime(Date.UTC(2024, 1, 29) * 1_000));
});

test('a time prints as ISO-8601 in UTC, with a fraction only where there is one', () => {
  assert.equal(isoTime(noon), '2024-03-01T12:00:00Z');
  assert.equal(isoTime(eventTime(noon + 250_000)), '2024-03-01T12:00:00.250Z');
  assert.equal(isoTime(eventTime(noon + 1)), '2024-03-01T12:00:00.000001Z');
  assert.equal(isoTime(eventTime(-1)), '1969-12-31T23:59:59.999999Z');
});

test('a printed time reads back as itself', () => {
  fc.assert(
    fc.property(fc.integer({ min: -8e15, max: 8e15 }), (micros) => {
      assert.equal(parseTime(isoTime(eventTime(micros))), micros);
    }),
    { seed: 1 },
  );
});

test('an hour begins at its full hour and lasts until the next', () => {
  assert.equal(hourOf(noon), noon);
  assert.equal(hourOf(eventTime(noon + MICROS_PER_HOUR - 1)), noon);
  assert.equal(hourOf(eventTime(-1)), -MICROS_PER_HOUR);
});

test('rounding up to an hour leaves a full hour as it is', () => {
  assert.equal(ceilHour(noon), noon);
  assert.equal(ceilHour(eventTime(noon + 1)), noon + MICROS_PER_HOUR);
});

test('durations are read in every unit', () => {
  assert.equal(parseDuration('250us'), 250);
  assert.equal(parseDuration('250ms'), 250_000);
  assert.equal(parseDuration('90s'), 90_000_000);
  assert.equal(parseDuration(' 10m '), 10 * MICROS_PER_MINUTE);
  assert.equal(parseDuration('1.5h'), 90 * MICROS_PER_MINUTE);
  assert.equal(parseDuration('7 d'), 7 * MICROS_PER_DAY);
});

test('a duration without a unit, with a sign or with another unit is none', () => {
  for (const text of ['', '10', '-5m', '+5m', '5min', 'm', '1e3s', '1h30m']) {
    assert.equal(parseDuration(text), undefined, text);
  }
});

test('durations print in the largest unit that keeps them whole', () => {
  assert.equal(formatDuration(0), '0s');
  assert.equal(formatDuration(10 * MICROS_PER_MINUTE), '10m');
  assert.equal(formatDuration(90_000_000), '90s');
  assert.equal(formatDuration(7 * MICROS_PER_DAY), '7d');
  assert.equal(formatDuration(36 * MICROS_PER_HOUR), '36h');
  assert.equal(formatDuration(1_500), '1500us');
});

test('a printed duration reads back as itself', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e15 }), (micros) => {
      assert.equal(parseDuration(formatDuration(micros)), micros);
    }),
    { seed: 1 },
  );
});
