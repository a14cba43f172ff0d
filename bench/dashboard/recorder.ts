import type { Page } from '../../test/support/browser/page.ts';
import type { Receipt } from './freshness.ts';
import { LIVE_TAP } from './live-tap.ts';

/** Metrics in which every event counts as one of `queries`, so that an hour's sum says which events are in it. */
export const WHOLE_METRICS = ['workload', 'spill', 'result_cache', 'bottlenecks'] as const;

/** The part of the counters: all events of the run. */
export const ALL = 'all';

/** Notes when which figures came. */
export const RECORDER = `${LIVE_TAP}
(() => {
  const received = [];
  window.takeReceived = () => received.splice(0);
  const wholes = ${JSON.stringify(WHOLE_METRICS)};
  const status = ({ processor: { counted, rejected, late, duplicate } }, at) => {
    received.push(['${ALL}', at, counted + rejected + late + duplicate]);
  };
  const panels = ({ panels }, at) => {
    for (const metric of wholes) {
      const { columns, rows } = panels[metric] ?? { columns: [], rows: [] };
      const [hour, queries] = [columns.indexOf('hour'), columns.indexOf('queries')];
      const sums = new Map();
      for (const row of rows) sums.set(row[hour], (sums.get(row[hour]) ?? 0) + Number(row[queries]));
      for (const [of, sum] of sums) received.push([metric + ' ' + Date.parse(of), at, sum]);
    }
  };
  window.onLive(({ event, data, at }) => {
    if (event === 'status') status(JSON.parse(data), at);
    if (event === 'panels') panels(JSON.parse(data), at);
  });
})()`;

/** Takes from the page what has been noted since the last call. */
export async function takeReceipts(page: Page): Promise<Receipt[]> {
  const noted = await page.evaluate<[string, number, number][]>('window.takeReceived()');
  return noted.map(([part, atMs, count]) => ({ part, atMs, count }));
}
