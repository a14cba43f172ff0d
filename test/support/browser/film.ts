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

/** Starts a run of the trace in `dir` that fills up at full speed, and pauses it once the film is past `place`. */
export async function pausedRun(
  cleanup: Cleanup,
  dir: string,
  place: string,
  args: readonly string[] = [],
): Promise<Spillway> {
  const fast = ['run', '--trace', 'trace', '--port', '0', '--speed', '20000', ...args];
  const spillway = await startSpillway(cleanup, dir, fast);
  await until(`the film at ${place}`, async () => (await statusOf(spillway)).replay.at >= place || undefined);
  await post(spillway, '/api/replay/pause');
  await settled(spillway);
  return spillway;
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
