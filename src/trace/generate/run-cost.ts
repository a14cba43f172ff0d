import type { CostClass, TierCalibration } from './calibration.ts';
import { CLASS_RULES } from './calibration.ts';
import type { Cell, CostModel } from './cost-model.ts';
import { runTimeIn, scanIn } from './cost-model.ts';
import { exp, logBetween } from './exact-math.ts';
import type { Random } from './prng.ts';
import { Quota } from './quota.ts';
import type { Template } from './template.ts';

/** What one run of a template costs; NaN stands for null. */
export interface RunCost {
  readonly compileMs: number;
  readonly queueMs: number;
  readonly executionMs: number;
  readonly scannedMb: number;
  readonly spilledMb: number;
  readonly aborted: boolean;
}

const RUN_SPREAD = 0.25; // how far the runs of a template scatter over its cell's range
const RECOMPILED = 0.015; // share of repeated runs whose compiled code was lost: all [ours]
const LONGEST_QUEUER_MS = 60_000;
const ABORTED_IF_SLOW = 8; // slow queries are that much likelier to be aborted
/** Spilled MB as a share of scanned MB: median and spread; disks bound it. */
const SPILL_RATIO = { median: 0.3, spread: 0.9, mostMb: 250_000 } as const;

/** Turns templates into runs, and keeps the tier's shares of queueing, spilling and aborted ones. */
export class RunCosts {
  readonly #costs: CostModel;
  readonly #queued: Quota;
  readonly #queueClass: Quota;
  readonly #aborted: Quota;

  constructor(tier: TierCalibration, costs: CostModel) {
    this.#costs = costs;
    this.#queued = new Quota(tier.queued / 100);
    // Between the two readings of the share: of all rows, and of uncached ones.
    this.#queueClass = new Quota(((tier.classes.queue ?? 0) / 100) * Math.sqrt(1 - tier.cached / 100));
    this.#aborted = new Quota(tier.aborted / 100);
  }

  /**
   * Draws a run.
   * @param pressure how much likelier than usual queueing is in this hour on this instance.
   * @param place where in its cell's range a long query's run time lies.
   */
  draw(template: Template, cell: Cell, pressure: number, place: number | undefined, random: Random): RunCost {
    const executionMs = runTimeIn(cell, place ?? scattered(template.cell, template.timePlace, random));
    const scan = scanIn(cell, executionMs, scattered(template.cell, template.scanPlace, random));
    const queueMs = this.#queue(template, cell, executionMs, pressure, random);
    const costClass = isQueueClass(template, cell, executionMs, queueMs) ? 'queue' : cell.costClass;
    this.#costs.record(cell);
    const aborted = random.chance(this.#aborted.probability * (executionMs > 10_000 ? ABORTED_IF_SLOW : 1));
    this.#aborted.count(aborted);
    const unknown = template.unknownScan || (scan === 0 && template.nullScan);
    const spilled = this.#spilled(template, costClass, scan, random);
    return {
      compileMs: compileMs(template, random),
      queueMs,
      executionMs,
      scannedMb: unknown ? Number.NaN : scan,
      spilledMb: unknown ? Number.NaN : spilled,
      aborted,
    };
  }

  /** Counts a row that is answered from the cache: it neither queues nor is it aborted, but shares count it. */
  countCached(): void {
    this.#queued.count(false);
    this.#queueClass.count(false);
    this.#aborted.count(false);
  }

  #queue(template: Template, cell: Cell, executionMs: number, pressure: number, random: Random): number {
    const queueMs = this.#drawQueue(template, cell, executionMs, pressure, random);
    this.#queued.count(queueMs > 0 && executionMs > 0);
    this.#queueClass.count(isQueueClass(template, cell, executionMs, queueMs));
    return queueMs;
  }

  #drawQueue(template: Template, cell: Cell, executionMs: number, pressure: number, random: Random): number {
    const mayBeQueueClass = isQueueClass(template, cell, executionMs, Number.POSITIVE_INFINITY);
    if (mayBeQueueClass && executionMs <= LONGEST_QUEUER_MS) {
      if (random.chance(Math.min(0.5, this.#queueClass.probability * cell.queueBias * pressure))) {
        return Math.ceil(
          logBetween(Math.max(CLASS_RULES.slowMs + 1, executionMs), 180_000, random.unit() * random.unit()),
        );
      }
    }
    if (!random.chance(Math.min(0.6, this.#queued.probability * pressure))) return 0;
    const queueMs = Math.ceil(logBetween(0.5, 60_000, random.unit()));
    // A small plan that waits longer than it works is of class queue, and those have their own share.
    return mayBeQueueClass && queueMs > CLASS_RULES.slowMs ? (queueMs % CLASS_RULES.slowMs) + 1 : queueMs;
  }

  #spilled(template: Template, costClass: CostClass, scan: number, random: Random): number {
    if (scan === 0 || !this.#costs.spills(costClass, scan, template.spillProne, random)) return 0;
    const ratio = SPILL_RATIO.median * exp(SPILL_RATIO.spread * random.bell());
    return Math.max(1, Math.round(Math.min(SPILL_RATIO.mostMb * random.between(0.5, 1), scan * ratio)));
  }
}

/** The rule of class queue: small plans that wait for longer than they work, unless an earlier rule takes them. */
function isQueueClass(template: Template, cell: Cell, executionMs: number, queueMs: number): boolean {
  const { joins, scans, aggregations } = template.plan;
  if (cell.costClass !== 'normal' || executionMs === 0) return false;
  return queueMs > CLASS_RULES.slowMs && queueMs >= executionMs && scans + joins + aggregations < CLASS_RULES.smallPlan;
}

/** Only a template's first run is compiled, and a few whose compiled code was lost since. */
function compileMs(template: Template, random: Random): number {
  if (template.compileMs === null) return Number.NaN;
  if (template.runs === 0) return template.compileMs;
  return random.chance(RECOMPILED) ? Math.max(1, Math.round(template.compileMs * exp(0.3 * random.bell()))) : 0;
}

/** A place near the template's own; reflected at the ends, so that places stay even over the whole range. */
function scattered(cell: Cell | undefined, place: number, random: Random): number {
  if (cell === undefined) return random.unit();
  const moved = Math.abs(place + RUN_SPREAD * (random.unit() - 0.5));
  return moved > 1 ? 2 - moved : moved;
}
