import type { JsonCell } from '../hot-store/hot-store.ts';
import type { DeriveContext, DerivedTable, ExactSum, Metric, RollupTable } from '../metrics/metric.ts';
import { deriveTable } from '../metrics/metric.ts';
import type { Plan } from './series-plan.ts';

/** Groups of rows by column, and which of them were asked for: a share needs the others too. */
export interface AnsweredGroups {
  readonly table: DerivedTable<JsonCell>;
  /** Indices of the groups that were asked for. */
  readonly kept: readonly number[];
}

/** Groups rows that were fetched as `plan` says by the keys `group`, and keeps the groups that its conditions ask for. */
export function answeredGroups(
  metric: Metric,
  rows: RollupTable<JsonCell>,
  group: readonly string[],
  { folded, late }: Pick<Plan, 'folded' | 'late'>,
  context: DeriveContext<JsonCell>,
): AnsweredGroups {
  const table = deriveTable(metric, rows, [...group, ...folded.map(({ key }) => key.name)], context);
  const conditions = [
    ...folded.map(({ key }) => ({ cells: table.key(key.name), holds: (cell: JsonCell) => cell === 1 })),
    ...late.map(({ key, holds }) => ({ cells: table.key(key.name), holds })),
  ];
  const kept = Array.from({ length: table.size }, (_, i) => i);
  if (conditions.length === 0) return { table, kept };
  return { table, kept: kept.filter((i) => conditions.every(({ cells, holds }) => holds(cells[i] ?? null))) };
}

/** A number where no digit is lost, else text: as the store gives its integers. */
export function sumCell(sum: ExactSum): number | string | null {
  if (typeof sum !== 'bigint') return sum;
  return Number.isSafeInteger(Number(sum)) ? Number(sum) : String(sum);
}

/** What keys, measures and derived values can be. */
export type Scalar = string | number | boolean | null;

/** A key's value; lists and the like are not among them. */
export function scalarCell(cell: JsonCell): Scalar {
  return typeof cell === 'object' && cell !== null ? JSON.stringify(cell) : cell;
}
