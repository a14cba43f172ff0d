import {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
} from '@duckdb/node-api';
import type { Cell } from '../engine/session.ts';
import { eventTime, isoTime } from '../model/time.ts';
import type { JsonCell } from './hot-store.ts';

/**
 * A value as it leaves the process: an integer is a number while no digit is lost, else a string; a time is ISO-8601
 * UTC; a NaN or an infinity, which JSON does not have, is null.
 */
export function toJsonCell(cell: Cell): JsonCell {
  if (cell === null || typeof cell === 'string' || typeof cell === 'boolean') return cell;
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : null;
  if (typeof cell === 'bigint') return Number.isSafeInteger(Number(cell)) ? Number(cell) : cell.toString();
  if (isTime(cell)) return cell.isFinite ? timeText(cell) : null;
  if (cell instanceof DuckDBDateValue) return cell.toString();
  if (cell instanceof DuckDBDecimalValue) return cell.toString();
  if (cell instanceof DuckDBBlobValue) return Buffer.from(cell.bytes).toString('base64');
  if (cell instanceof DuckDBListValue || cell instanceof DuckDBArrayValue) return cell.items.map(toJsonCell);
  if (cell instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(cell.entries).map(([name, value]) => [name, toJsonCell(value)]));
  }
  if (cell instanceof DuckDBMapValue)
    return cell.entries.map(({ key, value }) => ({ key: toJsonCell(key), value: toJsonCell(value) }));
  return cell.toString();
}

type TimeCell =
  | DuckDBTimestampValue
  | DuckDBTimestampTZValue
  | DuckDBTimestampSecondsValue
  | DuckDBTimestampMillisecondsValue
  | DuckDBTimestampNanosecondsValue;

function isTime(cell: Cell): cell is TimeCell {
  return (
    cell instanceof DuckDBTimestampValue ||
    cell instanceof DuckDBTimestampTZValue ||
    cell instanceof DuckDBTimestampSecondsValue ||
    cell instanceof DuckDBTimestampMillisecondsValue ||
    cell instanceof DuckDBTimestampNanosecondsValue
  );
}

/** ISO-8601 in UTC. Our own times are whole microseconds of our millennium; a query can make others. */
function timeText(cell: TimeCell): string {
  if ('micros' in cell && Number.isSafeInteger(Number(cell.micros))) return isoTime(eventTime(cell.micros));
  return `${cell.toString().replace(' ', 'T').replace(/\+00$/, '')}Z`;
}
