import type { TestContext } from 'node:test';
import type { HourWindow, LiveQuestion } from '../../../../src/api/live/live-question.ts';
import { parseLiveQuestion } from '../../../../src/api/live/live-question.ts';
import type { PanelChange } from '../../../../src/api/live/panel-question.ts';
import type { PanelsAnswer } from '../../../../src/api/live/panels.ts';
import { answerPanels } from '../../../../src/api/live/panels.ts';
import type { HotStore } from '../../../../src/hot-store/hot-store.ts';
import type { Metric, Panel } from '../../../../src/metrics/metric.ts';
import type { EventTime } from '../../../../src/model/time.ts';
import { apiFixture, at } from '../fixture.ts';

/** A panel that says as little as possible. */
export const PLAIN_PANEL: Panel = {
  ...{ chart: 'line', x: 'hour', y: ['queries'], series: undefined, top: undefined, where: {}, stack: false },
  ...{ scale: 'linear', over: 'range', caption: [], spread: undefined, fit: undefined },
};

export const [TEN, ELEVEN, MIDNIGHT] = [at('2024-03-01T22:00Z'), at('2024-03-01T23:00Z'), at('2024-03-02T00:00Z')];

/** Six hours: three before the run, its two final ones and the open one. */
export const WINDOW: HourWindow = { from: at('2024-03-01T19:00Z'), to: at('2024-03-02T01:00Z') };

/** Asks the panels of a store; `query` as the stream takes it. */
export type Ask = (query?: Readonly<Record<string, string>>, since?: PanelChange) => Promise<PanelsAnswer>;

export function askOf(
  store: HotStore,
  metrics: readonly Metric[],
  window: HourWindow,
  latest: EventTime | undefined,
): Ask {
  return async (query = {}, since = undefined) => {
    const live: LiveQuestion = parseLiveQuestion(query, metrics);
    return await answerPanels({ store, metrics }, { live, window, latest, since });
  };
}

/** Panels over the store of `apiFixture`, its open hour included. */
export async function panelFixture(
  t: TestContext,
  metrics: readonly Metric[],
): Promise<{ readonly store: HotStore; readonly ask: Ask }> {
  const { store } = await apiFixture(t);
  await store.refreshLive();
  return { store, ask: askOf(store, metrics, WINDOW, MIDNIGHT) };
}

/** Some columns of rows. */
export function cellsOf(
  { columns, rows }: { readonly columns: readonly string[]; readonly rows: readonly (readonly unknown[])[] },
  ...names: readonly string[]
): unknown[][] {
  return rows.map((row) => names.map((name) => row[columns.indexOf(name)]));
}
