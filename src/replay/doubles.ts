import { DuckDBDoubleVector } from '@duckdb/node-api';
import type { Session } from '../engine/session.ts';

/**
 * Reads columns of type DOUBLE, one array each. For times as well (exact for microseconds): a timestamp vector makes one
 * object for each value that is read. A null is NaN.
 */
export async function readDoubles(session: Session, sql: string, columns: number): Promise<Float64Array[]> {
  const chunks = await session.chunks(sql);
  const rows = chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0);
  return Array.from({ length: columns }, (_, column) => {
    const values = new Float64Array(rows);
    let row = 0;
    for (const chunk of chunks) {
      const vector = chunk.getColumnVector(column);
      if (!(vector instanceof DuckDBDoubleVector)) throw new TypeError('columns must be DOUBLE');
      for (let i = 0; i < chunk.rowCount; i++) values[row++] = vector.getItem(i) ?? Number.NaN;
    }
    return values;
  });
}

/** How many of the ascending values are below `limit`, the first `start` of them known to be. A NaN is below anything. */
export function countBelow(values: Float64Array, limit: number, start = 0): number {
  let low = start;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? Number.NaN) >= limit) high = middle;
    else low = middle + 1;
  }
  return low;
}
