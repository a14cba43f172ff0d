import { nearest } from '../config/nearest.ts';
import { PUBLIC_TABLES } from '../model/public-tables.ts';

/** Public tables that are no metrics, those still to come included, and a folder of the archive. */
export const TAKEN_TABLES = [...PUBLIC_TABLES, 'loads', 'pipeline_samples', 'current'] as const;

/** Columns that every metric's table has besides its own. */
export const TAKEN_COLUMNS = ['state', 'revision'] as const;

/** PostgreSQL cuts names at 63 bytes, and `_day` is added to a metric's name. */
const MAX_NAME_LENGTH = 59;

/** Why `name` cannot be the name of a table or column, or undefined if it can. `reserved` are SQL's own words. */
export function nameFault(name: string, reserved: ReadonlySet<string>): string | undefined {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) return 'must be lower-case letters, digits and _, a letter first';
  if (name.length > MAX_NAME_LENGTH) return `is longer than ${MAX_NAME_LENGTH} characters`;
  if (reserved.has(name)) return 'is a reserved word of SQL';
  return undefined;
}

/** `; did you mean "x"?`, or nothing where no known name is near. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const match = nearest(name, known);
  return match === undefined ? '' : `; did you mean "${match}"?`;
}
