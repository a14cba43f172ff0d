import { quoted } from '../../engine/sql.ts';
import { messageOf, SpillwayError } from '../../errors.ts';
import type { HotStore } from '../../hot-store/hot-store.ts';
import type { Metric, Panel } from '../../metrics/metric.ts';
import { isoTime } from '../../model/time.ts';
import { rangeConditions } from '../range.ts';
import type { PanelRows } from './messages.ts';
import { choicesOf } from './panel-choices.ts';
import type { PanelFilters } from './panel-filters.ts';
import { panelFilters, shownValues } from './panel-filters.ts';
import type { HourlyPlan } from './panel-hourly.ts';
import { hourlyBody, hourlyPlan } from './panel-hourly.ts';
import { PanelMemory } from './panel-memory.ts';
import type { PanelBody, PanelParts } from './panel-parts.ts';
import type { PanelQuestion } from './panel-question.ts';
import type { PanelShape } from './panel-shape.ts';
import { panelShape } from './panel-shape.ts';
import { totalsBody } from './panel-totals.ts';

/** A panel's question, before anything has been read. */
export interface PanelPlan {
  readonly metric: Metric;
  readonly question: PanelQuestion;
  readonly shape: PanelShape;
  /** The one value shown of each key of the panel's `where`. */
  readonly where: Readonly<Record<string, string>>;
  readonly filters: PanelFilters;
  /** If its rows are by hour. */
  readonly hourly: HourlyPlan | undefined;
}

/** Throws REQUEST_INVALID for a value that a key of this metric cannot have. */
export function planPanel(store: HotStore, metric: Metric, panel: Panel, question: PanelQuestion): PanelPlan {
  const shape = panelShape(metric, panel);
  const where = shownValues(metric, question.live);
  const filters = panelFilters(metric, question.live, where);
  const plan = { metric, question, shape, where, filters };
  return { ...plan, hourly: shape.byHour ? hourlyPlan({ ...plan, store }) : undefined };
}

/** The rows of a panel; undefined where nothing has changed. */
export async function panelRows(
  plan: PanelPlan,
  from: Pick<PanelParts, 'store' | 'lines' | 'sums'>,
): Promise<PanelRows | undefined> {
  const parts: PanelParts = { ...plan, ...from };
  const body = plan.hourly === undefined ? await totalsBody(parts) : await hourlyBody(parts, plan.hourly);
  if (body === undefined) return undefined;
  const { over, ...rest } = body;
  const problem = body.whole && body.rows.length === 0 ? await reasonOf(parts, over) : null;
  return {
    ...rest,
    over: { from: isoTime(over.from), to: isoTime(over.to) },
    where: { ...plan.where },
    choices: await choicesOf(parts, plan.where),
    ignored: [...plan.filters.ignored],
    problem,
  };
}

/** The rows of a panel that cannot be answered. */
export function brokenPanel(store: HotStore, metric: Metric, question: PanelQuestion, error: unknown): PanelRows {
  PanelMemory.of(store).note(metric.name, question.live, undefined);
  const { window } = question;
  const over = { from: isoTime(window.from), to: isoTime(window.to) };
  const nothing = { columns: [], rows: [], whole: true, hours: [], shown: null };
  return { ...nothing, over, where: {}, choices: {}, ignored: [], caption: {}, problem: problemText(error) };
}

/** What went wrong and what to do about it, in words. */
function problemText(error: unknown): string {
  const hint = error instanceof SpillwayError && error.hint !== undefined ? ` (${error.hint})` : '';
  return `${messageOf(error)}${hint}`;
}

/** Why a panel has no rows, if that is not just because there were no such events. */
async function reasonOf({ store, metric }: PanelParts, over: PanelBody['over']): Promise<string | null> {
  const conditions = [...rangeConditions(over), `metric = ${quoted(metric.name)}`];
  const { rows } = await store.query(
    `SELECT arg_max(reason, hour), max(hour) FROM metric_failures WHERE ${conditions.join(' AND ')}`,
  );
  const [reason, hour] = rows[0] ?? [];
  return typeof reason === 'string' ? `${metric.name} failed for the hour ${String(hour)}: ${reason}` : null;
}
