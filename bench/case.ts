/** How large a benchmark is, and how much memory its databases may use. */
export interface BenchOptions {
  /** Events of the trace. */
  readonly events: number;
  /** Events in an hour of the trace; Redset's median hour over all provisioned instances has 174,000. */
  readonly eventsPerHour: number;
  readonly memoryMb: number;
  /** Wall minutes for which a case plays that goes by the clock. */
  readonly minutes: number;
}

/** What one measurement needs of the world around it. */
export interface BenchPlace {
  /** Folder of the trace of `options.events`; undefined if the case needs none. */
  readonly trace: string | undefined;
  /** An empty folder of the measurement's own. */
  readonly dir: string;
}

export type Unit = 'events/s' | 'rows/s' | 's' | 'CPU s' | 'MB' | 'MB/h' | 'rows' | 'ratio' | 'nodes' | 'nodes/h';

/** One figure of one measurement. */
export interface Figure {
  readonly name: string;
  readonly unit: Unit;
  readonly value: number;
}

/** Something worth measuring. Runs in a process of its own, so that memory and caches of the process are its own too. */
export interface BenchCase {
  readonly name: string;
  /** What its figures tell. */
  readonly question: string;
  readonly needsTrace: boolean;
  /** How often it is measured unless asked otherwise, for one that takes long; without a warm-up. */
  readonly runs?: number;
  /** What of the options decides over its figures, in words; the trace's size unless said. */
  sizes?(options: BenchOptions): string;
  measure(options: BenchOptions, place: BenchPlace): Promise<readonly Figure[]>;
}
