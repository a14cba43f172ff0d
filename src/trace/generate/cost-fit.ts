import type { Bucket, TierCalibration } from './calibration.ts';
import { CLASS_FIGURES, COST_CLASSES, COST_GROUPS, SPILL_BY_SCAN } from './calibration.ts';
import type { CostCell } from './cost-grid.ts';
import { costCells, groupShare } from './cost-grid.ts';
import { exp, ln } from './exact-math.ts';

const SWEEPS = 200;

/** Something published: the sum over all cells of probability x weight. */
interface Constraint {
  readonly name: string;
  readonly target: number;
  /** The cells that the figure looks at, and the weight of each, scaled so that the largest is 1. */
  readonly members: Uint32Array;
  readonly weights: Float64Array;
  /** True if every weight is 1. */
  readonly counting: boolean;
}

/** What fraction of all rows lies in each cell. */
export interface CostFit {
  readonly cells: readonly CostCell[];
  /** Fraction of all rows of the tier; the sum is the share of uncached rows. */
  readonly shares: Float64Array;
  /** What each published figure came out as, for tests and for whoever changes a number. */
  readonly figures: readonly { readonly name: string; readonly target: number; readonly fitted: number }[];
}

/**
 * Finds the joint distribution of work, class, run time and scan size that agrees with every published figure and
 * otherwise stays as close as possible (in relative entropy) to the guess: iterative proportional fitting, with
 * Newton's method for the figures that are weighted sums (generalized iterative scaling; Darroch and Ratcliff 1972).
 */
export function fitCosts(tier: TierCalibration): CostFit {
  const cells = costCells();
  const shares = Float64Array.from(cells, (cell) => cell.guess);
  const constraints = constraintsOf(tier, cells);
  for (let sweep = 0; sweep < SWEEPS; sweep++) for (const constraint of constraints) satisfy(constraint, shares);
  const figures = constraints.map((c) => ({ name: c.name, target: c.target, fitted: weighted(c, shares) }));
  return { cells, shares, figures };
}

function constraintsOf(tier: TierCalibration, cells: readonly CostCell[]): Constraint[] {
  const uncached = 1 - tier.cached / 100;
  /*
   * The sources do not say whether a class or a scan size is a share of all rows or of uncached ones. The geometric
   * middle is within 6 % of both readings.
   */
  const between = Math.sqrt(uncached);
  const add: Constraint[] = [];
  const counting = (name: string, target: number, holds: (cell: CostCell) => boolean): void => {
    add.push(constraint(name, target, cells, (cell) => (holds(cell) ? 1 : 0)));
  };
  for (const costClass of COST_CLASSES) {
    const share = tier.classes[costClass];
    if (share === undefined) continue;
    const half = (share / 200) * between;
    const { medianMs, meanScanMb } = CLASS_FIGURES[costClass];
    counting(`${costClass} below ${medianMs} ms`, half, (c) => c.costClass === costClass && c.toMs <= medianMs);
    counting(`${costClass} above ${medianMs} ms`, half, (c) => c.costClass === costClass && c.toMs > medianMs);
    const weigh = (c: CostCell): number => (c.costClass === costClass ? c.meanMb : 0);
    if (meanScanMb !== null) add.push(constraint(`${costClass} mean scan`, 2 * half * meanScanMb, cells, weigh));
  }
  if (tier.normalBelowMedian !== null) {
    const { medianMs } = CLASS_FIGURES.normal;
    const below = (c: CostCell): boolean => c.costClass === 'normal' && c.toMs <= medianMs;
    counting(`normal below ${medianMs} ms`, tier.normalBelowMedian / 100, below);
  }
  add.push(...runTimeConstraints(tier, cells), ...scanConstraints(tier, cells, between));
  add.push(constraint('spilled', (tier.spilled / 100) * uncached, cells, (cell) => spillGuess(cell.fromMb)));
  for (const group of COST_GROUPS) {
    counting(`group ${group}`, groupShare(tier, group) / 100, (cell) => cell.group === group);
  }
  return add;
}

function runTimeConstraints(tier: TierCalibration, cells: readonly CostCell[]): Constraint[] {
  const add: Constraint[] = [];
  eachRange(tier.runTime, (bucket, from) => {
    const inside = (cell: CostCell): boolean => cell.fromMs + 0.5 > from && cell.toMs <= bucket.upTo;
    const cached = from === 0 ? tier.cached : 0;
    if (bucket.queries !== null) {
      const target = (bucket.queries - cached) / 100;
      add.push(constraint(`run time to ${bucket.upTo} ms`, target, cells, (cell) => (inside(cell) ? 1 : 0)));
    }
    if (bucket.time !== null) {
      const target = (bucket.time / 100) * tier.meanRunTimeMs;
      add.push(constraint(`time in to ${bucket.upTo} ms`, target, cells, (cell) => (inside(cell) ? cell.meanMs : 0)));
    }
  });
  add.push(constraint('mean run time', tier.meanRunTimeMs, cells, (cell) => cell.meanMs));
  return add;
}

function scanConstraints(tier: TierCalibration, cells: readonly CostCell[], between: number): Constraint[] {
  const add: Constraint[] = [];
  eachRange(tier.scan, (bucket, from) => {
    const inside = (cell: CostCell): boolean => cell.fromMb >= from && cell.toMb <= bucket.upTo;
    if (bucket.queries !== null) {
      const target = (bucket.queries / 100) * between;
      add.push(constraint(`scan to ${bucket.upTo} MB`, target, cells, (cell) => (inside(cell) ? 1 : 0)));
    }
    if (bucket.time !== null) {
      const target = (bucket.time / 100) * tier.meanRunTimeMs;
      add.push(constraint(`time of scan to ${bucket.upTo} MB`, target, cells, (c) => (inside(c) ? c.meanMs : 0)));
    }
  });
  if (tier.meanScanMb !== null) add.push(constraint('mean scan', tier.meanScanMb, cells, (cell) => cell.meanMb));
  return add;
}

/** The published chance to spill at a scan size, with the gaps of the publication filled; 0 below its first bound. */
export function spillGuess(scannedMb: number): number {
  let percent = 0;
  for (const [fromMb, published] of SPILL_BY_SCAN) {
    if (scannedMb >= fromMb) percent = published ?? percent * 1.35; // between its neighbours 19.8 % and 34.5 %
  }
  return percent / 100;
}

function eachRange(buckets: readonly Bucket[], visit: (bucket: Bucket, from: number) => void): void {
  let from = 0;
  for (const bucket of buckets) {
    visit(bucket, from);
    from = bucket.upTo;
  }
}

function constraint(
  name: string,
  target: number,
  cells: readonly CostCell[],
  weigh: (cell: CostCell) => number,
): Constraint {
  const all = cells.map(weigh);
  const largest = Math.max(...all);
  const members = Uint32Array.from(all.flatMap((weight, i) => (weight > 0 ? [i] : [])));
  const weights = Float64Array.from(members, (i) => (all[i] ?? 0) / largest);
  return { name, target: target / largest, members, weights, counting: weights.every((weight) => weight === 1) };
}

/** Scales the cells that a figure looks at by exp(lambda x weight), with lambda such that the figure comes out. */
function satisfy(constraint: Constraint, shares: Float64Array): void {
  const { members, weights, target, counting } = constraint;
  const factor = counting ? target / weighted(constraint, shares) : 0;
  const lambda = counting ? 0 : newton(constraint, shares);
  for (let k = 0; k < members.length; k++) {
    const cell = members[k] ?? 0;
    shares[cell] = (shares[cell] ?? 0) * (counting ? factor : exp(lambda * (weights[k] ?? 0)));
  }
}

function newton({ members, weights, target }: Constraint, shares: Float64Array): number {
  let lambda = 0;
  for (let step = 0; step < 6; step++) {
    let value = 0;
    let slope = 0;
    for (let k = 0; k < members.length; k++) {
      const weight = weights[k] ?? 0;
      const part = (shares[members[k] ?? 0] ?? 0) * (lambda === 0 ? 1 : exp(lambda * weight)) * weight;
      value += part;
      slope += part * weight;
    }
    // Steps on the logarithm converge from any side; bounded ones keep exp in range where a figure is far off.
    const change = (value * ln(target / value)) / slope;
    lambda += Math.min(20, Math.max(-20, change));
    if (Math.abs(change) < 1e-6) break;
  }
  return lambda;
}

function weighted({ members, weights }: Constraint, shares: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < members.length; k++) sum += (shares[members[k] ?? 0] ?? 0) * (weights[k] ?? 0);
  return sum;
}
