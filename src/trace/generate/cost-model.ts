import type { CostClass, CostGroup, TierCalibration } from './calibration.ts';
import { CLASS_RULES, COST_CLASSES } from './calibration.ts';
import type { CostFit } from './cost-fit.ts';
import { fitCosts, spillGuess } from './cost-fit.ts';
import type { CostCell } from './cost-grid.ts';
import { mostMbIn, SCAN_EDGES } from './cost-grid.ts';
import { exp, ln, logBetween } from './exact-math.ts';
import type { Random } from './prng.ts';
import { Quota } from './quota.ts';
import { scanBin, spillRates } from './spill-rates.ts';

/** Queries from here on are so rare that they are dealt out one by one (`long-queries.ts`). */
const LONG_MS = 600_000;
const ORDINARY_MS = 10_000;
const ORDINARY_MB = 10_000;
/** Runs over which a cell may be ahead of its share. */
const SLACK = 100;
const MOST_QUEUE_BIAS = 20;

/** A cell that a template may be given, its share of its group's runs, and how many runs it had. */
export interface Cell extends CostCell {
  readonly share: number;
  /** How likely a run waits as long as it works, relative to the average run. */
  readonly queueBias: number;
  runs: number;
}

interface Group {
  runs: number;
  readonly cells: readonly Cell[];
  readonly deficits: Float64Array;
  /** Indices of the cells that the busiest templates may use. */
  readonly ordinary: readonly number[];
}

/**
 * Gives work its cost. Run time and scan size are drawn inside the cells of the fit, and cells are given out such that
 * each keeps its share of runs: a template has the same cell in all its runs, and one that is repeated a lot makes its
 * cell unlikely for the next new template. So the published shares come out although a handful of fingerprints make a
 * third of all runs.
 */
export class CostModel {
  readonly long: readonly Cell[];
  readonly #groups: Readonly<Record<CostGroup, Group>>;
  readonly #spilled: readonly (readonly Quota[])[];

  constructor(tier: TierCalibration) {
    const fit = fitCosts(tier);
    const cells = joinQueue(fit);
    this.long = cells.filter((cell) => cell.fromMs >= LONG_MS);
    const group = (name: CostGroup): Group => groupOf(cells.filter((cell) => cell.group === name));
    this.#groups = { read: group('read'), copy: group('copy'), write: group('write'), util: group('util') };
    this.#spilled = spillQuotas(fit, tier.classesPublished);
  }

  /** A cell for a new template: the further behind its share, the likelier. */
  newCell(kind: CostGroup, random: Random): Cell {
    const group = this.#groups[kind];
    group.cells.forEach((cell, i) => {
      group.deficits[i] = Math.max(0, deficit(group, cell));
    });
    return pick(group, random);
  }

  /** An ordinary cell, chosen likewise: what the busiest templates of an instance cost, in any run a different one. */
  ordinaryCell(kind: CostGroup, random: Random): Cell {
    const group = this.#groups[kind];
    group.deficits.fill(0);
    for (const i of group.ordinary) {
      const cell = group.cells[i];
      // A little of its share at least: where busiest templates alone exceed all ordinary cells, they have to go somewhere.
      if (cell !== undefined) group.deficits[i] = Math.max(cell.share, deficit(group, cell));
    }
    return pick(group, random);
  }

  /** How many runs of its group a cell is behind its share, if it is: then it may have more runs of known templates. */
  room(cell: Cell): number {
    return this.#groups[cell.group].runs + SLACK - cell.runs / cell.share;
  }

  /** Counts a run. Long ones have their number already. */
  record(cell: Cell): void {
    if (cell.fromMs >= LONG_MS) return;
    cell.runs += 1;
    this.#groups[cell.group].runs += 1;
  }

  /** Whether a run spills; `prone` is how much likelier its template is to spill than others, 1 on average. */
  spills(costClass: CostClass, scannedMb: number, prone: number, random: Random): boolean {
    const quota = this.#spilled[COST_CLASSES.indexOf(costClass)]?.[scanBin(scannedMb)];
    if (quota === undefined) return false;
    const hit = random.chance(quota.probability * prone);
    quota.count(hit);
    return hit;
  }
}

/** A run time of a cell, in whole milliseconds; `place` in [0, 1] is where in its range. */
export function runTimeIn(cell: CostCell, place: number): number {
  const ms = logBetween(cell.fromMs, cell.toMs, place);
  return cell.fromMs < 1 ? Math.floor(ms) : Math.min(cell.toMs, Math.ceil(ms));
}

/** A scan size of a cell, in whole MB, inside what the class's rule allows for the run time. */
export function scanIn(cell: CostCell, runTimeMs: number, place: number): number {
  if (cell.fromMb === 0) return 0;
  let [low, high] = [cell.fromMb, cell.toMb];
  if (cell.costClass === 'cpu') high = Math.min(high, runTimeMs / CLASS_RULES.cpuMsPerMb - 2);
  if (cell.costClass === 'normal') high = Math.min(high, Math.max(low + 1, mostMbIn(runTimeMs) - 2));
  if (cell.costClass === 'io') low = Math.max(low, CLASS_RULES.ioMb, runTimeMs / CLASS_RULES.ioMsPerMb + 1);
  return Math.floor(logBetween(low, high, place));
}

/** Queue is not a property of work but of the moment: its cells are joined to the normal ones of the same cost. */
function joinQueue({ cells, shares }: CostFit): Cell[] {
  const byPlace = new Map<string, { cell: CostCell; share: number; queue: number }>();
  let [queue, all] = [0, 0];
  cells.forEach((cell, i) => {
    const share = shares[i] ?? 0;
    const queued = cell.costClass === 'queue' ? share : 0;
    const costClass = cell.costClass === 'queue' ? 'normal' : cell.costClass;
    const place = [cell.group, costClass, cell.fromMs, cell.fromMb].join(' ');
    const known = byPlace.get(place) ?? { cell: { ...cell, costClass }, share: 0, queue: 0 };
    byPlace.set(place, { cell: known.cell, share: known.share + share, queue: known.queue + queued });
    queue += queued;
    if (costClass === 'normal') all += share;
  });
  return [...byPlace.values()].map(({ cell, share, queue: queued }) => {
    const queueBias = queued > 0 ? steeper(queued / share / (queue / all)) : 0;
    return { ...cell, share, queueBias, runs: 0 };
  });
}

/** Steeper than the fit says, because simple plans, the only ones that count as queue, are rarer in slow queries. */
function steeper(bias: number): number {
  return Math.min(MOST_QUEUE_BIAS, exp(1.1 * ln(bias)));
}

/** A quota of spilling queries for each class and range of scan sizes, the same for all classes if only that is known. */
function spillQuotas(fit: CostFit, classesPublished: boolean): Quota[][] {
  const quota = (rate: number): Quota => new Quota(rate, 3);
  if (classesPublished) return spillRates(fit).map((row) => row.map(quota));
  const shared = SCAN_EDGES.slice(0, -1).map((fromMb) => quota(spillGuess(fromMb)));
  return COST_CLASSES.map(() => shared);
}

/** Runs that a cell is behind its share. */
function deficit(group: Group, cell: Cell): number {
  return cell.share * (group.runs + SLACK) - cell.runs;
}

function groupOf(cells: readonly Cell[]): Group {
  const short = cells.filter((cell) => cell.fromMs < LONG_MS && cell.share > 0);
  const total = short.reduce((sum, cell) => sum + cell.share, 0);
  const own = short.map((cell) => ({ ...cell, share: cell.share / total }));
  const isOrdinary = (c: Cell): boolean => c.costClass === 'normal' && c.toMs <= ORDINARY_MS && c.toMb <= ORDINARY_MB;
  const ordinary = own.flatMap((cell, i) => (isOrdinary(cell) ? [i] : []));
  return { runs: 0, cells: own, deficits: new Float64Array(own.length), ordinary };
}

function pick({ cells, deficits }: Group, random: Random): Cell {
  // Never -1: shares add up to 1 and runs to all runs, so the slack keeps some cell behind its share.
  const cell = cells[Math.max(0, random.weighted(deficits))];
  if (cell === undefined) throw new Error('a cost group without cells');
  return cell;
}
