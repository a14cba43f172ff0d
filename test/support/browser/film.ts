import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { StatusMessage } from '../../../src/api/live/messages.ts';
import { generateTrace } from '../../../src/trace/generate/generate.ts';
import { until } from '../live-run.ts';
import type { Cleanup } from './cleanup.ts';
import type { Spillway } from './spillway.ts';
import { get, post, startSpillway } from './spillway.ts';

/** The first hour of the generated trace. */
export const TRACE_FROM = '2024-03-04T00:00:00Z';
const MS_PER_HOUR = 3_600_000;

/** An hour of the trace, counted from its first. */
export function traceHour(n: number): string {
  return new Date(Date.parse(TRACE_FROM) + n * MS_PER_HOUR).toISOString().replace('.000Z', 'Z');
}

export interface TraceSize {
  readonly hours: number;
  readonly events: number;
  readonly instances?: number;
}

/** Generates a small trace with everything that Redset has, into `trace` below `dir`. */
export async function smallTrace(dir: string, { hours, events, instances = 20 }: TraceSize): Promise<void> {
  const [from, to] = [new Date(TRACE_FROM), new Date(traceHour(hours))];
  await generateTrace({ out: join(dir, 'trace'), seed: 7, events, from, to, instances });
}

export async function statusOf(spillway: Spillway): Promise<StatusMessage> {
  return await get<StatusMessage>(spillway, '/api/status');
}

/** Hardly moves: an hour of film would take an hour. */
const STANDING = 1;
/** The part of an hour that is played by the clock, and so fast that it takes no time and still can be held. */
const [LAST_MS, LAST_SPEED] = [8 * 60_000, 600];

/**
 * Starts a run of the trace in `dir`, plays its first `hours` hours as fast as possible, and pauses it some minutes later:
 * these hours are final but perhaps for the last, the next one is open.
 */
export async function pausedRun(
  cleanup: Cleanup,
  dir: string,
  hours: number,
  args: readonly string[] = [],
): Promise<Spillway> {
  const slow = ['run', '--trace', 'trace', '--port', '0', '--speed', String(STANDING), ...args];
  const spillway = await startSpillway(cleanup, dir, slow);
  for (let hour = 1; hour <= hours; hour++) {
    await post(spillway, '/api/replay/step');
    await until(
      `the film at hour ${hour}`,
      async () => (await statusOf(spillway)).replay.state === 'paused' || undefined,
    );
  }
  await playOn(spillway, LAST_SPEED, Date.parse(traceHour(hours)) + LAST_MS);
  await settled(spillway);
  return spillway;
}

/** Plays a paused film to a place and pauses it there, or as much later as the machine is slow. */
async function playOn(spillway: Spillway, speed: number, untilMs: number): Promise<void> {
  await post(spillway, '/api/replay/speed', { speed });
  await post(spillway, '/api/replay/play');
  await until(`the film at ${new Date(untilMs).toISOString()}`, async () => {
    return Date.parse((await statusOf(spillway)).replay.at) >= untilMs || undefined;
  });
  await post(spillway, '/api/replay/pause');
}

/** Waits until everything that was sent has been counted, and every hour is closed that can be. */
export async function settled(spillway: Spillway): Promise<StatusMessage> {
  return await until('the processor to catch up', async () => {
    const status = await statusOf(spillway);
    const { replay, processor, openHours } = status;
    assert.notEqual(processor.state, 'failed');
    const { counted, rejected, late, duplicate } = processor;
    const done = processor.lag === 0 && counted + rejected + late + duplicate >= replay.eventsSent;
    return done && openHours.every(({ heldBy }) => heldBy.length > 0) ? status : undefined;
  });
}
