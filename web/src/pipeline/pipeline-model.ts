import type { StatusMessage } from '../../../src/api/live/messages.ts';
import { formatMs } from '../format/duration.ts';
import { formatCount } from '../format/numbers.ts';
import { msOf } from '../format/time.ts';

/** How the run is, in one word and a reason. */
export interface PipelineState {
  readonly word: 'starting' | 'ok' | 'behind' | 'paused' | 'ended' | 'stopped' | 'served' | 'failed';
  readonly why: string;
}

/** How far what is counted is behind the film. */
export interface Behind {
  /** Event milliseconds. */
  readonly eventMs: number;
  /** The same at the speed of the film; undefined where that is not known. */
  readonly wallMs: number | undefined;
}

/** Behind its plan by less than this is nothing to speak of. */
const DRIFT_MS = 2_000;
/** Watermarks go to all partitions at the same point of the film; this far apart, on the wall, one of them is held up. */
const APART_MS = 5_000;
/** Twice the interval of the watermarks: closer they always are. */
const APART_EVENT_MS = 120_000;
/** Records on the bus, in seconds of what is processed. */
const LAG_SECONDS = 5;
const LAG_RECORDS = 20_000;

/** How far the lowest watermark is behind the film; undefined before the first. */
export function behindFilm({ replay, processor }: StatusMessage): Behind | undefined {
  if (processor.watermark === null) return undefined;
  const eventMs = Math.max(0, msOf(replay.at) - msOf(processor.watermark));
  const speed = replay.speedReached > 0 ? replay.speedReached : replay.speed === 'max' ? 0 : replay.speed;
  return { eventMs, wallMs: speed > 0 ? eventMs / speed : undefined };
}

/** Whether the run is as it should be. What is wrong comes before what is merely so. */
export function pipelineState(status: StatusMessage): PipelineState {
  const { replay, processor } = status;
  if (processor.state === 'failed')
    return { word: 'failed', why: 'the processor has stopped; the log of the run says why' };
  if (processor.gaps > 0) return { word: 'failed', why: `${formatCount(processor.gaps)} records were lost on the way` };
  const [metric] = Object.keys(processor.failedMetrics);
  if (metric !== undefined)
    return { word: 'failed', why: `metric ${metric} could not be computed; the others are sound` };
  if (processor.state === 'done') return { word: 'ended', why: 'every hour is final' };
  if (replay.state === 'ended') return { word: 'ended', why: 'the film has ended, the last hours are being closed' };
  if (replay.state === 'idle') return { word: 'served', why: 'nobody plays this run; it is as it was left' };
  if (replay.state === 'stopped') return { word: 'stopped', why: 'the film was stopped' };
  if (replay.state === 'starting') return { word: 'starting', why: 'the trace is being opened' };
  if (replay.state === 'paused') return { word: 'paused', why: 'the film is paused' };
  const why = behindWhy(status);
  return why === undefined ? { word: 'ok', why: 'what is sent is counted' } : { word: 'behind', why };
}

function behindWhy({ replay, processor }: StatusMessage): string | undefined {
  if (replay.driftMs > DRIFT_MS) return `the film is ${formatMs(replay.driftMs)} behind its plan`;
  // A film that runs as fast as it can is ahead of what is counted by as much as the bus holds: it waits for that.
  const paced = replay.speed !== 'max' && replay.fullSpeedUntil === null;
  if (paced && processor.lag > Math.max(LAG_RECORDS, LAG_SECONDS * processor.eventsPerSecond))
    return `${formatCount(processor.lag)} records wait to be counted`;
  const marks = processor.partitions
    .filter(({ ended }) => !ended)
    .map(({ watermark }) => (watermark === null ? undefined : msOf(watermark)));
  const known = marks.filter((mark) => mark !== undefined);
  const apart = known.length === 0 ? 0 : Math.max(...known) - Math.min(...known);
  if (apart <= Math.max(APART_EVENT_MS, APART_MS * replay.speedReached)) return undefined;
  const slowest = processor.partitions.find(({ watermark }) => watermark === processor.watermark)?.partition;
  return `partition ${slowest} is ${formatMs(apart)} behind the others`;
}

/** Rejected records by reason, most frequent first. */
export function rejectedReasons(
  byReason: Readonly<Record<string, number>>,
): (readonly [reason: string, records: number])[] {
  return Object.entries(byReason).sort(([a, m], [b, n]) => n - m || a.localeCompare(b));
}

/** What a reason means; the checks themselves are described in docs/semantics.md. */
export function reasonMeaning(reason: string): string {
  return REASONS[reason] ?? '';
}

const REASONS: Readonly<Record<string, string>> = {
  unparseable: 'cannot be read at all',
  missing_field: 'lacks its instance, id, time or type',
  bad_type: "holds a value that is not of its column's type",
  negative: 'has a duration, size or count below zero',
  out_of_range: 'lies outside the range of the run, or takes longer than a query can',
  conflict: 'has the key of a counted event and other content',
};

/** What became of the late events. */
export function lateText({ waiting, waitingHours, amendedHours, amendable }: StatusMessage['late']): string {
  const waits = waiting === 0 ? 'none waits' : `${formatCount(waiting)} wait for ${hours(waitingHours)}`;
  const amended = amendedHours === 0 ? '' : `, ${hours(amendedHours)} amended`;
  return `${waits}${amended}${waiting > 0 && !amendable ? '; cannot be folded in, as only rollups are kept' : ''}`;
}

function hours(count: number): string {
  return count === 1 ? '1 hour' : `${formatCount(count)} hours`;
}
