import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { cleanupOf, folder } from '../support/browser/cleanup.ts';
import { pausedRun, smallTrace, traceHour } from '../support/browser/film.ts';
import type { Page } from '../support/browser/page.ts';
import { openBrowser, openPage } from '../support/browser/page.ts';
import { until } from '../support/live-run.ts';

const LAST = 26;

/** What is opened by which keys, and how to know that it is there. */
const VIEWS: readonly {
  readonly what: string;
  readonly query?: string;
  readonly open?: (page: Page) => Promise<void>;
}[] = [
  { what: 'the page' },
  { what: 'the list of keys', open: (page) => opened(page, '?', 'dialog', 'Keys') },
  { what: 'the receipt of an hour', query: `receipt=${traceHour(20).slice(0, 13)}`, open: receipt },
  { what: 'the jump', open: (page) => opened(page, 'j', 'dialog', 'Jump to another place') },
  { what: 'the filters', open: (page) => pressed(page, /instances? ▾$/) },
  { what: 'the filters by key', open: (page) => pressed(page, /^filter ▾$/) },
  { what: 'the speeds', open: (page) => pressed(page, /^Speed /) },
  { what: 'the reasons why hours are open', open: (page) => pressed(page, /^Why still open/) },
  { what: 'the menu of a panel', open: (page) => pressed(page, /^More of Spill$/) },
  { what: 'the definition of a metric', open: (page) => fromMenu(page, 'Definition') },
  { what: 'the SQL of a metric', open: (page) => fromMenu(page, 'SQL of this panel') },
  {
    what: 'tables, a filter and a zoom',
    query: `tables=spill,utilization,top_tables&only.query_type=select,copy&hide.workload=select&zoom=${traceHour(10).slice(0, 13)},${traceHour(20).slice(0, 13)}`,
  },
  { what: 'a panel that fills the page', query: 'panel=utilization' },
];

test('axe-core finds nothing', { timeout: 240_000 }, async (t) => {
  const cleanup = cleanupOf(t);
  const browser = await openBrowser(t, cleanup);
  if (browser === undefined) return;
  const dir = await folder(cleanup);
  await smallTrace(dir, { hours: LAST + 6, events: 9_000 });
  const spillway = await pausedRun(cleanup, dir, LAST, ['--faults', 'corrupt=1%']);
  for (const theme of ['light', 'dark'] as const) {
    const page = await openPage(cleanup, browser, spillway.link, { theme });
    await page.getByRole('group', { name: 'Repetition. ' }).waitFor();
    for (const { what, query = '', open } of VIEWS) {
      await t.test(`in ${what}, ${theme}`, async () => {
        await page.goto(`${spillway.address}/?${query}`);
        await page
          .getByRole('heading', { level: 2 })
          .nth(query.startsWith('panel=') ? 0 : 8)
          .waitFor();
        await page.getByRole('heading', { name: 'queries', exact: false }).first().waitFor();
        await open?.(page);
        assert.equal(await page.locator('html').getAttribute('data-mantine-color-scheme'), theme);
        assert.deepEqual(await violations(page), []);
      });
    }
  }
});

/** What axe-core complains of: the rule, where, and why. */
async function violations(page: Page): Promise<string[]> {
  // A popover that fades in is judged by colours that it has for a moment only.
  await until('everything to stand still', async () =>
    (await page.evaluate<number>(MOVING)) === 0 ? true : undefined,
  );
  const { violations: found } = await new AxeBuilder({ page }).analyze();
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}

const MOVING = `document.getAnimations().filter(({ playState }) => playState === 'running').length`;

async function opened(page: Page, key: string, role: 'dialog', name: string): Promise<void> {
  await page.keyboard.press(key);
  await page.getByRole(role, { name }).waitFor();
}

async function receipt(page: Page): Promise<void> {
  await page
    .getByRole('dialog', { name: /^Receipt of / })
    .getByText('received', { exact: true })
    .waitFor();
}

async function pressed(page: Page, name: RegExp): Promise<void> {
  await page.getByRole('button', { name }).first().click();
  await page.getByRole('dialog').or(page.getByRole('menu')).first().waitFor();
}

async function fromMenu(page: Page, entry: string): Promise<void> {
  await pressed(page, /^More of Spill$/);
  await page.getByRole('menuitem', { name: entry }).click();
  await page.getByRole('dialog').first().waitFor();
}
