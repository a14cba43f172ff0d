import type { EventTime, ReplayTime } from './time.ts';

/** Times real speed, or as fast as the consumers take it. */
export type Speed = number | 'max';

export interface ReplayStatus {
  readonly state: 'starting' | 'playing' | 'paused' | 'ended' | 'stopped' | 'idle';
  readonly at: ReplayTime;
  readonly from: EventTime;
  readonly to: EventTime;
  readonly speed: Speed;
  /** Event time per wall time over the last seconds; 0 while paused. */
  readonly speedReached: number;
  /** How far the film is behind its plan, wall milliseconds; 0 at `max`. */
  readonly driftMs: number;
  /** Wall milliseconds to the end at the speed reached; undefined if unknown. */
  readonly remainingMs: number | undefined;
  readonly eventsSent: number;
  /** Over the last seconds. */
  readonly eventsPerSecond: number;
}

export interface PartitionStatus {
  readonly partition: number;
  readonly nextOffset: number;
  readonly watermark: EventTime | undefined;
  readonly ended: boolean;
}

export interface ProcessorStatus {
  readonly state: 'running' | 'done' | 'failed' | 'idle';
  readonly counted: number;
  readonly rejected: number;
  readonly late: number;
  readonly duplicate: number;
  readonly resent: number;
  readonly gaps: number;
  readonly eventsPerSecond: number;
  /** Lowest over all partitions. */
  readonly watermark: EventTime | undefined;
  readonly partitions: readonly PartitionStatus[];
  readonly openHours: number;
  readonly finalHours: number;
  /** Latest final hour. */
  readonly lastFinal: EventTime | undefined;
  /** Records on the bus that the processor has not taken yet. */
  readonly lag: number;
  /** Metrics that failed on a closed hour, with the last reason. */
  readonly failedMetrics: Readonly<Record<string, string>>;
}

/** One live run as a whole; JSON-ready but for the brands of its times (microseconds since 1970, UTC). */
export interface RunStatus {
  readonly run: string;
  readonly replay: ReplayStatus;
  readonly processor: ProcessorStatus;
}
