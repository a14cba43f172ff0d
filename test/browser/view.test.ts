import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { cleanupOf, folder } from '../support/browser/cleanup.ts';
import { pausedRun, smallTrace, traceHour } from '../support/browser/film.ts';
import type { Browser, Page } from '../support/browser/page.ts';
import { openBrowser, openPage } from '../support/browser/page.ts';
import { choose } from '../support/browser/panel.ts';
import type { Spillway } from '../support/browser/spillway.ts';
import { until } from '../support/live-run.ts';

const LAST = 14;
/** What a browser may have to load before it shows anything, scripts as they are sent. */
const MOST_SCRIPT_BYTES = 500_000;

test('the view', { timeout: 240_000 }, async (t) => {
  const cleanup = cleanupOf(t);
  const browser = await openBrowser(t, cleanup);
  if (browser === undefined) return;
  const dir = await folder(cleanup);
  await smallTrace(dir, { hours: LAST + 6, events: 6_000 });
  const spillway = await pausedRun(cleanup, dir, LAST);
  await t.test('a first load is small, and useful at once', (sub) => firstLoad(sub, browser, spillway));
  await t.test('everything that is chosen is in the address, and a link brings the same view back', (sub) =>
    roundTrip(sub, browser, spillway),
  );
  await t.test('without the token the page shows everything, and says why it controls nothing', (sub) =>
    withoutToken(sub, browser, spillway),
  );
  for (const width of [400, 1_024, 1_440]) {
    await t.test(`nothing is cut off at ${width} pixels`, (sub) => fits(sub, browser, spillway, width));
  }
});

/** Sizes of what was loaded, as it was sent. */
const SCRIPTS = `performance.getEntriesByType('resource').filter(({ name }) => /\\.m?js(\\?|$)/.test(name))
  .map(({ encodedBodySize }) => encodedBodySize)`;

async function firstLoad(t: TestContext, browser: Browser, spillway: Spillway): Promise<void> {
  const start = performance.now();
  const page = await openPage(cleanupOf(t), browser, spillway.link);
  await page.getByRole('listitem').filter({ hasText: 'queries' }).getByText(/^\d/).first().waitFor();
  await page.getByRole('group', { name: /^Spill\. .*latest/ }).waitFor();
  const ms = performance.now() - start;
  await page.getByRole('group', { name: 'Repetition. ' }).waitFor();
  const sizes = await page.evaluate<number[]>(SCRIPTS);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  t.diagnostic(`${bytes} bytes of script in ${sizes.length} files; figures and a chart after ${Math.round(ms)} ms`);
  assert.ok(sizes.length > 0 && sizes.every((size) => size > 0));
  assert.ok(bytes < MOST_SCRIPT_BYTES, `${bytes} bytes of script`);
  assert.equal(new URL(page.url()).hash, '', 'the token is taken out of the address');
}

async function roundTrip(t: TestContext, browser: Browser, spillway: Spillway): Promise<void> {
  const cleanup = cleanupOf(t);
  const page = await openPage(cleanup, browser, spillway.link);
  await changeEverything(page);
  const search = new URL(page.url()).searchParams;
  const names = [
    'hide.workload',
    'hour',
    'hours',
    'only.instance_id',
    'only.query_type',
    'receipt',
    'show.latency.phase',
  ];
  assert.deepEqual([...search.keys()].sort(), [...names, 'tables', 'tier', 'unit.spill', 'zoom']);
  const before = await viewOf(page);
  await page.keyboard.press('h');
  await page.reload();
  assertSameView(await viewOf(page), before, 'after loading it again');

  await page.keyboard.press('l');
  const link = await until(
    'a link',
    async () => (await page.evaluate<string>('navigator.clipboard.readText()')) || undefined,
  );
  assert.ok(!link.includes(spillway.token) && !link.includes('token'), link);
  const other = await openPage(cleanup, browser, link);
  assertSameView(await viewOf(other), { ...before, receipt: 'none' }, 'from a link, in another browser');
}

function assertSameView(view: View, expected: View, when: string): void {
  for (const part of ['address', 'receipt', 'filters', 'figures'] as const) {
    const [lines, others] = [view[part].split('\n'), expected[part].split('\n')];
    const at = lines.findIndex((line, i) => line !== others[i]);
    assert.ok(view[part] === expected[part], `${part} ${when}: ${lines[at]}, before: ${others[at]}`);
  }
}

async function changeEverything(page: Page): Promise<void> {
  await page.getByRole('button', { name: '3 d', exact: true }).click();
  await page.getByRole('combobox', { name: 'Tier' }).selectOption('provisioned');
  await page.getByRole('button', { name: 'all instances ▾' }).click();
  for (const name of [/^provisioned-1\b/, /^provisioned-12\b/, /^provisioned-3\b/]) {
    await page.getByRole('checkbox', { name }).first().check();
  }
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'filter ▾' }).click();
  await page.getByLabel('Filter by').selectOption({ label: 'query type' });
  for (const name of [/^select\b/, /^insert\b/, /^copy\b/]) await page.getByRole('checkbox', { name }).check();
  await page.keyboard.press('Escape');
  await page.getByRole('combobox', { name: 'phase of Latency' }).selectOption('total');
  await page.getByRole('radiogroup', { name: 'Values of Spill' }).getByText('spilled queries').click();
  await page.getByRole('list', { name: 'Series of Workload' }).getByRole('button', { name: 'insert' }).click();
  await choose(
    page.getByRole('region', { name: /answered from the result cache/ }),
    { title: 'Result cache' },
    'As table',
  );
  await drag(page, 'Workload. ', 0.85, 0.97);
  await page.getByText(/^Charts show /).waitFor();
  await page
    .getByRole('button', { name: 'Spillway' })
    .or(page.getByRole('heading', { name: 'Spillway' }))
    .first()
    .click();
  // A final hour: what an open one waits for changes by the second.
  for (let back = 0; back < 3; back++) await page.keyboard.press('ArrowLeft');
  await page.getByRole('button', { name: /^Remove hour / }).waitFor();
  await page.keyboard.press('h');
  await page.getByRole('dialog', { name: /^Receipt of / }).waitFor();
}

/** Brushes a part of a chart with the mouse. */
async function drag(page: Page, chart: string, from: number, to: number): Promise<void> {
  const stage = page.getByRole('group', { name: chart });
  await stage.scrollIntoViewIfNeeded();
  const box = await stage.boundingBox();
  assert.ok(box !== null);
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * from, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * ((from + to) / 2), y);
  await page.mouse.move(box.x + box.width * to, y);
  await page.mouse.up();
}

interface View {
  readonly address: string;
  readonly receipt: string;
  readonly filters: string;
  readonly figures: string;
}

/** Everything that somebody sees of the figures, the open receipt first: closed to see what is behind it. */
async function viewOf(page: Page): Promise<View> {
  await page.getByRole('group', { name: 'Workload. ' }).waitFor();
  await page.getByRole('group', { name: 'Repetition. ' }).waitFor();
  const dialog = page.getByRole('dialog', { name: /^Receipt of / });
  let receipt = 'none';
  if (new URL(page.url()).searchParams.has('receipt')) {
    await dialog.getByRole('img', { name: /received/ }).waitFor();
    receipt = await dialog.ariaSnapshot();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  }
  const filters = await page.getByRole('search').ariaSnapshot();
  return {
    address: new URL(page.url()).search,
    receipt,
    filters,
    figures: await page.getByRole('main').ariaSnapshot(),
  };
}

async function withoutToken(t: TestContext, browser: Browser, spillway: Spillway): Promise<void> {
  const page = await openPage(cleanupOf(t), browser, spillway.address);
  await page.getByRole('group', { name: /^Spill\. .*latest/ }).waitFor();
  const film = page.getByRole('region', { name: 'The film' });
  await film.getByText(/open the link that the terminal printed/).waitFor();
  for (const name of ['Play', 'Faster', 'Slower', 'Play to the end of the hour', 'Jump…']) {
    assert.ok(await film.getByRole('button', { name, exact: true }).isDisabled(), name);
  }
  await page.keyboard.press('Space');
  await page.keyboard.press('h');
  await page
    .getByRole('dialog', { name: /^Receipt of / })
    .getByRole('img', { name: /received/ })
    .waitFor();
}

async function fits(t: TestContext, browser: Browser, spillway: Spillway, width: number): Promise<void> {
  const cleanup = cleanupOf(t);
  const tables = 'tables=utilization,workload';
  const zoom = `zoom=${traceHour(4).slice(0, 13)},${traceHour(10).slice(0, 13)}`;
  const link = spillway.link.replace('/#', `/?${tables}&only.query_type=select,copy&${zoom}#`);
  const page = await openPage(cleanup, browser, link, { width });
  await page.getByRole('group', { name: 'Repetition. ' }).waitFor();
  const [needed = 0, there = 0] = await page.evaluate<number[]>(
    '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
  );
  assert.ok(needed <= there, `${needed} pixels in a page of ${there}`);
  await page.keyboard.press('h');
  const dialog = page.getByRole('dialog', { name: /^Receipt of / });
  await dialog.getByRole('img', { name: /received/ }).waitFor();
  const box = await dialog.boundingBox();
  assert.ok(box !== null && box.x >= 0 && box.x + box.width <= width, JSON.stringify(box));
}
