import type { DerivedRow } from './derive.ts';
import type { Metric } from './metric.ts';

/** A group with its place; 1 is the largest. */
export interface RankedRow<Cell> {
  readonly rank: number;
  readonly row: DerivedRow<Cell>;
}

/**
 * Orders groups by the sum of the named measures or derived values, largest first, and keeps the first `top`. Without
 * names and number those of the metric's panel hold: its `y` and its `top`. Missing values add nothing; equal sums are
 * ordered by key, smallest first, so that the same rows always give the same ranks.
 */
export function rankRows<Cell>(
  metric: Metric,
  rows: readonly DerivedRow<Cell>[],
  options: { readonly by?: readonly string[]; readonly top?: number } = {},
): readonly RankedRow<Cell>[] {
  const by = options.by ?? metric.panel?.y ?? [];
  const top = options.top ?? metric.panel?.top ?? rows.length;
  return rows
    .map((row) => ({ row, size: by.reduce((sum, name) => sum + sizeOf(row, name), 0) }))
    .sort((a, b) => b.size - a.size || compareKeys(metric, a.row, b.row))
    .slice(0, top)
    .map(({ row }, i) => ({ rank: i + 1, row }));
}

function sizeOf<Cell>(row: DerivedRow<Cell>, name: string): number {
  return Number(row.measures[name] ?? row.derived[name] ?? 0);
}

function compareKeys<Cell>(metric: Metric, a: DerivedRow<Cell>, b: DerivedRow<Cell>): number {
  for (const { name, type } of metric.keys) {
    const [x, y] = [textOf(a.keys[name]), textOf(b.keys[name])];
    if (x === y) continue;
    if (type === 'BIGINT' && x !== '' && y !== '') return BigInt(x) < BigInt(y) ? -1 : 1;
    return x < y ? -1 : 1;
  }
  return 0;
}

function textOf(cell: unknown): string {
  return cell === null || cell === undefined ? '' : String(cell);
}
