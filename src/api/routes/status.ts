import { z } from 'zod';
import type { HotStore } from '../../hot-store/hot-store.ts';
import type { ReplayStatus, RunStatus, StoreStatus } from '../../model/status.ts';
import type { EventTime, ReplayTime, WallTime } from '../../model/time.ts';
import { isoTime } from '../../model/time.ts';
import { PROBLEM_RESPONSES, TAGS } from '../openapi.ts';
import type { Api, ApiOptions } from '../options.ts';
import { time } from '../schemas.ts';
import { readStoreStatus } from '../store-status.ts';

/** The film, as it leaves the process. */
export const replayBody = z.object({
  state: z.enum(['starting', 'playing', 'paused', 'ended', 'stopped', 'idle']),
  at: time.describe('Where the film is.'),
  from: time.describe("The run's first hour, inclusive."),
  to: time.describe("The run's end, exclusive."),
  speed: z.union([z.number(), z.literal('max')]).describe('Wanted speed: times real speed, or as fast as possible.'),
  fullSpeedUntil: time
    .nullable()
    .describe('Up to here the film runs as fast as it can, whatever its speed: history is filled, or a step is done.'),
  speedReached: z.number().describe('Event time per wall time over the last seconds; 0 while paused.'),
  driftMs: z.number().describe('How far the film is behind its plan, wall milliseconds.'),
  remainingMs: z.number().nullable().describe('Wall milliseconds to the end at the speed reached; null if unknown.'),
  eventsSent: z.int(),
  eventsPerSecond: z.number().describe('Over the last seconds of wall time.'),
});

const partition = z.object({
  partition: z.int(),
  nextOffset: z.int().describe('Offset of the next record to process.'),
  watermark: time.nullable().describe('No on-time event before it is still to come; null before the first.'),
  ended: z.boolean(),
});

const processor = z.object({
  state: z.enum(['running', 'done', 'failed', 'idle']),
  counted: z.int().describe('Events counted in an hour.'),
  rejected: z.int().describe('Records that failed a sanity check.'),
  late: z.int().describe('Events that came after their hour and the lateness.'),
  duplicate: z.int().describe('Events that had been counted already.'),
  resent: z.int().describe('Records that came again from the bus.'),
  gaps: z.int().describe('Records that were lost on the way; 0 in a sound run.'),
  eventsPerSecond: z.number().describe('Over the last seconds of wall time.'),
  watermark: time.nullable().describe('Lowest watermark over all partitions.'),
  partitions: z.array(partition),
  openHours: z.int(),
  finalHours: z.int(),
  lastFinal: time.nullable().describe('Latest final hour.'),
  lag: z.int().describe('Records on the bus that the processor has not taken yet.'),
  failedMetrics: z
    .record(z.string(), z.string())
    .describe('Metrics that failed on a closed hour, with the last reason.'),
});

const holder = z.object({
  partition: z.int(),
  watermark: time.nullable().describe('Up to where the partition is complete; null before its first watermark.'),
  since: time.nullable().describe('Wall time when that watermark came; null before the first.'),
  ended: z.boolean().describe("Nothing more comes: the hour lies beyond the run's end and does not close."),
});

const openHour = z.object({
  hour: time.describe('Start of the hour.'),
  finalFrom: time.describe('The hour can close once every watermark has reached this.'),
  heldBy: z
    .array(holder)
    .describe('Partitions that it waits for, the one furthest behind first; empty once only closing is left to do.'),
});

const late = z.object({
  waiting: z.int().describe('Late events that are part of no revision of their hour yet.'),
  waitingHours: z.int().describe('Hours that these belong to.'),
  amendedHours: z.int().describe('Hours into which late events have been folded.'),
  amendable: z.boolean().describe('Whether they can be folded in: not where rollups only are kept.'),
});

const history = z.object({
  rows: z.int().describe('What is known of earlier hours: fingerprints, and busy time carried on.'),
  bytes: z.int().describe("Of the blocks that it fills in the store's file; rows still in the log add nothing."),
});

export const statusBody = z.object({
  run: z.string(),
  faults: z
    .string()
    .describe('What the replay injects and the trace does not have, as `--faults` says it; `none` for nothing.'),
  faultSeed: z.int().describe('Seed of the injected faults; 0 without any.'),
  replay: replayBody,
  processor,
  openHours: z.array(openHour).describe('Hours that have begun and are not final, oldest first.'),
  late,
  rejectedByReason: z.record(z.string(), z.int()).describe('Rejected records by reason.'),
  history,
});

/** Where a run stands, as it leaves the process: times are ISO-8601, what is unknown is null. */
export type StatusBody = z.output<typeof statusBody>;

/** `GET /api/status`. */
export function statusRoutes(api: Api, options: ApiOptions): void {
  const schema = {
    tags: [TAGS.run],
    summary: 'Where the run stands',
    description: 'Replay, processor and partitions now; and what each open hour waits for.',
    response: { 200: statusBody, ...PROBLEM_RESPONSES },
  };
  api.get('/api/status', { schema }, () => statusOf(options.store, options.status()));
}

/** Adds to a run's status what its store tells. */
export async function statusOf(store: HotStore, status: RunStatus): Promise<StatusBody> {
  const { faults, faultSeed } = store.manifest;
  return { ...bodyOfStatus(status, await readStoreStatus(store, status.replay.at)), faults, faultSeed };
}

/** A run's status with its times as text. */
function bodyOfStatus(status: RunStatus, stored: StoreStatus): Omit<StatusBody, 'faults' | 'faultSeed'> {
  const { replay: film, processor: work } = status;
  return {
    run: status.run,
    replay: bodyOfReplay(film),
    processor: {
      ...work,
      watermark: timeOrNull(work.watermark),
      lastFinal: timeOrNull(work.lastFinal),
      partitions: work.partitions.map((one) => ({ ...one, watermark: timeOrNull(one.watermark) })),
      failedMetrics: { ...work.failedMetrics },
    },
    openHours: stored.openHours.map(({ hour, finalFrom, heldBy }) => ({
      hour: isoTime(hour),
      finalFrom: isoTime(finalFrom),
      heldBy: heldBy.map((one) => ({ ...one, watermark: timeOrNull(one.watermark), since: wallOrNull(one.since) })),
    })),
    late: { ...stored.late },
    rejectedByReason: { ...stored.rejectedByReason },
    history: { ...stored.history },
  };
}

/** The film's status with its times as text. */
export function bodyOfReplay(film: ReplayStatus): z.output<typeof replayBody> {
  return {
    ...film,
    at: isoTime(film.at),
    from: isoTime(film.from),
    to: isoTime(film.to),
    fullSpeedUntil: timeOrNull(film.fullSpeedUntil),
    remainingMs: film.remainingMs ?? null,
  };
}

function timeOrNull(t: EventTime | ReplayTime | undefined): string | null {
  return t === undefined ? null : isoTime(t);
}

function wallOrNull(t: WallTime | undefined): string | null {
  return t === undefined ? null : new Date(t).toISOString();
}
