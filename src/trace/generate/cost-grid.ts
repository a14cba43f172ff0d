import type { CostClass, CostGroup, QueryKind, TierCalibration } from './calibration.ts';
import { CLASS_RULES, COST_GROUPS, QUERY_KINDS } from './calibration.ts';
import { exp, ln } from './exact-math.ts';

/**
 * The grid on which run time and scan size are fitted together. Its edges are the bounds of every published bucket,
 * class median and class rule, with some in between, so that each published figure is a sum over whole cells.
 */
const RUN_TIME_EDGES = [
  0.5, 10, 20, 37, 60, 100, 204, 350, 500, 1_000, 1_410, 2_000, 2_981, 4_522, 10_000, 20_000, 36_000, 60_000, 120_000,
  300_000, 600_000, 1_200_000, 2_400_000, 3_600_000, 7_200_000, 14_400_000, 36_000_000, 250_000_000,
] as const;

/** MB scanned. The first range, up to 1, stands for queries that scan nothing. */
export const SCAN_EDGES = [
  0, 1, 200, 500, 1_000, 2_000, 5_000, 10_000, 50_000, 100_000, 1_000_000, 10_000_000, 100_000_000,
] as const;

/** One cell: a kind of work, its class, and a range of run time and scan size. */
export interface CostCell {
  readonly group: CostGroup;
  readonly costClass: CostClass;
  readonly fromMs: number;
  readonly toMs: number;
  readonly fromMb: number;
  readonly toMb: number;
  /** Mean run time of a value drawn evenly on the logarithmic scale. */
  readonly meanMs: number;
  readonly meanMb: number;
  /** How likely the cell is before anything published is applied: our guess of what such work costs. */
  readonly guess: number;
}

/** The cost group of each kind of query. */
export const GROUP_OF: Readonly<Record<QueryKind, CostGroup>> = {
  select: 'read',
  copy: 'copy',
  unload: 'copy',
  insert: 'write',
  delete: 'write',
  update: 'write',
  ctas: 'write',
  vacuum: 'util',
  analyze: 'util',
  other: 'util',
};

/** Percent of all rows that a group makes. */
export function groupShare(tier: TierCalibration, group: CostGroup): number {
  return QUERY_KINDS.reduce((sum, kind) => sum + (GROUP_OF[kind] === group ? tier.kinds[kind] : 0), 0);
}

const CLASSES_OF: Readonly<Record<CostGroup, readonly CostClass[]>> = {
  read: ['cpu', 'io', 'queue', 'normal'],
  write: ['cpu', 'io', 'queue', 'normal'],
  copy: ['network', 'queue', 'normal'],
  util: ['queue', 'normal'],
};

/** Centre and spread (decades) of run time and of scan size, and the share that scans nothing. All [ours]. */
interface Guess {
  readonly runTime: readonly [number, number];
  readonly scan: readonly [number, number];
  readonly scansNothing: number;
}

const GROUP_GUESS: Readonly<Record<CostGroup, Guess>> = {
  read: { runTime: [1.9, 1.1], scan: [1.6, 1.2], scansNothing: 0.15 },
  copy: { runTime: [2.6, 0.9], scan: [1.9, 1.3], scansNothing: 0.4 },
  write: { runTime: [1.7, 0.9], scan: [1.4, 1.2], scansNothing: 0.5 },
  util: { runTime: [1.2, 0.9], scan: [0.8, 1.0], scansNothing: 0.85 },
};

/** Every cell a query may lie in, with its guess. */
export function costCells(): CostCell[] {
  const cells: CostCell[] = [];
  for (const group of COST_GROUPS) {
    for (const costClass of CLASSES_OF[group]) {
      for (const [fromMs, toMs] of pairs(RUN_TIME_EDGES)) {
        for (const [fromMb, toMb] of pairs(SCAN_EDGES)) {
          if (!allowed(group, costClass, fromMs, fromMb, toMs, toMb)) continue;
          const meanMb = fromMb === 0 ? 0 : logMean(fromMb, toMb);
          const guess = guessOf(group, costClass, fromMs, toMs, fromMb, toMb);
          cells.push({ group, costClass, fromMs, toMs, fromMb, toMb, meanMs: logMean(fromMs, toMs), meanMb, guess });
        }
      }
    }
  }
  return cells;
}

/** The most a normal query scans in its run time: more would make it an io query, or beat any cluster. */
export function mostMbIn(ms: number): number {
  return Math.max(1_000, ms / CLASS_RULES.ioMsPerMb);
}

/** Whether every run time of the cell leaves room for a scan size that makes the class's rule true. */
function allowed(
  group: CostGroup,
  costClass: CostClass,
  fromMs: number,
  fromMb: number,
  toMs: number,
  toMb: number,
): boolean {
  const slow = fromMs >= CLASS_RULES.slowMs;
  switch (costClass) {
    case 'network':
      return fromMs >= CLASS_RULES.networkMs;
    case 'cpu':
      return slow && fromMb > 0 && fromMb + 1 < fromMs / CLASS_RULES.cpuMsPerMb;
    case 'io':
      return slow && toMb > CLASS_RULES.ioMb && toMb > toMs / CLASS_RULES.ioMsPerMb;
    case 'queue':
    case 'normal':
      return (group !== 'copy' || toMs <= CLASS_RULES.networkMs) && fromMb < mostMbIn(fromMs);
  }
}

function guessOf(
  group: CostGroup,
  costClass: CostClass,
  fromMs: number,
  toMs: number,
  fromMb: number,
  toMb: number,
): number {
  const { runTime, scan, scansNothing } = GROUP_GUESS[group];
  const time = log10(Math.sqrt(Math.max(1, fromMs) * toMs));
  const centre = costClass === 'queue' ? 2.3 : runTime[0];
  const timeGuess = bell(time, centre, runTime[1]) * log10(toMs / Math.max(1, fromMs));
  if (fromMb === 0) return timeGuess * scansNothing;
  // Who runs longer scans more: three quarters of a decade of MB for each decade of time.
  const size = log10(Math.sqrt(fromMb * toMb));
  const sizeGuess = bell(size, scan[0] + 0.75 * (time - runTime[0]), scan[1]) * log10(toMb / fromMb);
  return timeGuess * (1 - scansNothing) * sizeGuess;
}

function bell(x: number, centre: number, spread: number): number {
  const z = (x - centre) / spread;
  return exp(-0.5 * z * z) / spread;
}

function log10(x: number): number {
  return ln(x) / Math.LN10;
}

/** Mean of a value that is even on the logarithmic scale between two bounds. */
function logMean(from: number, to: number): number {
  return (to - from) / ln(to / from);
}

/** Neighbouring edges. */
function pairs(edges: readonly number[]): (readonly [number, number])[] {
  return edges.slice(1).map((to, i) => [edges[i] ?? 0, to] as const);
}
