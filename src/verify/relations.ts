import { identifier, quoted } from '../engine/sql.ts';
import type { Metric, Relations } from '../metrics/metric.ts';
import { CLEAN_COLUMNS } from './judgement.ts';

const EVENT_COLUMNS = CLEAN_COLUMNS.map(({ name }) => identifier(name)).join(', ');
const KNOWN_COLUMNS = 'hour, instance_id, feature_fingerprint, runs, sum_ln_execution';

/**
 * What a metric is recounted from, for the final hours of the span: the counted events and, if some hours were `amended`,
 * the late ones up to the revision that the metric's rows have; `known` and `carried` as those events see them. Hours in
 * `left_out` (hour, metric) are left out.
 */
export function relationsFor(metric: Metric, amended: boolean): Relations {
  const compared = `hour IN (SELECT hour FROM final_hours) AND hour NOT IN (SELECT hour FROM left_out WHERE metric = ${quoted(metric.name)})`;
  const select = (columns: string, source: string): string => `SELECT ${columns} FROM ${source} WHERE ${compared}`;
  const carried = select('hour, instance_id, busy_ms', 'carried');
  const onTime = select(EVENT_COLUMNS, 'counted');
  if (!amended) return { events: onTime, known: select(KNOWN_COLUMNS, 'known'), carried };
  // A row without a file can only be an error; it is shown best by what its hour should hold now.
  const taken = (source: string): string => `(SELECT ${source}.* FROM ${source}
    JOIN final_hours USING (hour) LEFT JOIN current_files ON current_files.hour = ${source}.hour AND dataset = ${quoted(metric.name)}
    WHERE ${source}.revision <= coalesce(current_files.revision, final_hours.revision))`;
  return {
    events: `${onTime} UNION ALL ${select(EVENT_COLUMNS, taken('amended'))}`,
    known: select(KNOWN_COLUMNS, taken('known')),
    carried,
  };
}
