import type { Session } from '../engine/session.ts';
import { numberOf } from '../engine/session.ts';
import { quoted } from '../engine/sql.ts';
import type { HistorySize } from '../model/status.ts';
import type { Clock } from '../time/clock.ts';
import { STORE_CATALOG } from './tables.ts';

/** Asking for the blocks of a large table is cheap, but not free: once in this time is enough for a size. */
const MIN_INTERVAL_MS = 3_000;
const TABLES = ['fingerprints', 'carried'].map((name) => `${STORE_CATALOG}.store.${name}`);

/**
 * A function that tells how large the history is. DuckDB keeps no size of a table; it tells which blocks of the file each
 * column segment fills. A block that holds segments of other tables as well counts as a whole, so the result is right to
 * about a block (256 KiB) per column. Rows that no checkpoint has moved out of the log yet have no block.
 */
export function createHistorySize(session: Session, clock: Clock): () => Promise<HistorySize> {
  let last: Promise<HistorySize> | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (last === undefined || clock.monotonicMs() - readAt >= MIN_INTERVAL_MS) {
      readAt = clock.monotonicMs();
      last = read(session);
      // A reading that failed is tried again by the next one who asks.
      last.catch(() => {
        last = undefined;
      });
    }
    return last;
  };
}

async function read(session: Session): Promise<HistorySize> {
  const rows = TABLES.map((table) => `(SELECT count(*) FROM ${table})`).join(' + ');
  const segments = TABLES.map((table) => `SELECT * FROM pragma_storage_info(${quoted(table)})`).join(' UNION ALL ');
  const found = await session.row(`
    SELECT ${rows} AS rows,
      (SELECT count(DISTINCT block) FROM (
        SELECT unnest(list_prepend(block_id, additional_block_ids)) AS block FROM (${segments}) WHERE persistent
      ) WHERE block >= 0) AS blocks,
      (SELECT block_size FROM pragma_database_size() WHERE database_name = ${quoted(STORE_CATALOG)}) AS block_size`);
  return { rows: numberOf(found.rows), bytes: numberOf(found.blocks) * numberOf(found.block_size) };
}
