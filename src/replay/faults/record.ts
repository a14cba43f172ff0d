import { REDSET_COLUMNS } from '../../model/redset.ts';

/** Columns of Redset by what can be wrong with them. */
export const COLUMN_NAMES: readonly string[] = REDSET_COLUMNS.map(({ name }) => name);
export const TEXT_COLUMNS: readonly string[] = REDSET_COLUMNS.filter(({ type }) => type === 'varchar').map(
  ({ name }) => name,
);
export const REQUIRED_COLUMNS: readonly string[] = REDSET_COLUMNS.filter(({ required }) => required).map(
  ({ name }) => name,
);
export const DURATIONS: readonly string[] = COLUMN_NAMES.filter((name) => name.endsWith('_duration_ms'));
/** Durations, sizes and counts. */
export const NEVER_NEGATIVE: readonly string[] = COLUMN_NAMES.filter(
  (name) => name === 'cluster_size' || DURATIONS.includes(name) || /^(num|mbytes)_/.test(name),
);

/** SELECT list of a record as it is in the trace. A trace tells the text of a bad record; on the bus it is bytes. */
export const RECORD_COLUMNS = ['deployment', ...COLUMN_NAMES, 'bad_columns', 'encode(raw) AS raw'].join(', ');
