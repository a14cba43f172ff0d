import type { HotStore, JsonCell } from '../../src/hot-store/hot-store.ts';
import { ask } from './store.ts';

type Rows = readonly (readonly JsonCell[])[];

/**
 * What a run came to, in a form that two runs can be compared by: everything but wall times, the watermark seen when an
 * hour was closed and whether a late or rejected record came before or after that, which depend on batch cuts.
 */
export interface Tables {
  /** hour, state, revision, counted, late, rejected, duplicate */
  readonly hours: Rows;
  /** hour, partition, state, counted, late, rejected, duplicate */
  readonly receipts: Rows;
  /** Final rows of each metric, ordered. */
  readonly rollups: Readonly<Record<string, Rows>>;
  /** partition, offset, hour, seen_watermark, late_by_ms */
  readonly late: Rows;
  /** partition, offset, hour, reason, field */
  readonly rejected: Rows;
  /** partition, next_offset, last_seq, resent, gaps, controls, ended */
  readonly progress: Rows;
}

/** Reads the comparable tables of a store. */
export async function tables(store: HotStore): Promise<Tables> {
  const rollups: Record<string, Rows> = {};
  for (const { name } of store.metrics) {
    rollups[name] = await ask(store, `SELECT * FROM ${name} WHERE state = 'final' ORDER BY ALL`);
  }
  return {
    hours: await ask(
      store,
      'SELECT hour, state, revision, counted, late, rejected, duplicate FROM hours ORDER BY hour',
    ),
    receipts: await ask(
      store,
      `SELECT hour, "partition", state, counted, late + late_after, rejected + rejected_after, duplicate
       FROM receipts ORDER BY hour NULLS FIRST, "partition"`,
    ),
    rollups,
    late: await ask(
      store,
      'SELECT "partition", "offset", hour, seen_watermark, late_by_ms FROM late_events ORDER BY ALL',
    ),
    rejected: await ask(store, 'SELECT "partition", "offset", hour, reason, field FROM rejected ORDER BY ALL'),
    progress: await ask(
      store,
      'SELECT "partition", next_offset, last_seq, resent, gaps, controls, ended FROM progress ORDER BY ALL',
    ),
  };
}
