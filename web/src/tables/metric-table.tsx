import { useMemo } from 'react';
import type { MetricDefinition } from '../../../src/api/routes/metrics.ts';
import type { Rows } from '../live/live-state.ts';
import { RowsTable } from './rows-table.tsx';
import { metricColumns } from './table-columns.ts';

/** Rows of a metric with its units and notes. */
export function MetricTable({ metric, rows }: { readonly metric: MetricDefinition; readonly rows: Rows }) {
  const names = rows.columns.join('\n');
  const columns = useMemo(() => metricColumns(metric, names.split('\n')), [metric, names]);
  return <RowsTable rows={rows} columns={columns} caption={metric.title} />;
}
