import { NBSP, numberOf } from '../format/cells.ts';
import { formatCount } from '../format/numbers.ts';
import { formatValue } from '../format/units.ts';
import type { PanelData } from '../live/live-state.ts';
import { type ChartMetric, countField, type Field, fieldLabel, fieldOf } from './chart-metric.ts';
import { columnReader, type Row } from './rows.ts';

/** Says of a row what a field's value was computed from; undefined where the value is itself a count. */
export type Explain = (row: Row, others: readonly Row[]) => string | undefined;

const QUOTIENT = /^\s*(\w+)\s*\/\s*(\w+)\s*$/;
const SHARE = /^\s*share\(\s*(\w+)\s*,\s*(\w+)\s*\)\s*$/;

/**
 * How a value of the field is explained: `1,393 of 4,210 reads` where it is one measure over another of the same unit,
 * the same for a share of all values of the panel's series, else `n = 4,210 queries` with the metric's first measure.
 */
export function explainField(metric: ChartMetric, data: PanelData, field: Field): Explain {
  const count = countField(metric);
  const counts = columnReader(data, count?.name);
  const n: Explain = (row) => {
    const cell = counts(row);
    return count === undefined || count.name === field.name || numberOf(cell) === null
      ? undefined
      : `n${NBSP}=${NBSP}${formatValue(cell, count.unit)}`;
  };
  return explainQuotient(metric, data, field) ?? explainShare(metric, data, field, n) ?? n;
}

function explainQuotient(metric: ChartMetric, data: PanelData, { expr }: Field): Explain | undefined {
  const [, partName = '', wholeName = ''] = QUOTIENT.exec(expr ?? '') ?? [];
  const [part, whole] = [fieldOf(metric, partName), fieldOf(metric, wholeName)];
  if (part === undefined || whole === undefined || part.unit !== whole.unit) return undefined;
  const [parts, wholes] = [columnReader(data, part.name), columnReader(data, whole.name)];
  return (row) => {
    const [a, b] = [parts(row), wholes(row)];
    return numberOf(a) === null || numberOf(b) === null ? undefined : ofText(a, b, whole);
  };
}

function explainShare(metric: ChartMetric, data: PanelData, field: Field, otherwise: Explain): Explain | undefined {
  const [, name = '', key] = SHARE.exec(field.expr ?? '') ?? [];
  const measure = fieldOf(metric, name);
  if (measure === undefined || key !== metric.panel.series || data.shown !== null) return undefined;
  const [parts, shares] = [columnReader(data, name), columnReader(data, field.name)];
  return (row, others) => {
    const part = numberOf(parts(row));
    const share = numberOf(shares(row));
    const whole = others.reduce((sum, other) => sum + (numberOf(parts(other)) ?? 0), 0);
    // Where some values are filtered away, those that are left are not the whole.
    const isWhole = part !== null && share !== null && whole > 0 && Math.abs(part / whole - share) < 1e-9;
    return isWhole ? ofText(part, whole, measure) : otherwise(row, others);
  };
}

function ofText(part: Parameters<typeof formatCount>[0], whole: typeof part, { name, unit }: Field): string {
  const isCount = unit !== 'ms' && unit !== 'MB';
  const write = (cell: typeof part) => (isCount ? formatCount(cell) : formatValue(cell, unit));
  return `${write(part)} of ${write(whole)} ${fieldLabel({ name, unit })}`;
}
