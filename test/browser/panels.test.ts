import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { MetricDefinition } from '../../src/api/routes/metrics.ts';
import { metricColumns } from '../../web/src/tables/table-columns.ts';
import { cleanupOf, folder } from '../support/browser/cleanup.ts';
import { assertSame } from '../support/browser/compare.ts';
import { pausedRun, smallTrace, statusOf, traceHour } from '../support/browser/film.ts';
import type { Page } from '../support/browser/page.ts';
import { openBrowser, openPage } from '../support/browser/page.ts';
import { choose, definitions, downloadCsv, panelOf, readTable } from '../support/browser/panel.ts';
import type { PanelSql } from '../support/browser/panel-sql.ts';
import { panelSql } from '../support/browser/panel-sql.ts';
import { says } from '../support/browser/shown.ts';
import type { Spillway } from '../support/browser/spillway.ts';
import { sql } from '../support/browser/spillway.ts';

/** A metric of the user's own, with a key that no other has. */
const OWN = `/*---
title: Sizes
question: How much is scanned at once?
key: [hour, instance_id, size_class]
measures:
  queries: { unit: queries }
  mbytes: { unit: MB }
derived:
  mean_mbytes: { expr: mbytes / queries, unit: MB }
panel: { chart: bars, x: hour, y: [mbytes, queries], series: size_class, stack: true }
kpi:
  - { label: scanned at once, value: mean_mbytes, better: lower }
---*/
SELECT hour, instance_id, CASE WHEN mbytes_scanned >= 1000 THEN 'large, really' ELSE 'small' END AS size_class,
  count(*) AS queries, coalesce(sum(mbytes_scanned), 0) AS mbytes
FROM events GROUP BY ALL
`;

/** The hour in which the film is held. */
const LAST = 30;
const HOURS = { from: traceHour(LAST - 23), to: traceHour(LAST + 1) };

interface Dashboard {
  readonly page: Page;
  readonly spillway: Spillway;
  readonly metrics: ReadonlyMap<string, MetricDefinition>;
}

test('the dashboard shows what the run answers', { timeout: 240_000 }, async (t) => {
  const cleanup = cleanupOf(t);
  const browser = await openBrowser(t, cleanup);
  if (browser === undefined) return;
  const dir = await folder(cleanup);
  await smallTrace(dir, { hours: LAST + 6, events: 15_000 });
  await mkdir(join(dir, 'my-metrics'));
  await writeFile(join(dir, 'my-metrics', 'sizes.sql'), OWN);
  const faults = ['--faults', 'disorder=2m,duplicate=1%,corrupt=1%,late=0.5%'];
  const spillway = await pausedRun(cleanup, dir, LAST, ['--metrics', 'my-metrics', ...faults]);
  const metrics = await definitions(spillway);
  const page = await openPage(cleanup, browser, spillway.link);
  const dashboard = { page, spillway, metrics };

  await figures(t, dashboard);
  for (const panel of [...panelSql(HOURS, traceHour(LAST)), OWN_SQL]) {
    await t.test(`${panel.title}: table and CSV have the values that SQL answers`, () =>
      comparePanel(dashboard, panel),
    );
  }
  await t.test('the caption of compile time and joins says what SQL says', () => compareCaption(dashboard));
  await t.test('the receipt of an hour is one click on any chart away', () => compareReceipt(dashboard));
  await ownMetric(t, dashboard);
});

const OWN_SQL: PanelSql = {
  metric: 'sizes',
  title: 'Sizes',
  keys: ['hour', 'size_class'],
  select: `SELECT hour, size_class, sum(queries) AS queries, sum(mbytes) AS mbytes, sum(mbytes) / sum(queries) AS mean_mbytes
    FROM sizes WHERE hour >= TIMESTAMP '${plain(HOURS.from)}' AND hour < TIMESTAMP '${plain(HOURS.to)}' GROUP BY hour, size_class`,
};

/** All values of a panel: exact in its CSV file, and in its table as it is read. */
async function comparePanel({ page, spillway, metrics }: Dashboard, panel: PanelSql): Promise<void> {
  const metric = definitionOf(metrics, panel.metric);
  const region = panelOf(page, metric);
  const csv = await downloadCsv(region, metric);
  assertSame(csv, await sql(spillway, panel.select), panel);

  await choose(region, metric, 'As table');
  const table = await readTable(region);
  const columns = metricColumns(metric, csv.columns);
  const written = csv.rows.map((row) => row.map((text, i) => columns[i]?.write(text === '' ? null : text)));
  assert.deepEqual(table.rows, written);
  assert.deepEqual(
    table.columns.map((head) => head.replace(/\s+/g, ' ').trim().split(' ')[0]),
    columns.map(({ label }) => label.split(' ')[0]),
  );
  await choose(region, metric, 'As chart');
  await region.getByRole('group', { name: `${metric.title}. ` }).waitFor();
}

async function compareCaption({ page, spillway, metrics }: Dashboard): Promise<void> {
  const { rows } = await sql(
    spillway,
    `SELECT corr(ln(1 + compile_duration_ms), joins), regr_slope(ln(1 + compile_duration_ms), joins), any_value(n) FROM (
      SELECT compile_duration_ms, least(20, coalesce(num_joins, 0)) AS joins, count(*) OVER () AS n FROM events
      WHERE query_type = 'select' AND NOT was_cached AND arrival_timestamp >= TIMESTAMP '${plain(HOURS.from)}')
    WHERE compile_duration_ms > 0`,
  );
  const [r, slope, n] = (rows[0] ?? []).map(Number);
  const region = panelOf(page, definitionOf(metrics, 'compile_joins'));
  const text = (await region.locator('footer').innerText()).replaceAll('\u00a0', ' ');
  const [, shownR = '', shownSlope = '', shownN = ''] =
    /r = (\S+) · .*?(-?[\d.]+) nats per join · n = (\S+)/.exec(text) ?? [];
  assert.ok(says(shownR, r ?? Number.NaN), `${text}: r is ${r}`);
  assert.ok(says(shownSlope, slope ?? Number.NaN, 0.001), `${text}: the slope is ${slope}`);
  assert.ok(says(shownN, n ?? Number.NaN), `${text}: n is ${n}`);
}

async function compareReceipt({ page, spillway, metrics }: Dashboard): Promise<void> {
  const chart = panelOf(page, definitionOf(metrics, 'workload')).getByRole('group', { name: 'Workload. ' });
  const box = await chart.boundingBox();
  assert.ok(box !== null);
  await chart.click({ position: { x: box.width / 2, y: box.height / 2 } });
  const dialog = page.getByRole('dialog', { name: /^Receipt of / });
  const equation = dialog.getByRole('img', { name: /received/ });
  await equation.waitFor();
  const hour = new URL(page.url()).searchParams.get('receipt');
  const { rows } = await sql(
    spillway,
    `SELECT sum(counted), sum(late), sum(rejected), sum(duplicate) FROM receipts WHERE hour = TIMESTAMP '${hour?.replace('T', ' ')}:00'`,
  );
  const parts = (rows[0] ?? []).map(Number);
  const received = parts.reduce((sum, part) => sum + part, 0);
  const said = (await equation.getAttribute('aria-label'))
    ?.match(/[\d,]+/g)
    ?.map((text) => Number(text.replaceAll(',', '')));
  assert.deepEqual(said, [...parts, received]);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: /^Remove hour / }).click();
}

/** The top row: every figure, what it is of, and its change against the day before. */
async function figures(t: TestContext, { page, spillway }: Dashboard): Promise<void> {
  const status = await statusOf(spillway);
  const hour = status.processor.lastFinal ?? '';
  const before = new Date(Date.parse(hour) - 86_400_000).toISOString();
  const now = await figuresOf(spillway, hour);
  const then = await figuresOf(spillway, before);
  for (const { label, value, of, within = 0, points } of now) {
    await t.test(`${label}: the figure, what it is of and its change are those of SQL`, async () => {
      const tile = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: label }) });
      const paragraphs = await tile.getByRole('paragraph').allInnerTexts();
      const [shown = '', ...lines] = paragraphs.map((text) => text.replaceAll('\u00a0', ' ').trim());
      assert.ok(says(shown, value, within), `${shown}: it is ${value}`);
      const [whole = ''] = lines.filter((text) => /^(?:of|n =) /.test(text));
      if (of !== undefined) assert.ok(says(whole, of), `${whole}: it is of ${of}`);
      const old = then.find((one) => one.label === label)?.value ?? Number.NaN;
      const change = points === undefined ? value / old - 1 : points * (value - old);
      const line = lines.find((text) => / than /.test(text)) ?? '';
      const [said = ''] = /^\S*\s*[+\u2212±][\d.,]+\s?\S*/.exec(line.trim()) ?? [];
      assert.ok(says(said.replace('±', ''), change, within * 20), `${line}: the change is ${change}`);
    });
  }
}

interface Figure {
  readonly label: string;
  readonly value: number;
  readonly of?: number;
  readonly within?: number;
  /** The change is a difference, times this; else relative. */
  readonly points?: number;
}

async function figuresOf(spillway: Spillway, hour: string): Promise<Figure[]> {
  const at = `hour = TIMESTAMP '${plain(hour)}'`;
  const one = async (select: string): Promise<number[]> => ((await sql(spillway, select)).rows[0] ?? []).map(Number);
  const [queries = 0, spilled = 0] = await one(`SELECT sum(queries), sum(spilled_queries) FROM spill WHERE ${at}`);
  const [reads = 0, cached = 0] = await one(`SELECT sum(reads), sum(cached) FROM result_cache WHERE ${at}`);
  const [executed = 0, p95 = 0] = await one(
    `SELECT count(*), list_sort(list(execution_duration_ms))[ceil(count(*) * 95 / 100)::INT] FROM events
     WHERE NOT was_cached AND date_trunc('hour', arrival_timestamp) = TIMESTAMP '${plain(hour)}'`,
  );
  const [instances = 0, over = 0] = await one(
    `SELECT count(*), sum(oversubscribed) FROM (${panelSql({ from: hour, to: new Date(Date.parse(hour) + 3_600_000).toISOString() }, hour).find(({ metric }) => metric === 'utilization')?.select})`,
  );
  const [counted = 0, late = 0, rejected = 0, duplicate = 0] = await one(
    `SELECT counted, late, rejected, duplicate FROM hours WHERE ${at}`,
  );
  const received = counted + late + rejected + duplicate;
  return [
    { label: 'queries', value: queries },
    { label: 'spilled', value: spilled / queries, of: queries, points: 1 },
    { label: 'cache hits', value: cached / reads, of: reads, points: 1 },
    { label: 'p95 execution', value: p95, of: executed, within: 0.051 },
    { label: 'oversubscribed', value: over, of: instances, points: 1 },
    { label: 'rejected', value: rejected / received, points: 1 },
    { label: 'late', value: late, of: received, points: 1 },
  ];
}

/** A metric that no web code knows. */
async function ownMetric(t: TestContext, { page, metrics }: Dashboard): Promise<void> {
  const own = panelOf(page, definitionOf(metrics, 'sizes'));
  await t.test("a user's own metric can be filtered by its own key, and the others say that they are not", async () => {
    await page.getByRole('button', { name: 'filter ▾' }).click();
    await page.getByLabel('Filter by').selectOption({ label: 'size class' });
    await page.getByRole('checkbox', { name: 'large, really' }).check();
    await page.keyboard.press('Escape');
    await own
      .getByRole('list', { name: 'Series of Sizes' })
      .getByRole('button', { name: 'small' })
      .waitFor({ state: 'detached' });
    assert.deepEqual(await own.getByRole('list', { name: 'Series of Sizes' }).getByRole('button').allInnerTexts(), [
      'large, really',
    ]);
    const spill = panelOf(page, definitionOf(metrics, 'spill'));
    await spill.getByText('not filtered: size class is not told apart here').waitFor();
    assert.equal(new URL(page.url()).searchParams.get('only.size_class'), 'large\\, really');
    await page.getByRole('button', { name: /^Remove size class/ }).click();
    await own.getByRole('button', { name: 'small' }).waitFor();
  });

  await t.test("a user's own figure stands in the top row", async () => {
    await page.getByRole('listitem').filter({ hasText: 'scanned at once' }).getByRole('heading').waitFor();
  });
}

function definitionOf(metrics: ReadonlyMap<string, MetricDefinition>, name: string): MetricDefinition {
  const metric = metrics.get(name);
  assert.ok(metric !== undefined, `no metric ${name}`);
  return metric;
}

/** A time as DuckDB reads it. */
function plain(iso: string): string {
  return iso.replace('T', ' ').replace(/(\.\d+)?Z$/, '');
}
