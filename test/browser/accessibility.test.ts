import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { cleanupOf, folder } from '../support/browser/cleanup.ts';
import { pausedRun, smallTrace, traceHour } from '../support/browser/film.ts';
import type { Page } from '../support/browser/page.ts';
import { openBrowser, openPage } from '../support/browser/page.ts';
import { until } from '../support/live-run.ts';

const LAST = 8;

/** Views that fill the page, by the query of their address. */
const PAGES = {
  'the page': '',
  'tables, a filter and a zoom': [
    'tables=spill,utilization,top_tables&only.query_type=select,copy&hide.workload=select',
    `zoom=${traceHour(2).slice(0, 13)},${traceHour(6).slice(0, 13)}`,
  ].join('&'),
  'a panel that fills the page': 'panel=utilization',
};

/** What opens over the page, and what is pressed for it: a key, a button by its name, an entry of a panel's menu. */
const OVERLAYS: Readonly<
  Record<string, { readonly key: string } | { readonly button: RegExp; readonly entry?: string }>
> = {
  'the keys': { key: '?' },
  'the receipt of an hour': { key: 'h' },
  'the jump': { key: 'j' },
  'the filter by instances': { key: '/' },
  'the filter by keys': { button: /^filter ▾$/ },
  'the speeds': { button: /^Speed / },
  'the reasons why hours are open': { button: /^Why still open/ },
  'the rejected records': { button: /why\?$/ },
  'the menu of a panel': { button: /^More of Spill$/ },
  'the definition of a metric': { button: /^More of Spill$/, entry: 'Definition' },
  'the SQL of a metric': { button: /^More of Spill$/, entry: 'SQL of this panel' },
};

test('axe-core finds nothing', { timeout: 240_000 }, async (t) => {
  const cleanup = cleanupOf(t);
  const browser = await openBrowser(t, cleanup);
  if (browser === undefined) return;
  const dir = await folder(cleanup);
  await smallTrace(dir, { hours: LAST + 6, events: 6_000 });
  const spillway = await pausedRun(cleanup, dir, LAST, ['--faults', 'corrupt=1%']);
  for (const theme of ['light', 'dark'] as const) {
    const page = await openPage(cleanup, browser, spillway.link, { theme });
    for (const [what, query] of Object.entries(PAGES)) {
      await t.test(`in ${what}, ${theme}`, () => analyzePage(page, `${spillway.address}/?${query}`, theme));
    }
    await page.goto(spillway.address);
    await page.getByRole('group', { name: 'Repetition. ' }).waitFor();
    for (const what of Object.keys(OVERLAYS)) {
      await t.test(`in ${what}, ${theme}`, (sub) => analyzeOverlay(sub, page, what));
    }
  }
});

async function analyzePage(page: Page, address: string, theme: string): Promise<void> {
  await page.goto(address);
  await page
    .getByRole('group', { name: /^(?:Repetition|Utilization)\. / })
    .last()
    .waitFor();
  assert.equal(await page.locator('html').getAttribute('data-mantine-color-scheme'), theme);
  assert.deepEqual(await violations(page, new AxeBuilder({ page })), []);
}

const OPEN = '[role=dialog], [role=menu]';

async function analyzeOverlay(t: TestContext, page: Page, what: string): Promise<void> {
  const how = OVERLAYS[what];
  assert.ok(how !== undefined);
  if ('key' in how) await page.keyboard.press(how.key);
  else await page.getByRole('button', { name: how.button }).first().click();
  if ('entry' in how) await page.getByRole('menuitem', { name: how.entry ?? '' }).click();
  const overlay = page.locator(OPEN).filter({ visible: true });
  await overlay.first().waitFor();
  t.after(async () => {
    await page.keyboard.press('Escape');
    await overlay.first().waitFor({ state: 'detached' });
    // The focus is back on what opened it, where keys may have another meaning.
    await page.evaluate('document.activeElement.blur()');
  });
  await page.getByText(/^Asking for/).waitFor({ state: 'detached' });
  assert.deepEqual(await violations(page, new AxeBuilder({ page }).include(OPEN)), []);
}

const MOVING = `document.getAnimations().filter(({ playState }) => playState === 'running').length`;

/** What axe-core complains of: the rule, where, and why. */
async function violations(page: Page, axe: AxeBuilder): Promise<string[]> {
  // What fades in has colours for a moment that nobody reads.
  await until('everything to stand still', async () =>
    (await page.evaluate<number>(MOVING)) === 0 ? true : undefined,
  );
  const { violations: found } = await axe.options({ resultTypes: ['violations'] }).analyze();
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}
