import { runChild } from '../../bin/child.js';
import { systemClock } from '../../src/time/clock.ts';
import { withCleanup } from '../../test/support/browser/cleanup.ts';
import type { Page } from '../../test/support/browser/page.ts';
import { openPage } from '../../test/support/browser/page.ts';
import { sql, startSpillway } from '../../test/support/browser/spillway.ts';
import { SPILLWAY } from '../../test/support/live-run.ts';
import type { BenchCase, Figure } from '../case.ts';
import { benchBrowser } from '../dashboard/browser.ts';
import { DRAW_WATCH, msUntilDrawn } from '../dashboard/draw-watch.ts';
import { quantile } from '../dashboard/freshness.ts';
import { tierTrace } from '../trace.ts';

const INSTANCES = 200;
/** Seven in view, and the day before them that the top row compares with. */
const DAYS = 8;
const VIEW = 'hours=168';
/** Each kind of filter is chosen so often, another value each time. */
const ROUNDS = 10;
/** The first drawing and all that a page does once. */
const SETTLE_MS = 5_000;

export const dashboardFilters: BenchCase = {
  name: 'dashboard-filters',
  question: `How long does it take from choosing a filter to the last chart drawn, with ${INSTANCES} instances and seven days in view?`,
  needsTrace: false,
  runs: 1,
  sizes: ({ events }) => `${INSTANCES} provisioned instances, ${events.toLocaleString('en-US')} events in ${DAYS} days`,
  measure: (options, { dir }) =>
    withCleanup(async (cleanup) => {
      const hours = DAYS * 24;
      const eventsPerHour = Math.round(options.events / hours);
      const trace = await tierTrace({ deployment: 'provisioned', instances: INSTANCES, hours, eventsPerHour }, (what) =>
        process.stderr.write(`${what}\n`),
      );
      const browser = await benchBrowser(cleanup);
      const common = ['--data-dir', dir, '--port', '0', '--memory', String(options.memoryMb)];
      const fill = ['run', '--trace', trace.folder, ...common, '--speed', 'max', '--exit-when-done'];
      const { code, output } = await runChild(process.execPath, [SPILLWAY, ...fill], { cwd: dir, capture: true });
      if (code !== 0) throw new Error(`filling the store: ${output}`);
      const spillway = await startSpillway(cleanup, dir, ['serve', ...common]);
      const { rows } = await sql(spillway, 'SELECT DISTINCT instance_id FROM workload ORDER BY 1');
      const instances = rows.map(String);
      const link = spillway.link.replace('/#', `/?${VIEW}#`);
      const page = await openPage(cleanup, browser, link, { script: DRAW_WATCH });
      await systemClock.sleep(SETTLE_MS);
      return figuresOf(await chooseAll(page, instances));
    }),
};

/** What is chosen, as the address has it, by kind. */
function choices(instances: readonly string[], round: number): Record<string, string> {
  const some = (n: number): string => {
    const first = (round * 17) % instances.length;
    return [...instances.slice(first), ...instances].slice(0, n).join(',');
  };
  return {
    'an instance': `only.instance_id=${some(1)}`,
    'ten instances': `only.instance_id=${some(10)}`,
    'a tier': 'tier=provisioned',
    'a query type': `only.query_type=${['select', 'insert', 'copy', 'delete', 'update'][round % 5]}`,
    'no filter': '',
  };
}

async function chooseAll(page: Page, instances: readonly string[]): Promise<Map<string, number[]>> {
  const took = new Map<string, number[]>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [kind, chosen] of Object.entries(choices(instances, round))) {
      const ms = await msUntilDrawn(page, `?${[VIEW, chosen].filter(Boolean).join('&')}`);
      took.set(kind, [...(took.get(kind) ?? []), ms]);
    }
  }
  return took;
}

function figuresOf(took: ReadonlyMap<string, readonly number[]>): Figure[] {
  const figure = (name: string, ms: number): Figure => ({ name, unit: 's', value: ms / 1_000 });
  const all = [...took.values()].flat();
  return [
    figure('any, median', quantile(all, 0.5)),
    figure('any, p95', quantile(all, 0.95)),
    figure('any, slowest', quantile(all, 1)),
    ...[...took].flatMap(([kind, values]) => [
      figure(`${kind}, median`, quantile(values, 0.5)),
      figure(`${kind}, slowest`, quantile(values, 1)),
    ]),
  ];
}
