import type { EventTime, ReplayTime, WallTime } from './time.ts';

/** Times real speed, or as fast as the consumers take it. */
export type Speed = number | 'max';

export interface ReplayStatus {
  readonly state: 'starting' | 'playing' | 'paused' | 'ended' | 'stopped' | 'idle';
  readonly at: ReplayTime;
  readonly from: EventTime;
  readonly to: EventTime;
  readonly speed: Speed;
  /** Up to here the film runs as fast as it can, whatever its speed: history is filled, or a step is under way. */
  readonly fullSpeedUntil?: ReplayTime | undefined;
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
  /** Events on the bus that the processor has not taken yet. */
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

/** A partition that an open hour waits for. */
export interface HourHolder {
  readonly partition: number;
  /** Up to where it is complete; undefined before its first watermark. */
  readonly watermark: EventTime | undefined;
  /** When its watermark last moved; undefined before it first did. */
  readonly since: WallTime | undefined;
  /** Nothing more comes from it: the hour lies beyond the run's end and does not close. */
  readonly ended: boolean;
}

/** An hour that has begun and is not final. */
export interface OpenHour {
  readonly hour: EventTime;
  /** It can close once every watermark has reached this: its end and the lateness. */
  readonly finalFrom: EventTime;
  /** The partitions it waits for, the one furthest behind first; none if it is ready, and only closing is left to do. */
  readonly heldBy: readonly HourHolder[];
}

/** Late events and what has become of them. */
export interface LateStatus {
  /** Events that are part of no revision of their hour yet. */
  readonly waiting: number;
  /** Hours that they belong to. */
  readonly waitingHours: number;
  /** Hours that have been amended. */
  readonly amendedHours: number;
  /** Whether they can be folded in at all: a run that keeps rollups only cannot. */
  readonly amendable: boolean;
}

/** What is kept of earlier hours for the metrics that need it. */
export interface HistorySize {
  readonly rows: number;
  /** Bytes of the blocks it fills in the store's file; rows that are still in the log alone add nothing. */
  readonly bytes: number;
}

/** What of a run only its store can tell, as of its last transaction. */
export interface StoreStatus {
  /** Oldest first. */
  readonly openHours: readonly OpenHour[];
  readonly late: LateStatus;
  /** Rejected records by reason. */
  readonly rejectedByReason: Readonly<Record<string, number>>;
  readonly history: HistorySize;
}
