import type { LogLine } from './run-process.ts';

/** A place in a run's life at which it is killed. */
export interface KillPoint {
  readonly name: string;
  /** The line of the log after which the process is killed. */
  readonly after: (line: LogLine) => boolean;
  /** Wall milliseconds between that line and the kill, at most. */
  readonly withinMs: number;
  /** Whether, by the whole log, the process died there: nothing in it may be later than the place. */
  readonly hit: (log: readonly LogLine[]) => boolean;
  /** Inside a closing or a commit, where a mistake would cost most. */
  readonly critical: boolean;
}

const isClosing = ({ msg }: LogLine): boolean => msg === 'closing' || msg === 'closed';
const isAmending = ({ msg }: LogLine): boolean => msg === 'amending' || msg === 'amended';
const isBatch = ({ msg }: LogLine): boolean => msg === 'batch';

/** Inside a step of the closing of hours: its own line is the last that any closing wrote. */
const closing = (step: string, withinMs: number): KillPoint => ({
  name: `closing, ${step}`,
  after: (line) => line.msg === 'closing' && line.step === step,
  withinMs,
  hit: (log) => log.findLast(isClosing)?.step === step,
  critical: true,
});

/** Inside a step of amending an hour. */
const amending = (step: string, withinMs: number): KillPoint => ({
  name: `amending, ${step}`,
  after: (line) => line.msg === 'amending' && line.step === step,
  withinMs,
  hit: (log) => log.findLast(isAmending)?.step === step,
  critical: true,
});

/** Inside the transaction of a batch, while it is written or while it is committed. */
const batch = (step: string, withinMs: number): KillPoint => ({
  name: `batch, ${step}`,
  after: (line) => line.msg === 'batch' && line.step === step,
  withinMs,
  hit: (log) => log.findLast(isBatch)?.step === step,
  critical: step === 'commit',
});

export const KILL_POINTS: readonly KillPoint[] = [
  closing('compute', 30),
  amending('archive', 30),
  closing('archive', 80),
  batch('commit', 0),
  amending('commit', 8),
  closing('commit', 12),
  closing('publish', 0),
  batch('write', 25),
  amending('publish', 0),
  closing('commit', 0),
  { name: 'while starting', after: ({ msg }) => msg === 'spawned', withinMs: 1_500, hit: () => true, critical: false },
  closing('archive', 20),
  batch('commit', 8),
  closing('publish', 0),
  { name: 'anywhere', after: isBatch, withinMs: 1_200, hit: () => true, critical: false },
];

/** While the trace is put in order, before anything else: there only as long as no ordered copy is kept. */
export const WHILE_ORDERING: KillPoint = {
  name: 'ordering the trace',
  after: ({ msg }) => msg.startsWith('ordering '),
  withinMs: 150,
  hit: (log) => log.at(-1)?.msg.startsWith('ordering ') === true,
  critical: false,
};
