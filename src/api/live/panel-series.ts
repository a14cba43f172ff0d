import type { JsonCell } from '../../hot-store/hot-store.ts';
import type { DerivedRow, Metric } from '../../metrics/metric.ts';
import { rankRows } from '../../metrics/metric.ts';
import type { AnsweredGroups } from '../series-groups.ts';

/** The different values of a key among groups. */
export function valuesOf({ table, kept }: AnsweredGroups, key: string): ReadonlySet<JsonCell> {
  const cells = table.key(key);
  return new Set(kept.map((i) => cells[i] ?? null));
}

/** The groups with one of these values. */
export function withValues(
  { table, kept }: AnsweredGroups,
  key: string,
  values: ReadonlySet<JsonCell>,
): AnsweredGroups {
  const cells = table.key(key);
  return { table, kept: kept.filter((i) => values.has(cells[i] ?? null)) };
}

/** Of groups by `key`, the values of the `most` with the largest sums of `by`. */
export function largest(
  metric: Metric,
  { table, kept }: AnsweredGroups,
  key: string,
  by: readonly string[],
  most: number,
): ReadonlySet<JsonCell> {
  const cells = table.key(key);
  const isMeasure = (name: string): boolean => metric.measures.some((measure) => measure.name === name);
  const measures = by.filter(isMeasure).map((name) => [name, table.measure(name)] as const);
  const derived = by.filter((name) => !isMeasure(name)).map((name) => [name, table.derived(name)] as const);
  const rows = kept.map(
    (i): DerivedRow<JsonCell> => ({
      keys: { [key]: cells[i] ?? null },
      measures: Object.fromEntries(
        measures.map(([name, sums]) => {
          const sum = sums[i] ?? null;
          return [name, sum === null ? null : BigInt(sum)];
        }),
      ),
      derived: Object.fromEntries(derived.map(([name, values]) => [name, values[i] ?? null])),
    }),
  );
  return new Set(rankRows(metric, rows, { by, top: most }).map(({ row }) => row.keys[key] ?? null));
}
