import type { HotStore } from '../../hot-store/hot-store.ts';
import type { Metric } from '../../metrics/metric.ts';
import type { HourLines } from '../hour-lines.ts';
import { readHourLines } from '../hour-lines.ts';
import { brokenKpi, kpiPlan, kpiRows, kpiWindow } from './kpi-rows.ts';
import type { KpiRows, PanelRows, PanelsMessage } from './messages.ts';
import type { PanelQuestion } from './panel-question.ts';
import { shownHour } from './panel-question.ts';
import { brokenPanel, panelRows, planPanel } from './panel-rows.ts';
import { oneHour } from './panel-shape.ts';
import { MetricSums } from './panel-sums.ts';

export { shownHour } from './panel-question.ts';

/** What panels are answered from. */
export interface PanelSource {
  readonly store: HotStore;
  readonly metrics: readonly Metric[];
}

export type PanelsAnswer = Pick<PanelsMessage, 'panels' | 'kpis'>;

/** Metrics worked on at once: while one is computed here, the store sums the next. More would wait for each other. */
const AT_ONCE = 2;

/**
 * Everything that has changed of all panels and of the top row; provisional rollups are as fresh as the last
 * `refreshLive`. What one metric fails at stands in its panel's `problem` and touches no other.
 */
export async function answerPanels(source: PanelSource, question: PanelQuestion): Promise<PanelsAnswer> {
  const { store, metrics } = source;
  const shown = shownHour(question);
  const lines = await readHourLines(store, [kpiWindow(question), ...(shown === undefined ? [] : [oneHour(shown)])]);
  const answers = await atOnce(AT_ONCE, metrics, (metric) => answerMetric(store, metric, question, lines));
  const panels: Record<string, PanelRows> = {};
  const kpis: Record<string, KpiRows> = {};
  for (const [i, { name }] of metrics.entries()) {
    const answer = answers[i];
    if (answer?.panel !== undefined) panels[name] = answer.panel;
    for (const [place, rows] of answer?.kpis.entries() ?? []) if (rows !== undefined) kpis[`${name}.${place}`] = rows;
  }
  return { panels, kpis };
}

interface MetricAnswer {
  readonly panel: PanelRows | undefined;
  /** In the order of the metric's own. */
  readonly kpis: readonly (KpiRows | undefined)[];
}

async function answerMetric(
  store: HotStore,
  metric: Metric,
  question: PanelQuestion,
  lines: HourLines,
): Promise<MetricAnswer> {
  const panelFailed = (error: unknown): PanelRows => brokenPanel(store, metric, question, error);
  const kpiFailed = (place: number): KpiRows => brokenKpi(store, metric, place, question);
  try {
    const panel = metric.panel === undefined ? undefined : planPanel(store, metric, metric.panel, question);
    const kpis = metric.kpi.map((_, place) => kpiPlan(store, metric, place, question));
    const needs = [panel?.hourly?.need, ...kpis.map(({ need }) => need)].filter((need) => need !== undefined);
    const from = { store, lines, sums: new MetricSums(store, metric, needs) };
    const [panelAnswer, ...kpiAnswers] = await Promise.all([
      panel === undefined ? undefined : panelRows(panel, from).catch(panelFailed),
      ...kpis.map((plan, place) => kpiRows(plan, from.sums).catch(() => kpiFailed(place))),
    ]);
    return { panel: panelAnswer, kpis: kpiAnswers };
  } catch (error) {
    const panel = metric.panel === undefined ? undefined : panelFailed(error);
    return { panel, kpis: metric.kpi.map((_, place) => kpiFailed(place)) };
  }
}

/** What `work` gives for each item, for so many of them at a time. */
async function atOnce<T, R>(most: number, items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  const queue = [...items.entries()];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  return results;
}
