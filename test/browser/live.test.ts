import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/time/clock.ts';
import { cleanupOf, folder } from '../support/browser/cleanup.ts';
import { pausedRun, smallTrace, traceHour } from '../support/browser/film.ts';
import type { Page } from '../support/browser/page.ts';
import { openBrowser, openPage } from '../support/browser/page.ts';
import { post } from '../support/browser/spillway.ts';

const LAST = 18;
const WATCHED_MS = 60_000;
/** An hour of film in ten seconds: several become final while one looks. */
const SPEED = 360;
/**
 * How much of the page may move over how far (https://web.dev/articles/cls: from 0.1 on it is felt): nothing but a line
 * of figures where a number needs another width. Figures and charts move even less.
 */
const [MOST_SHIFT, MOST_SHIFT_OF_FIGURES] = [0.02, 0.002];
const FEWEST_UPDATES = 30;

/** Of an hour that has just begun there may be no table yet, which is said in place of the chart. */
const CANVASES = '[data-panel]:not([data-panel=top_tables]) canvas';

/** Watches what must not happen, and marks what must stay, before the page's own script. */
const WATCH = `(() => {
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const nodes = entry.sources.map(({ node }) => node?.className?.toString() ?? node?.nodeName);
      const main = entry.sources.some(({ node }) => document.querySelector('main')?.contains(node));
      if (!entry.hadRecentInput) window.shifts.push({ value: entry.value, main, nodes });
    }
  }).observe({ type: 'layout-shift', buffered: true });
})()`;

test('zoom, chosen series and scroll stay through a minute of live updates', { timeout: 200_000 }, async (t) => {
  const cleanup = cleanupOf(t);
  const browser = await openBrowser(t, cleanup);
  if (browser === undefined) return;
  const dir = await folder(cleanup);
  await smallTrace(dir, { hours: LAST + 10, events: 9_000 });
  const spillway = await pausedRun(cleanup, dir, LAST);
  const zoom = `zoom=${traceHour(LAST - 6).slice(0, 13)},${traceHour(LAST + 1).slice(0, 13)}`;
  const link = spillway.link.replace('/#', `/?tables=result_cache&${zoom}#`);
  const page = await openPage(cleanup, browser, link, { script: WATCH });
  await page.getByRole('group', { name: 'Repetition. ' }).waitFor();
  await page.getByRole('table', { name: 'Result cache' }).waitFor();

  await arrange(page);
  await post(spillway, '/api/replay/speed', { speed: SPEED });
  await post(spillway, '/api/replay/play');
  await page
    .getByRole('region', { name: 'The film' })
    .getByText(/^playing/)
    .waitFor();
  await systemClock.sleep(1_000);
  const address = page.url();
  const before = await arranged(page);
  const film = await filmTime(page);
  await page.evaluate('window.shifts.length = 0');

  const seen = new Set<string>();
  for (const end = performance.now() + WATCHED_MS; performance.now() < end; ) {
    await systemClock.sleep(500);
    seen.add(await page.getByRole('region', { name: 'Pipeline' }).innerText());
    assert.deepEqual(await arranged(page), before);
  }
  assert.ok(seen.size >= FEWEST_UPDATES, `only ${seen.size} updates were seen`);
  assert.ok(Date.parse(await filmTime(page)) - Date.parse(film) > 2 * 3_600_000, 'the film has gone on for hours');
  assert.equal(page.url(), address);
  const shifts = await page.evaluate<Shift[]>('window.shifts');
  assertStill(shifts, MOST_SHIFT);
  assertStill(
    shifts.filter(({ main }) => main),
    MOST_SHIFT_OF_FIGURES,
  );
});

interface Shift {
  readonly value: number;
  /** Whether it was one of the figures. */
  readonly main: boolean;
  readonly nodes: readonly string[];
}

function assertStill(shifts: readonly Shift[], most: number): void {
  const sum = shifts.reduce((total, { value }) => total + value, 0);
  const largest = [...shifts].sort((a, b) => b.value - a.value).slice(0, 5);
  assert.ok(sum <= most, `things moved by ${sum}: ${JSON.stringify(largest)}`);
}

/** Chooses and scrolls whatever can be chosen and scrolled. */
async function arrange(page: Page): Promise<void> {
  const workload = page.getByRole('list', { name: 'Series of Workload' });
  await workload.getByRole('button', { name: 'select' }).click();
  await workload.getByRole('button', { name: 'other' }).click();
  await page.getByRole('list', { name: 'Series of Latency' }).getByRole('button', { name: 'p50' }).click();
  await page.getByRole('region', { name: 'Result cache', exact: true }).evaluate(scrollDown, 120);
  await page.getByRole('group', { name: 'Utilization. ' }).evaluate(scrollParent, 96);
  await page.getByRole('region', { name: /more work than they can do/ }).scrollIntoViewIfNeeded();
  await page.mouse.move(5, 5);
  await page.evaluate('window.scrollTo(0, 250)');
  await page.getByRole('list', { name: 'Series of Spill' }).getByRole('button', { name: 'copy' }).focus();
  await page.evaluate(
    `window.scrollTo(0, 250); document.querySelectorAll('${CANVASES}').forEach((one, i) => { one.marked = i; })`,
  );
}

interface Scrolls {
  scrollTop: number;
  readonly parentElement: Scrolls | null;
}

/** Runs in the page. */
function scrollDown(element: Scrolls, by: number): void {
  element.scrollTop = by;
}

/** Runs in the page. */
function scrollParent(element: Scrolls, by: number): void {
  if (element.parentElement !== null) element.parentElement.scrollTop = by;
}

interface Arranged {
  readonly scroll: number;
  readonly tableScroll: number;
  readonly rowsScroll: number;
  readonly hidden: readonly string[];
  readonly zoomed: string;
  readonly focus: string;
  /** Which of the drawn charts are still the same pieces of the page. */
  readonly canvases: readonly (number | null)[];
}

async function arranged(page: Page): Promise<Arranged> {
  return {
    scroll: await page.evaluate<number>('window.scrollY'),
    tableScroll: await page.getByRole('region', { name: 'Result cache', exact: true }).evaluate(scrollOf),
    rowsScroll: await page.getByRole('group', { name: 'Utilization. ' }).evaluate(scrollOfParent),
    hidden: await page.locator('main [aria-pressed=false]').allInnerTexts(),
    zoomed: await page.getByText(/^Charts show /).innerText(),
    focus: await page.evaluate<string>('document.activeElement?.textContent ?? ""'),
    canvases: await page.evaluate<(number | null)[]>(
      `[...document.querySelectorAll('${CANVASES}')].map(({ marked }) => marked ?? null)`,
    ),
  };
}

/** Runs in the page. */
function scrollOf({ scrollTop }: Scrolls): number {
  return scrollTop;
}

/** Runs in the page. */
function scrollOfParent({ parentElement }: Scrolls): number {
  return parentElement?.scrollTop ?? -1;
}

async function filmTime(page: Page): Promise<string> {
  const text = await page.getByRole('timer', { name: 'Time of the film' }).innerText();
  const [, day = '', time = ''] = /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)/.exec(text) ?? [];
  return `${day}T${time}Z`;
}
