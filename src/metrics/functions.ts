import type { Session } from '../engine/session.ts';
import { textOf } from '../engine/session.ts';

/** Says which SQL functions a metric may call. */
export interface FunctionRules {
  /** Why the function is refused, or undefined if it is allowed (or unknown, which DuckDB will say itself). */
  refusal(name: string): string | undefined;
}

/** Aggregates whose result does not depend on the order of rows. */
const AGGREGATES: ReadonlySet<string> = new Set([
  ...['count', 'count_star', 'count_if', 'countif', 'sum', 'min', 'max', 'avg', 'mean', 'bool_and', 'bool_or'],
  ...['bit_and', 'bit_or', 'bit_xor', 'median', 'quantile_disc', 'quantile_cont'],
]);

/** SQL macros that compute from their arguments alone. All others are refused: most of them ask for the system. */
const MACROS: ReadonlySet<string> = new Set([
  ...['nullif', 'split_part', 'array_to_string', 'date_add', 'days_in_month', 'fdiv', 'fmod', 'round_even'],
  ...['list_append', 'list_prepend', 'list_reverse', 'list_count', 'list_max', 'list_min', 'list_sum'],
]);

/** Scalar functions that DuckDB calls consistent, and that nevertheless see more than their arguments. */
const NOT_PURE: ReadonlySet<string> = new Set([
  ...['age', 'current_localtime', 'current_localtimestamp', 'current_setting', 'getvariable', 'getenv'],
  ...['hash', 'create_sort_key', 'json_serialize_plan', 'list_aggregate', 'list_aggr', 'array_aggregate', 'array_aggr'],
  ...['aggregate', 'apply_aggregate'],
]);

/** Words that SQL takes for a function call, though they look like a column. */
export const SQL_VALUES: ReadonlySet<string> = new Set([
  ...['current_catalog', 'current_date', 'current_role', 'current_schema', 'current_time', 'current_timestamp'],
  ...['current_user', 'localtime', 'localtimestamp', 'session_user', 'user'],
]);

/** The rules for the functions of this DuckDB. */
export async function functionRules(session: Session): Promise<FunctionRules> {
  const rows = await session.rows(`
    SELECT DISTINCT lower(function_name) AS name,
      CASE WHEN function_type = 'scalar' AND stability IS DISTINCT FROM 'CONSISTENT' THEN 'volatile' ELSE function_type END AS kind
    FROM duckdb_functions()`);
  const kinds = new Map<string, Set<string>>();
  for (const row of rows) {
    const name = textOf(row.name);
    kinds.set(name, (kinds.get(name) ?? new Set()).add(textOf(row.kind)));
  }
  return { refusal: (name) => refusalOf(name, kinds.get(name) ?? new Set()) };
}

function refusalOf(name: string, kinds: ReadonlySet<string>): string | undefined {
  if (kinds.has('volatile') || NOT_PURE.has(name)) return 'is not allowed: it depends on more than its arguments';
  if (kinds.has('aggregate') && !AGGREGATES.has(name)) {
    return 'is not allowed: its result may depend on the order of rows, or cannot be told exactly';
  }
  if (kinds.has('macro') && !MACROS.has(name)) return 'is not allowed in a metric';
  return undefined;
}
