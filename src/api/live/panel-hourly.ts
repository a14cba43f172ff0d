import { SpillwayError } from '../../errors.ts';
import type { JsonCell } from '../../hot-store/hot-store.ts';
import type { EventTime } from '../../model/time.ts';
import { isoTime } from '../../model/time.ts';
import { rangeBefore } from '../range.ts';
import { ranking } from '../ranking.ts';
import type { KeyCondition } from '../series.ts';
import { bothConditions, hourCondition, valueCondition } from '../series.ts';
import type { AnsweredGroups } from '../series-groups.ts';
import { captionNames, captionOf } from './panel-caption.ts';
import { PanelMemory } from './panel-memory.ts';
import type { PanelBody, PanelParts } from './panel-parts.ts';
import { largest, valuesOf, withValues } from './panel-series.ts';
import type { PanelShape } from './panel-shape.ts';
import type { HourlyGroups, HourlyNeed } from './panel-sums.ts';
import { panelTable } from './panel-table.ts';

/** What is known of a panel before anything has been read. */
type PanelBasis = Pick<PanelParts, 'store' | 'metric' | 'shape' | 'question' | 'filters'>;

/** What is asked of a panel with rows by hour. */
export interface HourlyPlan {
  readonly need: HourlyNeed;
  /** The hours whose rows are enough; undefined where it takes all: others may be among the largest values now. */
  readonly hours: readonly EventTime[] | undefined;
  /** With `hours`, the values of its series that were sent before. */
  readonly sent: ReadonlySet<JsonCell> | undefined;
}

/** Reads nothing yet. */
export function hourlyPlan(parts: PanelBasis): HourlyPlan {
  const { store, metric, question } = parts;
  const { since, window, live } = question;
  const sent = since === undefined ? undefined : PanelMemory.of(store).sent(metric.name, live);
  if (since === undefined || sent === undefined) return { need: needOf(parts, []), hours: undefined, sent: undefined };
  const hours = since.hours.filter((hour) => hour >= window.from && hour < window.to);
  return { need: needOf(parts, [hourCondition(hours)]), hours, sent };
}

function needOf({ shape, filters, question }: PanelBasis, more: readonly KeyCondition[]): HourlyNeed {
  const conditions = [...filters.conditions];
  for (const condition of more) {
    const at = conditions.findIndex(({ key }) => key.name === condition.key.name);
    conditions.splice(at < 0 ? conditions.length : at, 1, bothConditions(condition, conditions[at]));
  }
  return { group: shape.group, conditions, range: question.window };
}

/** Rows by hour of a panel; undefined where nothing has changed. */
export async function hourlyBody(parts: PanelParts, plan: HourlyPlan): Promise<PanelBody | undefined> {
  const { store, metric, shape, question, lines } = parts;
  const { need, hours, sent } = plan;
  const saysMore = captionNames(parts).length > 0 && question.since?.moved === true;
  if (hours?.length === 0 && !saysMore) return undefined;
  const found = await shownGroups(parts, need, sent);
  if (found === undefined)
    return await hourlyBody(parts, { need: needOf(parts, []), hours: undefined, sent: undefined });
  const { groups, shown, values } = found;
  PanelMemory.of(store).note(metric.name, question.live, shown === null ? values : undefined);
  const times = groups.table.key('hour');
  return {
    ...panelTable(shape, ['hour', ...shape.group], groups, (i) => lines.of(String(times[i]))),
    whole: hours === undefined,
    hours: (hours ?? []).map(isoTime),
    over: question.window,
    shown,
    caption: await captionOf(
      parts,
      question.window,
      shown === null ? undefined : ([value]) => values.has(value ?? null),
    ),
  };
}

interface Found {
  readonly groups: AnsweredGroups;
  readonly shown: PanelBody['shown'];
  /** Of the series, those of these groups and those that were sent. */
  readonly values: ReadonlySet<JsonCell>;
}

/**
 * The groups of a need that are shown. With `sent`, the need is for some hours only: undefined where the values in these
 * and those that were sent are more than are shown, so that which ones are takes all hours.
 */
async function shownGroups(
  parts: PanelParts,
  need: HourlyNeed,
  sent: ReadonlySet<JsonCell> | undefined,
): Promise<Found | undefined> {
  const [limit] = parts.shape.limits;
  if (limit === undefined) return { groups: (await parts.sums.of(need)).groups, shown: null, values: new Set() };
  const { key, most } = limit;
  let found: HourlyGroups;
  try {
    found = await parts.sums.of(need);
  } catch (error) {
    if (sent !== undefined || !isTooMuch(error)) throw error;
    return await largestInStore(parts, limit);
  }
  const values = new Set([...valuesOf(found.groups, key), ...(sent ?? [])]);
  if (values.size <= most) return { groups: found.groups, shown: null, values };
  if (sent !== undefined) return undefined;
  const chosen = largest(
    parts.metric,
    found.byValue(key, parts.lines.begunIn(parts.question.window)),
    key,
    parts.shape.panel.y,
    most,
  );
  const shown = { of: key, shown: chosen.size, all: values.size };
  return { groups: withValues(found.groups, key, chosen), shown, values: chosen };
}

function isTooMuch(error: unknown): boolean {
  return error instanceof SpillwayError && error.code === 'REQUEST_INVALID';
}

/** For more values than can be looked at here: the store says which are the largest, and their rows alone are read. */
async function largestInStore(parts: PanelParts, { key, most }: PanelShape['limits'][number]): Promise<Found> {
  const { store, metric, shape, filters, question, lines, sums } = parts;
  const range = question.window;
  const { groups: ranked, all } = await ranking(store, {
    ...{ metric, group: [key], filters: filters.conditions, by: shape.panel.y, top: most },
    ...{ range, before: rangeBefore(range), hours: lines.begunIn(range) },
  });
  const values = new Set(ranked.map(({ keys: [value] }) => value ?? null));
  const column = metric.keys.find(({ name }) => name === key);
  if (column === undefined) throw new Error(`metric ${metric.name} has no key "${key}"`);
  const { groups } = await sums.of(needOf(parts, [valueCondition(column, values)]));
  return { groups, shown: { of: key, shown: values.size, all }, values };
}
