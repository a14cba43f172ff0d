import type { CostGroup, QueryKind } from './calibration.ts';
import { CLASS_RULES } from './calibration.ts';
import type { Cell } from './cost-model.ts';
import { exp, ln } from './exact-math.ts';
import type { Instance } from './fleet.ts';
import type { Random } from './prng.ts';
import { fingerprintOf } from './prng.ts';

/** A query that a user runs again and again: what all its runs have in common, and when it ran last. */
export interface Template {
  readonly fingerprint: string;
  readonly kind: QueryKind;
  readonly group: CostGroup;
  readonly user: number;
  readonly database: number;
  /** Undefined for an instance's busiest template, whose runs cost now this, now that. */
  readonly cell: Cell | undefined;
  /** Where in its cell's ranges the template lies, 0 to 1. */
  readonly timePlace: number;
  readonly scanPlace: number;
  readonly plan: Plan;
  /** How much likelier than others it is to spill; 1 on average. */
  readonly spillProne: number;
  /** What compiling it takes, milliseconds; null where Redset has none. */
  readonly compileMs: number | null;
  /** Whether rows that scan nothing have a null scan size or 0. */
  readonly nullScan: boolean;
  /** Scan size not recorded although something is scanned. */
  readonly unknownScan: boolean;
  runs: number;
  /** Arrival of its last run, microseconds since 1970. */
  lastRun: number;
}

/** The shape of a query's plan, and the tables it touches. */
export interface Plan {
  readonly joins: number;
  readonly scans: number;
  readonly aggregations: number;
  readonly permanentTables: number;
  readonly externalTables: number;
  readonly systemTables: number;
  readonly readTables: string | null;
  readonly writeTables: string | null;
}

export interface TemplateSpec {
  readonly instance: Instance;
  /** Number of the template on its instance. */
  readonly serial: number;
  readonly kind: QueryKind;
  readonly group: CostGroup;
  readonly cell: Cell | undefined;
  readonly user: number;
}

/** Draws a new template. */
export function drawTemplate(spec: TemplateSpec, random: Random): Template {
  const { instance, serial, kind, group, cell, user } = spec;
  const plan = drawPlan(kind, cell, instance, random);
  const tier = instance.deployment === 'provisioned' ? 0 : 1_000_000;
  return {
    fingerprint: fingerprintOf(tier + instance.id, serial),
    kind,
    group,
    user,
    database: instance.databases[random.below(instance.databases.length)] ?? 0,
    cell,
    timePlace: random.unit(),
    scanPlace: random.unit(),
    plan,
    spillProne: random.chance(0.3) ? 2.75 : 0.25,
    compileMs: drawCompile(kind, plan.joins, random),
    nullScan: random.chance(0.7),
    unknownScan: plan.scans > 0 && cell?.costClass === 'normal' && random.chance(0.004),
    runs: 0,
    lastRun: Number.NEGATIVE_INFINITY,
  };
}

/** Milliseconds to compile a plan without joins, as a median, and the share of templates without a figure. All ours. */
const COMPILE: Readonly<Record<QueryKind, readonly [medianMs: number, missing: number]>> = {
  select: [140, 0],
  ctas: [170, 0],
  unload: [120, 0],
  insert: [45, 0.02],
  delete: [60, 0.02],
  update: [70, 0.02],
  copy: [40, 0.02],
  vacuum: [20, 0.3],
  analyze: [30, 0.2],
  other: [10, 0.3],
};
const COMPILE_PER_JOIN = 0.3; // each join makes compiling 35 % longer (e^0.3)
const COMPILE_SPREAD = 0.75;

function drawCompile(kind: QueryKind, joins: number, random: Random): number | null {
  const [medianMs, missing] = COMPILE[kind];
  if (random.chance(missing)) return null;
  return Math.max(1, Math.round(exp(ln(medianMs) + COMPILE_PER_JOIN * joins + COMPILE_SPREAD * random.bell())));
}

function drawPlan(kind: QueryKind, cell: Cell | undefined, instance: Instance, random: Random): Plan {
  const scanning = cell === undefined ? kind !== 'other' && kind !== 'insert' : cell.fromMb > 0;
  const { joins, aggregations } = drawOperators(kind, cell, scanning, random);
  const scans = scanning ? joins + 1 + (cell?.costClass === 'io' ? 1 : 0) : kind === 'select' ? joins + 1 : 0;
  const writes = kind !== 'select' && kind !== 'unload' && kind !== 'other';
  const reads = kind !== 'copy' && kind !== 'other' && kind !== 'vacuum' && scans > 0;
  const system = kind === 'select' && !scanning && random.chance(0.5);
  const external = reads && !system && random.chance(0.03) ? 1 : 0;
  const readTables = reads && !system ? drawTables(instance, Math.max(1, scans - external), random) : [];
  const writeTable = writes ? drawTables(instance, 1, random) : [];
  return {
    joins,
    scans,
    aggregations,
    permanentTables: readTables.length + writeTable.length,
    externalTables: external,
    systemTables: system ? scans : 0,
    readTables: readTables.length === 0 ? null : readTables.join(','),
    writeTables: writeTable.length === 0 ? null : writeTable.join(','),
  };
}

/** Joins and aggregations such that the template's class comes out of its rule. */
function drawOperators(
  kind: QueryKind,
  cell: Cell | undefined,
  scanning: boolean,
  random: Random,
): { joins: number; aggregations: number } {
  if (kind === 'copy' || kind === 'vacuum' || kind === 'analyze' || kind === 'other')
    return { joins: 0, aggregations: 0 };
  if (kind === 'insert' && !scanning) return { joins: 0, aggregations: 0 };
  const rich = kind === 'select' || kind === 'ctas' || kind === 'unload';
  const joins = drawCount(rich ? 0.52 : 0.25, 18, random);
  const aggregations = drawCount(rich ? 0.4 : 0.15, 6, random);
  if (cell?.costClass === 'cpu' && joins <= 1 && aggregations <= 1) return { joins: joins + 2, aggregations: 1 };
  if (cell?.costClass === 'io') return { joins: Math.max(1, joins), aggregations };
  // A busiest template, and slow work on little data that is not of class cpu, has a simple plan.
  const simple = cell === undefined || (cell.costClass === 'normal' && wouldBeCpu(cell));
  return simple ? { joins: Math.min(1, joins), aggregations: Math.min(1, aggregations) } : { joins, aggregations };
}

function wouldBeCpu(cell: Cell): boolean {
  return cell.toMs > CLASS_RULES.slowMs && cell.fromMb > 0 && cell.toMs / (cell.fromMb + 1) > CLASS_RULES.cpuMsPerMb;
}

/** A small whole number, each next one `more` times as likely. */
function drawCount(more: number, most: number, random: Random): number {
  let count = 0;
  while (count < most && random.chance(more)) count++;
  return count;
}

/** Different tables of an instance, the first ones far more often than the last (Zipf with exponent 1). */
function drawTables(instance: Instance, count: number, random: Random): number[] {
  const tables = new Set<number>();
  const wanted = Math.min(count, instance.tables);
  for (let attempt = 0; tables.size < wanted && attempt < 4 * wanted; attempt++) {
    // Rank r with probability proportional to 1/r: the logarithm of the rank is even.
    const rank = Math.floor(exp(random.unit() * ln(instance.tables + 1)));
    tables.add(instance.firstTable + Math.min(instance.tables, rank) * 7);
  }
  return [...tables];
}
