import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SeriesBody } from '../../../../src/api/routes/series.ts';
import type { Kpi, Metric, Panel } from '../../../../src/metrics/metric.ts';
import { at } from '../fixture.ts';
import { pipelineFixture } from '../pipeline-fixture.ts';
import { askOf, cellsOf } from './panel-fixture.ts';

/** The three hours of the fixture's trace and the three before them, all on one day or without events. */
const WINDOW = { from: at('2024-03-03T21:00Z'), to: at('2024-03-04T03:00Z') };
const RANGE = 'from=2024-03-03T21:00Z&to=2024-03-04T03:00Z';
const LATEST = at('2024-03-04T02:00Z');

const QUERIES: readonly Readonly<Record<string, string>>[] = [
  {},
  { instance_id: 'provisioned-1' },
  { instance_id: 'provisioned-0,provisioned-3' },
  { tier: 'provisioned' },
  { tier: 'serverless' },
  { query_type: 'select,other' },
  { class: 'network,io', num_joins: '1,2,3', instance_id: 'provisioned-2' },
  { 'latency.phase': 'total' },
];

/** The parameters of the series that has a panel's rows. */
function seriesQuery(
  metric: Metric,
  query: Readonly<Record<string, string>>,
  where: Readonly<Record<string, string>>,
): string {
  const keys = metric.keys.map(({ name }) => name);
  const filters = Object.entries({ ...query, ...where }).filter(([name]) => keys.includes(name));
  if (query.tier === 'provisioned')
    filters.push(['instance_id', 'provisioned-0,provisioned-1,provisioned-2,provisioned-3']);
  if (query.tier === 'serverless') filters.push(['instance_id', 'serverless-0']);
  return [RANGE, ...filters.map(([name, values]) => `${name}=${encodeURIComponent(values)}`)].join('&');
}

test('panels and the top row have the numbers of the series', async (t) => {
  const { store, request } = await pipelineFixture(t);
  const ask = askOf(store, store.metrics, WINDOW, LATEST);
  const seriesOf = async (metric: Metric, query: string): Promise<SeriesBody['rows']> => {
    const response = await request('GET', `/api/metrics/${metric.name}/series?${query}&limit=100000`);
    assert.equal(response.statusCode, 200, response.body);
    return response.json<SeriesBody>().rows;
  };

  for (const query of QUERIES) {
    const { panels, kpis } = await ask(query);
    for (const metric of store.metrics) {
      await t.test(`${metric.name} ${JSON.stringify(query)}`, async () => {
        const { panel = assert.fail() } = metric;
        const shown = panels[metric.name] ?? assert.fail();
        assert.equal(shown.problem, null);
        const where = query['latency.phase'] === undefined ? panel.where : { phase: query['latency.phase'] };
        const group = [panel.x, panel.series].filter((name) => name !== undefined && name !== 'hour').join();
        const grain = panel.x === 'hour' ? 'hour' : 'day';
        const hour = panel.over === 'hour' ? '&from=2024-03-04T02:00Z' : '';
        const parameters = `${seriesQuery(metric, query, where)}&group=${group}&grain=${grain}`;
        const rows = await seriesOf(metric, parameters.replace(/from=[^&]*/, hour === '' ? '$&' : hour.slice(1)));
        if (query.tier !== 'serverless' && query.class === undefined) assert.ok(rows.length > 0);
        compare(panel, shown, rows);
        for (const [i, kpi] of metric.kpi.entries()) {
          const count = kpi.count === undefined ? '' : `&group=${kpi.count}`;
          const figures = await seriesOf(metric, seriesQuery(metric, query, kpi.where) + count);
          assert.deepEqual(kpis[`${metric.name}.${i}`]?.rows, figuresOf(metric, kpi, figures));
        }
      });
    }
  }
});

type Shown = Parameters<typeof cellsOf>[0];

function compare(panel: Panel, shown: Shown, rows: SeriesBody['rows']): void {
  const columns = shown.columns.filter((name) => !name.startsWith('rank'));
  const expected = rows.map((row) => columns.map((name) => row[name]));
  const found = cellsOf(shown, ...columns);
  if (panel.top === undefined) assert.deepEqual(found, expected);
  else {
    const sizes = rows.map((row) => panel.y.reduce((sum, name) => sum + Number(row[name]), 0));
    const size = sizes.toSorted((a, b) => b - a)[panel.top - 1] ?? 0;
    assert.equal(found.length, Math.min(panel.top, rows.length));
    for (const row of found) {
      const at = expected.findIndex((other) => JSON.stringify(other) === JSON.stringify(row));
      assert.ok((sizes[at] ?? -1) >= size, JSON.stringify(row));
    }
  }
}

function figuresOf(metric: Metric, kpi: Kpi, rows: SeriesBody['rows']): unknown[][] {
  const first = metric.measures[0]?.name ?? assert.fail();
  if (kpi.count === undefined) return rows.map((row) => [row.hour, row[kpi.value], row[first]]);
  return [...new Set(rows.map(({ hour }) => hour))].map((hour) => {
    const of = rows.filter((row) => row.hour === hour);
    const n = of.reduce((sum, row) => sum + Number(row[first]), 0);
    return [hour, of.filter((row) => row[kpi.value] === 1).length, n, of.length];
  });
}

test('ranks are those of all groups, in this range and the one before', async (t) => {
  const { store, request } = await pipelineFixture(t);
  const hours = ['2024-03-04T01:00Z', '2024-03-04T02:00Z', '2024-03-04T03:00Z'] as const;
  const { panels } = await askOf(store, store.metrics, WINDOW, LATEST)();
  const all = async (from: string, to: string): Promise<string[]> => {
    const url = `/api/metrics/top_tables/series?group=table_id,instance_id&from=${from}&to=${to}&limit=100000`;
    const { rows } = (await request('GET', url)).json<SeriesBody>();
    return rows
      .toSorted(
        (a, b) =>
          Number(b.accesses) - Number(a.accesses) ||
          (String(a.instance_id) < String(b.instance_id)
            ? -1
            : String(a.instance_id) > String(b.instance_id)
              ? 1
              : 0) ||
          Number(a.table_id) - Number(b.table_id),
      )
      .map((row) => `${row.table_id} ${row.instance_id}`);
  };
  const [before, now] = [await all(hours[0], hours[1]), await all(hours[1], hours[2])];
  const ranked = cellsOf(panels.top_tables ?? assert.fail(), 'table_id', 'instance_id', 'rank', 'rank_before');
  assert.deepEqual(
    ranked,
    now.slice(0, 10).map((name, i) => {
      const [table, instance] = name.split(' ');
      return [Number(table), instance, i + 1, before.indexOf(name) + 1 || null];
    }),
  );
  assert.deepEqual(panels.top_tables?.shown, { of: 'table_id', shown: 10, all: now.length });
});
