import { parseLiveQuestion, windowAt } from '../../src/api/live/live-question.ts';
import { answerPanels } from '../../src/api/live/panels.ts';
import { eventTime, replayTime } from '../../src/model/time.ts';
import type { Pipeline } from '../../src/pipeline.ts';
import { systemClock } from '../../src/time/clock.ts';
import type { BenchCase, Figure } from '../case.ts';
import { quantile } from '../dashboard/freshness.ts';
import { numberFrom, playToEnd } from '../run.ts';
import { tierTrace } from '../trace.ts';

const INSTANCES = 200;
/** Seven in view, and the day before them that the top row compares with. */
const HOURS = 192;
/** Each kind of filter is asked so often, another value each time; the first times do not count. */
const [ROUNDS, WARM_UPS] = [30, 3];

export const panels: BenchCase = {
  name: 'panels',
  question: `How long does the server take for all panels and the top row, with ${INSTANCES} instances and seven days in view?`,
  needsTrace: false,
  sizes: ({ events }) =>
    `${INSTANCES} provisioned instances, ${events.toLocaleString('en-US')} events in ${HOURS} hours`,
  measure: async (options, place) => {
    const eventsPerHour = Math.round(options.events / HOURS);
    const spec = { deployment: 'provisioned', instances: INSTANCES, hours: HOURS, eventsPerHour } as const;
    const { folder } = await tierTrace(spec, (what) => process.stderr.write(`${what}\n`));
    const pipeline = await playToEnd(options, { ...place, trace: folder });
    const took = await askAll(pipeline);
    await pipeline.stop();
    return figuresOf(took);
  },
};

async function askAll({ store, metrics }: Pipeline): Promise<Map<string, number[]>> {
  const latest = eventTime(await numberFrom({ store }, 'SELECT epoch_us(max(hour)) FROM hours WHERE counted > 0'));
  const window = windowAt(replayTime(store.manifest.to), 168);
  const { rows } = await store.query('SELECT instance_id FROM workload GROUP BY 1 ORDER BY sum(queries) DESC');
  const instances = rows.map(([id]) => String(id));
  const took = new Map<string, number[]>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [kind, query] of Object.entries(filtersOf(instances, round))) {
      const live = parseLiveQuestion({ hours: '168', ...query }, metrics);
      const started = systemClock.monotonicMs();
      JSON.stringify(await answerPanels({ store, metrics }, { live, window, latest, since: undefined }));
      if (round >= WARM_UPS) took.set(kind, [...(took.get(kind) ?? []), systemClock.monotonicMs() - started]);
    }
  }
  return took;
}

/** Filters by kind; the busiest instances come first. */
function filtersOf(instances: readonly string[], round: number): Record<string, Readonly<Record<string, string>>> {
  const some = (count: number): string => [...instances.slice(round), ...instances].slice(0, count).join(',');
  return {
    'no filter': {},
    'an instance': { instance_id: some(1) },
    'ten instances': { instance_id: some(10) },
    'a tier': { tier: 'provisioned' },
    'a query type': { query_type: ['select', 'insert', 'copy', 'delete', 'other'][round % 5] ?? 'select' },
  };
}

function figuresOf(took: ReadonlyMap<string, readonly number[]>): Figure[] {
  const figure = (name: string, ms: number): Figure => ({ name, unit: 's', value: ms / 1_000 });
  return [['any', [...took.values()].flat()] as const, ...took].flatMap(([kind, values]) => [
    figure(`${kind}, median`, quantile(values, 0.5)),
    figure(`${kind}, p95`, quantile(values, 0.95)),
  ]);
}
