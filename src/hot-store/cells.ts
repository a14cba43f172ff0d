import type { DuckDBDataChunk, DuckDBVector } from '@duckdb/node-api';
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
import type { ColumnResult, JsonCell } from './hot-store.ts';

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

/** Cells of a result by column, from the chunks in which it comes. */
export class JsonColumns {
  readonly #cells: JsonCell[][];
  /** Most results have few different times, and a time's text is dear. */
  readonly #times = new Map<bigint, JsonCell>();
  #size = 0;

  constructor(columns: number) {
    this.#cells = Array.from({ length: columns }, () => []);
  }

  /** Number of rows. */
  get size(): number {
    return this.#size;
  }

  add(chunk: DuckDBDataChunk): void {
    for (const [i, cells] of this.#cells.entries()) this.#append(cells, chunk.getColumnVector(i));
    this.#size += chunk.rowCount;
  }

  /** The cells of the first `most` rows. */
  first(most: number): JsonCell[][] {
    return this.#size <= most ? this.#cells : this.#cells.map((cells) => cells.slice(0, most));
  }

  #append(cells: JsonCell[], vector: DuckDBVector): void {
    let [before, text]: [bigint | undefined, JsonCell] = [undefined, null];
    for (let i = 0; i < vector.itemCount; i++) {
      const cell = vector.getItem(i);
      if (cell instanceof DuckDBTimestampValue) {
        // Rows mostly come in the order of some time.
        if (cell.micros !== before) [before, text] = [cell.micros, this.#time(cell)];
        cells.push(text);
      } else cells.push(toJsonCell(cell));
    }
  }

  #time(cell: DuckDBTimestampValue): JsonCell {
    let text = this.#times.get(cell.micros);
    if (text === undefined) {
      text = toJsonCell(cell);
      if (this.#times.size < MAX_TIMES) this.#times.set(cell.micros, text);
    }
    return text;
  }
}

/** Cells by column as rows. */
export function rowsOf({ cells, size }: Pick<ColumnResult, 'cells' | 'size'>): JsonCell[][] {
  return Array.from({ length: size }, (_, row) => cells.map((column) => column[row] ?? null));
}

const MAX_TIMES = 10_000;

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
