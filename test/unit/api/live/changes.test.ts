import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HourChanges } from '../../../../src/api/live/changes.ts';
import type { HourLine } from '../../../../src/api/routes/hours.ts';
import type { EventTime } from '../../../../src/model/time.ts';
import { addMicros, eventTime, isoTime, MICROS_PER_HOUR } from '../../../../src/model/time.ts';
import { at } from '../../../support/time.ts';

const FIRST = at('2024-03-01 00:00');
const hour = (n: number): EventTime => addMicros(FIRST, n * MICROS_PER_HOUR);
const EVERYTHING = { from: hour(0), to: hour(99) };
const NEVER = eventTime(Number.POSITIVE_INFINITY);

function line(n: number, parts: Partial<HourLine> = {}): HourLine {
  const nothing = { watermark: null, finalized_at: null, late: 0, rejected: 0, duplicate: 0 };
  return { hour: isoTime(hour(n)), state: 'open', revision: 0, counted: 1, ...nothing, ...parts };
}

const final = (n: number, revision = 1): HourLine => line(n, { state: 'final', revision });

/** Two final hours and one open, whose rollups are of generation 1. */
function running(): HourChanges {
  const changes = new HourChanges();
  changes.noteLines([final(0), final(1), line(2)], hour(3));
  changes.noteProvisional(new Map([[hour(2), 1]]));
  return changes;
}

function linesSince(changes: HourChanges, version: number, unseenFrom = NEVER): string[] {
  return changes.linesSince(version, EVERYTHING, unseenFrom).map((one) => one.hour.slice(11, 13));
}

test('at first everything is new', () => {
  const changes = running();
  assert.deepEqual(changes.since(0), { version: changes.version, hours: [hour(0), hour(1), hour(2)], moved: true });
  assert.deepEqual(linesSince(changes, 0), ['00', '01', '02']);
});

test('what was told again without a difference is no change', () => {
  const changes = running();
  const { version } = changes;
  changes.noteLines([final(0), final(1), line(2)], hour(3));
  assert.equal(changes.noteProvisional(new Map([[hour(2), 1]])), false);
  assert.equal(changes.version, version);
  assert.deepEqual(changes.since(version), { version, hours: [], moved: false });
});

test('an event that is counted changes the line, and the rollups only once they are computed', () => {
  const changes = running();
  const { version } = changes;
  changes.noteLines([final(0), final(1), line(2, { counted: 2 })], hour(3));
  assert.deepEqual(linesSince(changes, version), ['02']);
  assert.deepEqual(changes.since(version).hours, []);
  assert.equal(changes.noteProvisional(new Map([[hour(2), 2]])), true);
  assert.deepEqual(changes.since(version).hours, [hour(2)]);
});

test('an hour that becomes final has other rollups', () => {
  const changes = running();
  const { version } = changes;
  changes.noteLines([final(0), final(1), final(2)], hour(3));
  assert.deepEqual(changes.since(version).hours, [hour(2)]);
});

test('an hour that is amended has other rollups, and no other hour has', () => {
  const changes = running();
  const { version } = changes;
  changes.noteLines([final(0, 2), final(1), line(2)], hour(3));
  assert.deepEqual(changes.since(version).hours, [hour(0)]);
  assert.deepEqual(linesSince(changes, version), ['00']);
});

test('each version is told what came after it', () => {
  const changes = running();
  const first = changes.version;
  changes.noteLines([final(0, 2), final(1), line(2)], hour(3));
  const second = changes.version;
  changes.noteLines([final(0, 2), final(1, 2), line(2)], hour(3));
  assert.deepEqual(changes.since(first).hours, [hour(0), hour(1)]);
  assert.deepEqual(changes.since(second).hours, [hour(1)]);
});

test('the window moves when the film goes on to another hour', () => {
  const changes = running();
  const { version } = changes;
  changes.noteLines([final(0), final(1), line(2), line(3, { counted: 0 })], hour(4));
  assert.deepEqual(changes.since(version), { version: version + 1, hours: [hour(3)], moved: true });
  assert.equal(changes.since(changes.version).moved, false);
});

test('the latest hour is one that has rollups, however many events another has', () => {
  const changes = running();
  const { version } = changes;
  changes.noteLines([final(0), final(1), line(2), line(3, { counted: 9 })], hour(3));
  assert.equal(changes.latest, hour(2));
  assert.equal(changes.since(version).moved, false);
  changes.noteProvisional(
    new Map([
      [hour(2), 1],
      [hour(3), 2],
    ]),
  );
  assert.equal(changes.latest, hour(3));
  assert.equal(changes.since(version).moved, true);
});

test('an hour that was forgotten and comes back counts as changed', () => {
  const changes = running();
  const { version } = changes;
  changes.noteLines([final(1), line(2)], hour(3));
  assert.equal(changes.version, version);
  changes.noteLines([final(0), final(1), line(2)], hour(3));
  assert.deepEqual(changes.since(version).hours, [hour(0)]);
});

test('lines are told within a range, unchanged ones too where they come into view', () => {
  const changes = running();
  const { version } = changes;
  const range = { from: hour(1), to: hour(3) };
  assert.deepEqual(
    changes.linesSince(0, range, NEVER).map((one) => one.hour),
    [isoTime(hour(1)), isoTime(hour(2))],
  );
  assert.deepEqual(linesSince(changes, version, hour(2)), ['02']);
});
