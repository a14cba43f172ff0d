import { identifier, timestamp } from '../../engine/sql.ts';
import type { HotStore } from '../../hot-store/hot-store.ts';
import { parseTime } from '../../model/time.ts';
import type { PanelParts } from './panel-parts.ts';

/** Values listed of a key at most. */
const MOST = 50;
/** Answers kept at most: those of one hour, for each metric. */
const KEPT = 50;

/** Of each store the answers for its latest final hour: they change once an hour and are asked for every second. */
const KNOWN = new WeakMap<HotStore, Map<string, readonly string[]>>();

/** The values that keys of `where` could have instead: those of the latest final hour, and the ones that they have. */
export async function choicesOf(
  parts: Pick<PanelParts, 'store' | 'metric' | 'lines' | 'question'>,
  where: Readonly<Record<string, string>>,
): Promise<Record<string, string[]>> {
  const choices: Record<string, string[]> = {};
  for (const [key, value] of Object.entries(where)) {
    const own = parts.metric.panel?.where[key];
    const values = new Set([...(await valuesOf(parts, key)), value, ...(own === undefined ? [] : [own])]);
    choices[key] = [...values].sort();
  }
  return choices;
}

async function valuesOf(
  { store, metric, lines, question }: Pick<PanelParts, 'store' | 'metric' | 'lines' | 'question'>,
  key: string,
): Promise<readonly string[]> {
  const line = lines.latestFinal();
  const hour = line === undefined ? question.latest : parseTime(line.hour);
  if (hour === undefined) return [];
  const id = JSON.stringify([metric.name, key, hour, line?.revision ?? null]);
  const known = KNOWN.get(store) ?? new Map<string, readonly string[]>();
  KNOWN.set(store, known);
  const found = known.get(id);
  if (found !== undefined) return found;
  const { rows } = await store.query(
    `SELECT DISTINCT ${identifier(key)} FROM ${identifier(metric.name)}
     WHERE hour = ${timestamp(hour)} AND ${identifier(key)} IS NOT NULL ORDER BY 1`,
    { maxRows: MOST },
  );
  const values = rows.map(([value]) => String(value));
  if (known.size >= KEPT) known.clear();
  // An open hour may get others.
  if (line !== undefined) known.set(id, values);
  return values;
}
