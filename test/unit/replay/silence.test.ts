import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFaults } from '../../../src/model/faults.ts';
import { addMicros, MICROS_PER_HOUR, MICROS_PER_MINUTE, replayTime } from '../../../src/model/time.ts';
import { filmEnd, heardUntil, outAtSql, silenceOf } from '../../../src/replay/silence.ts';
import { withSession } from '../../support/duckdb.ts';
import { at } from '../../support/time.ts';

const run = { from: at('2024-03-01 00:00'), to: at('2024-03-01 04:00') };
const place = (hours: number) => replayTime(addMicros(run.from, hours * MICROS_PER_HOUR));

function silence(text: string) {
  const faults = parseFaults(text);
  assert.ok(faults !== undefined, text);
  return silenceOf(run, faults);
}

test('a stall begins at its instant, or so long after the start of the run', () => {
  const expected = { partition: 2, from: place(1), until: place(1.5) };
  assert.deepEqual(silence('stall=partition:2@2024-03-01T01:00+30m'), expected);
  assert.deepEqual(silence('stall=partition:2@T+1h+30m'), expected);
  assert.equal(silence('disorder=1m'), undefined);
});

test('a stall is over before the film is, and one that the film does not meet is none', () => {
  assert.equal(silence('stall=partition:0@T+3h+1d')?.until, addMicros(place(4), -1));
  assert.equal(silence('stall=partition:0@T+3h+1d,disorder=1h')?.until, addMicros(place(5), -1));
  assert.equal(silence('stall=partition:0@T+5h+1h'), undefined);
  assert.equal(silence('stall=partition:0@2024-02-29T22:00+2h'), undefined);
  assert.equal(silence('stall=partition:0@2024-02-29T22:00+3h')?.until, place(1));
});

test('the film ends when the last event that is on time has been sent', () => {
  const faults = parseFaults('disorder=5m,late=1%');
  assert.ok(faults !== undefined);
  assert.equal(filmEnd(run, faults), addMicros(place(4), 5 * MICROS_PER_MINUTE));
});

test('what a silent partition was to say goes out at its end, all else in its place', async () => {
  const found = silence('stall=partition:1@T+1h+1h');
  assert.ok(found !== undefined);
  const sent = [0.5, 1, 1.5, 2, 2.5].map(place);
  const outAt = async (partition: number): Promise<unknown[]> =>
    await withSession(async (session) => {
      const rows = await session.rows(
        `SELECT ${outAtSql(found)} AS out_at FROM (SELECT ${partition} AS partition, unnest([${sent}]::BIGINT[]) AS sent_at)`,
      );
      return rows.map((row) => Number(row.out_at));
    });
  assert.deepEqual(await outAt(0), sent);
  assert.deepEqual(await outAt(1), [0.5, 2, 2, 2, 2.5].map(place));
  assert.deepEqual(
    sent.map((t) => heardUntil(found, t)),
    [place(0.5), place(1) - 1, place(1) - 1, place(2), place(2.5)],
  );
});
