import type { Cell } from '../../../src/api/live/messages.ts';
import type { MetricDefinition } from '../../../src/api/routes/metrics.ts';
import { formatKey, NO_VALUE, wholeOf, words } from '../format/cells.ts';
import { formatCount } from '../format/numbers.ts';
import { formatHour } from '../format/time.ts';
import { formatBare, isAdditive } from '../format/units.ts';

/** How a column is shown and sorted. */
export interface TableColumn {
  readonly name: string;
  readonly label: string;
  /** Undefined for keys and what is no measurement. */
  readonly unit: string | undefined;
  readonly note: string | undefined;
  /** Numbers stand on the right and sort as numbers. */
  readonly numeric: boolean;
  /** A cell as it is read. */
  readonly write: (cell: Cell | undefined) => string;
}

/** Columns that the live stream adds to a metric's own. */
const ADDED: Readonly<Record<string, { readonly label: string; readonly numeric: boolean }>> = {
  state: { label: 'state', numeric: false },
  revision: { label: 'revision', numeric: true },
  rank: { label: 'rank', numeric: true },
  rank_before: { label: 'rank before', numeric: true },
};

/** The columns of a metric's rows in their order, with units and notes; unknown ones as they stand. */
export function metricColumns(metric: MetricDefinition, names: readonly string[]): readonly TableColumn[] {
  return names.map((name) => columnOf(metric, name));
}

function columnOf(metric: MetricDefinition, name: string): TableColumn {
  const key = metric.keys.find((one) => one.name === name);
  if (key !== undefined) {
    const isTime = key.type === 'TIMESTAMP';
    const write = (cell: Cell | undefined) => (isTime && typeof cell === 'string' ? formatHour(cell) : formatKey(cell));
    const label = isTime ? `${words(name)} (UTC)` : words(name);
    return { name, label, unit: undefined, note: undefined, numeric: key.type === 'BIGINT', write };
  }
  const value = [...metric.measures, ...metric.derived].find((one) => one.name === name);
  if (value !== undefined) {
    const { unit, note } = value;
    return {
      name,
      label: words(name),
      unit,
      note: note ?? undefined,
      numeric: true,
      write: (cell) => exact(cell, unit),
    };
  }
  const { label, numeric } = ADDED[name] ?? { label: words(name), numeric: false };
  const write = (cell: Cell | undefined) => (cell === null || cell === undefined ? NO_VALUE : formatKey(cell));
  return { name, label, unit: undefined, note: undefined, numeric, write };
}

/** Whole numbers to the last digit; shares and other fractions as in charts. */
function exact(cell: Cell | undefined, unit: string): string {
  return isAdditive(unit) && wholeOf(cell) !== undefined ? formatCount(cell) : formatBare(cell, unit);
}

/** What stands in a header: the name, and the unit of cells that are written without one. */
export function headOf({ label, unit }: TableColumn): { readonly label: string; readonly unit: string | undefined } {
  const isSaid = unit === undefined || unit === '' || unit === label || unit === 'ratio' || unit === 'flag';
  return { label, unit: isSaid ? undefined : unit };
}
