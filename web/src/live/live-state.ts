import type {
  Cell,
  HoursMessage,
  KpiRows,
  PanelRows,
  ProblemMessage,
  RunMessage,
  StatusMessage,
} from '../../../src/api/live/messages.ts';

/**
 * What the page knows of the run. Only messages of the stream change it; parts that a message does not touch stay the
 * same objects, so that only what shows them is drawn again.
 */
export interface LiveState {
  readonly connection: Connection;
  readonly run: RunMessage | undefined;
  readonly status: StatusMessage | undefined;
  /** In order; those in view and the day before them. */
  readonly hours: readonly HourLine[];
  readonly window: TimeRange | undefined;
  /** The hour that panels over one hour show. */
  readonly hour: string | undefined;
  /** By metric. */
  readonly panels: Readonly<Record<string, PanelData>>;
  /** By metric and place: `spill.0`. */
  readonly kpis: Readonly<Record<string, KpiData>>;
  readonly problem: ProblemMessage | undefined;
  /** How many runs have taken the place of the one before since the page was opened. */
  readonly replaced: number;
}

export type HourLine = HoursMessage['hours'][number];

/** Hours, ISO-8601 in UTC. */
export interface TimeRange {
  readonly from: string;
  /** Exclusive. */
  readonly to: string;
}

/**
 * connecting -> live <-> stale (nothing heard for a while, figures are old) ; live | stale -> broken (no server; trying
 * again) -> live
 */
export type Connection =
  | { readonly state: 'connecting' | 'live' }
  /** `since`: wall milliseconds of the last message. */
  | { readonly state: 'stale'; readonly since: number }
  /** `attempts` have failed since; the next one is at `nextAttempt`, wall milliseconds. */
  | { readonly state: 'broken'; readonly since: number; readonly attempts: number; readonly nextAttempt: number };

/** Rows of a table by column. */
export interface Rows {
  readonly columns: readonly string[];
  /** In order of the hour where there is one. */
  readonly rows: readonly (readonly Cell[])[];
}

export type PanelData = Omit<PanelRows, 'whole' | 'hours' | 'columns' | 'rows'> & Rows;
export type KpiData = Omit<KpiRows, 'whole' | 'hours' | 'columns' | 'rows'> & Rows;
