import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ended, live, SLOW_RUN, SPILLWAY, until } from '../support/live-run.ts';
import type { Outcome } from '../support/workshop.ts';
import { callIn, RUN, workshop } from '../support/workshop.ts';

/** An hour of trace in 2 s: the stalled partition is silent for 40 s. */
const STALLED = [...SLOW_RUN, '--speed', '1800', '--faults', 'stall=partition:1@T+1h+20h'];

interface Report {
  readonly openHours: readonly {
    readonly hour: string;
    readonly finalFrom: string;
    readonly heldBy: readonly { readonly partition: number; readonly watermark: string; readonly since: string }[];
  }[];
  readonly replay: { readonly at: string };
}

const reportOf = ({ out }: Outcome): Report => JSON.parse(out);

test('the status says which partition holds an hour open, where it is and since when', async (t) => {
  const { cwd, child } = await live(t, [SPILLWAY, ...STALLED]);
  const status = (...flags: string[]): Promise<Outcome> => callIn(cwd, ['status', '--run', 'default', ...flags]);
  const before = Date.now();
  const report = await until('an hour that only one partition holds open', async () => {
    const seen = reportOf(await status('--json'));
    return seen.openHours.some(({ hour, heldBy }) => hour.includes('T01') && heldBy.length === 1) ? seen : undefined;
  });
  const [first, second] = report.openHours;
  assert.deepEqual(
    [first, second].map((hour) => [hour?.hour, hour?.finalFrom]),
    [
      ['2024-03-01T00:00:00Z', '2024-03-01T01:10:00Z'],
      ['2024-03-01T01:00:00Z', '2024-03-01T02:10:00Z'],
    ],
  );
  const { partition, watermark, since } = first?.heldBy[0] ?? assert.fail();
  assert.equal(first?.heldBy.length, 1);
  assert.equal(partition, 1);
  assert.ok(watermark >= '2024-03-01T00:30:00Z' && watermark <= '2024-03-01T01:00:00Z', watermark);
  assert.ok(Date.parse(since) > before - 30_000 && Date.parse(since) <= Date.now(), since);
  assert.deepEqual(second?.heldBy, first?.heldBy);
  const last = report.openHours.at(-1);
  assert.ok((last?.hour ?? '') <= report.replay.at, 'hours that have not begun are not listed');
  assert.equal(last?.heldBy.length, 4);

  const { out } = await status();
  assert.match(
    out,
    /^ {2}open +2024-03-01T00:00Z {2}until 2024-03-01T01:10Z: partition 1 is at 2024-03-01T00:\d\dZ for \d+ s$/m,
  );

  child.kill('SIGINT');
  await ended(child);
  const stopped = await status();
  assert.match(stopped.out, /^run default {2}stopped$/m);
  assert.match(stopped.out, /^ {2}open +2024-03-01T00:00Z {2}until .*: partition 1 is at 2024-03-01T00:\d\dZ for /m);
});

test('the status counts late events that wait, and the hours that were amended', async (t) => {
  const { cwd, call } = await workshop(t);
  const outcome = await call([...RUN, '--faults', 'late=100%']);
  assert.equal(outcome.code, 0, outcome.err);
  const waiting = await call(['status']);
  assert.match(waiting.out, /^ {2}late +20 events of 2 hours wait for spillway amend$/m);
  assert.match(waiting.out, /^ {2}injected +late=100%$/m);
  assert.equal((await callIn(cwd, ['amend', '--all'])).code, 0);
  const amended = await call(['status']);
  assert.match(amended.out, /^ {2}late +2 hours amended$/m);
  const [report] = JSON.parse((await call(['status', '--json'])).out);
  assert.deepEqual(report.late, { waiting: 0, waitingHours: 0, amendedHours: 2, amendable: true });
});
