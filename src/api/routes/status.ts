import { z } from 'zod';
import type { RunStatus } from '../../model/status.ts';
import type { EventTime, ReplayTime } from '../../model/time.ts';
import { isoTime } from '../../model/time.ts';
import { PROBLEM_RESPONSES, TAGS } from '../openapi.ts';
import type { Api, ApiOptions } from '../options.ts';
import { time } from '../schemas.ts';

const replay = z.object({
  state: z.enum(['starting', 'playing', 'paused', 'ended', 'stopped', 'idle']),
  at: time.describe('Where the film is.'),
  from: time.describe("The run's first hour, inclusive."),
  to: time.describe("The run's end, exclusive."),
  speed: z.union([z.number(), z.literal('max')]).describe('Wanted speed: times real speed, or as fast as possible.'),
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

const statusBody = z.object({ run: z.string(), replay, processor });

/** Where a run stands, as it leaves the process: times are ISO-8601, what is unknown is null. */
export type StatusBody = z.output<typeof statusBody>;

/** `GET /api/status`. */
export function statusRoutes(api: Api, options: ApiOptions): void {
  const schema = {
    tags: [TAGS.run],
    summary: 'Where the run stands',
    description: 'Replay, processor and partitions, now.',
    response: { 200: statusBody, ...PROBLEM_RESPONSES },
  };
  api.get('/api/status', { schema }, () => bodyOfStatus(options.status()));
}

/** A run's status with its times as text. */
export function bodyOfStatus(status: RunStatus): StatusBody {
  const { replay: film, processor: work } = status;
  return {
    run: status.run,
    replay: {
      ...film,
      at: isoTime(film.at),
      from: isoTime(film.from),
      to: isoTime(film.to),
      remainingMs: film.remainingMs ?? null,
    },
    processor: {
      ...work,
      watermark: timeOrNull(work.watermark),
      lastFinal: timeOrNull(work.lastFinal),
      partitions: work.partitions.map((one) => ({ ...one, watermark: timeOrNull(one.watermark) })),
      failedMetrics: { ...work.failedMetrics },
    },
  };
}

function timeOrNull(t: EventTime | ReplayTime | undefined): string | null {
  return t === undefined ? null : isoTime(t);
}
