import type { MetricDefinition } from '../../../src/api/routes/metrics.ts';
import { words } from '../format/cells.ts';
import { isAdditive, unitName } from '../format/units.ts';

export type PanelDefinition = NonNullable<MetricDefinition['panel']>;

/** A metric that says how it is drawn. */
export type ChartMetric = MetricDefinition & { readonly panel: PanelDefinition };

/** A measure or derived value. */
export interface Field {
  readonly name: string;
  readonly unit: string;
  readonly note: string | null;
  /** What a derived value is computed from; null for a measure. */
  readonly expr: string | null;
}

/** Values that are drawn together: on one axis, and where they lie on top of each other, with a sum that means something. */
export interface FieldGroup {
  /** What the view calls it. */
  readonly id: string;
  readonly label: string;
  readonly unit: string;
  readonly fields: readonly Field[];
}

export function isChartMetric(metric: MetricDefinition): metric is ChartMetric {
  return metric.panel !== null;
}

/** The measure or derived value of that name. */
export function fieldOf(metric: MetricDefinition, name: string): Field | undefined {
  const measure = metric.measures.find((one) => one.name === name);
  if (measure !== undefined) return { ...measure, expr: null };
  return metric.derived.find((one) => one.name === name);
}

/** What `n` is of: the first measure. */
export function countField(metric: MetricDefinition): Field | undefined {
  const [first] = metric.measures;
  return first === undefined ? undefined : { ...first, expr: null };
}

/** Whether a time without a row has a value all the same: a sum over nothing is 0, a share of nothing is no number. */
export function isZeroWithoutRows({ expr, unit }: Field): boolean {
  return expr === null || (isAdditive(unit) && !/[/]|\w\s*\(/.test(expr));
}

/** A field in words: `mean_queue_ms` is "mean queue time", `mbytes_spilled` is "MB spilled". */
export function fieldLabel({ name, unit }: Pick<Field, 'name' | 'unit'>): string {
  const told = unit === 'ms' ? name.replace(/_ms$/, '_time') : name;
  return words(unit === 'MB' ? told.replace(/(^|_)mbytes(_|$)/, '$1MB$2') : told);
}

/** The same with what it is a share of: "hit rate of reads, of executed selects plus cache hits". */
export function fieldLegend(field: Field): string {
  const label = fieldLabel(field);
  return field.note !== null && /^of /.test(field.note) ? `${label}, ${field.note}` : label;
}

/**
 * The values of a panel in the groups that can be drawn together. Different units never share an axis; values that lie
 * on top of each other must also add up, so shares of different things do not share a stack.
 */
export function fieldGroups(metric: ChartMetric): readonly FieldGroup[] {
  const { y, stack, chart } = metric.panel;
  const fields = y.map((name) => fieldOf(metric, name)).filter((field) => field !== undefined);
  const drawn = chart === 'heatmap' ? fields.filter(({ unit }) => unit !== 'flag') : fields;
  const alone = chart === 'heatmap' || chart === 'scatter';
  const groups = new Map<string, Field[]>();
  for (const field of drawn.length === 0 ? fields : drawn) {
    const apart = alone || (stack && !isAdditive(field.unit));
    const key = apart ? field.name : field.unit;
    groups.set(key, [...(groups.get(key) ?? []), field]);
  }
  return [...groups].map(([id, of]) => ({ id, label: groupLabel(of), unit: of[0]?.unit ?? '', fields: of }));
}

/** The group that the view asks for, else the first. */
export function groupShown(metric: ChartMetric, asked: string | undefined): FieldGroup {
  const groups = fieldGroups(metric);
  const found = groups.find(({ id }) => id === asked) ?? groups[0];
  return found ?? { id: '', label: '', unit: '', fields: [] };
}

/** The flags of a heatmap: marked on the cells, whatever their colour says. */
export function flagFields(metric: ChartMetric): readonly Field[] {
  const fields = metric.panel.y.map((name) => fieldOf(metric, name)).filter((field) => field !== undefined);
  const flags = fields.filter(({ unit }) => unit === 'flag');
  return flags.length === fields.length ? [] : flags;
}

function groupLabel(fields: readonly Field[]): string {
  const [first] = fields;
  if (first === undefined) return '';
  return fields.length === 1 ? fieldLabel(first) : unitName(first.unit);
}
