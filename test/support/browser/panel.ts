import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { MetricDefinition } from '../../../src/api/routes/metrics.ts';
import type { Locator, Page } from './page.ts';
import type { Spillway } from './spillway.ts';
import { get } from './spillway.ts';

/** Rows of text by column. */
export interface TextTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The definitions of all metrics of a run, by name. */
export async function definitions(spillway: Spillway): Promise<Map<string, MetricDefinition>> {
  const { metrics } = await get<{ metrics: MetricDefinition[] }>(spillway, '/api/metrics');
  return new Map(metrics.map((metric) => [metric.name, metric]));
}

/** The panel that answers a metric's question. */
export function panelOf(page: Page, { question }: Pick<MetricDefinition, 'question'>): Locator {
  return page.getByRole('region', { name: question, exact: true });
}

/** Presses an entry of a panel's corner menu. */
export async function choose(panel: Locator, { title }: Pick<MetricDefinition, 'title'>, entry: string): Promise<void> {
  await panel.getByRole('button', { name: `More of ${title}`, exact: true }).click();
  await panel.page().getByRole('menuitem', { name: entry, exact: true }).click();
}

/** All pages of the table that a panel shows, as somebody reads it. */
export async function readTable(panel: Locator): Promise<TextTable> {
  const table = panel.getByRole('table');
  const columns = await table.getByRole('columnheader').allInnerTexts();
  const rows: string[][] = [];
  for (;;) {
    rows.push(...(await table.locator('tbody tr').evaluateAll(cellTexts)));
    const next = panel.getByRole('button', { name: 'Next', exact: true });
    if ((await next.count()) === 0 || (await next.isDisabled())) return { columns, rows };
    await next.click();
  }
}

/** Runs in the page. */
function cellTexts(lines: readonly { readonly cells: Iterable<{ readonly textContent: string }> }[]): string[][] {
  return lines.map(({ cells }) => Array.from(cells, ({ textContent }) => textContent));
}

/** The CSV file that a panel gives, its columns without their units. */
export async function downloadCsv(panel: Locator, metric: Pick<MetricDefinition, 'title'>): Promise<TextTable> {
  const [download] = await Promise.all([panel.page().waitForEvent('download'), choose(panel, metric, 'Download CSV')]);
  return parseCsv(await readFile(await download.path(), 'utf8'));
}

/** Reads RFC 4180 as the page writes it. */
export function parseCsv(text: string): TextTable {
  assert.ok(text.endsWith('\r\n'), 'a line that does not end');
  const [head = [], ...rows] = text.slice(0, -2).split('\r\n').map(fieldsOf);
  return { columns: head.map((name) => name.replace(/ \(.*\)$/, '')), rows };
}

function fieldsOf(line: string): string[] {
  const fields = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)];
  return fields.map(([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain);
}
