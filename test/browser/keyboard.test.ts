import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { cleanupOf, folder } from '../support/browser/cleanup.ts';
import { pausedRun, settled, smallTrace, statusOf } from '../support/browser/film.ts';
import type { Page } from '../support/browser/page.ts';
import { openBrowser, openPage } from '../support/browser/page.ts';
import { parseCsv } from '../support/browser/panel.ts';
import type { Spillway } from '../support/browser/spillway.ts';
import { until } from '../support/live-run.ts';

const LAST = 8;

test('everything can be done with the keyboard alone', { timeout: 240_000 }, async (t) => {
  const cleanup = cleanupOf(t);
  const browser = await openBrowser(t, cleanup);
  if (browser === undefined) return;
  const dir = await folder(cleanup);
  await smallTrace(dir, { hours: LAST + 9, events: 6_000 });
  const spillway = await pausedRun(cleanup, dir, LAST);
  const page = await openPage(cleanup, browser, spillway.link);
  await page.getByRole('group', { name: 'Workload. ' }).waitFor();
  await page.getByText('paused', { exact: true }).first().waitFor();

  await t.test('Tab reaches every control, each with a name and a focus that can be seen', () => tabThrough(page));
  await t.test('? lists the keys and Escape closes the list', async () => {
    await page.keyboard.press('?');
    const keys = page.getByRole('dialog', { name: 'Keys' });
    await keys.getByText('play or pause').waitFor();
    await page.keyboard.press('Escape');
    await keys.waitFor({ state: 'detached' });
  });
  await t.test('Space plays and pauses, [ and ] change the speed, . plays to the end of the hour', () =>
    playFilm(page, spillway),
  );
  await t.test('arrows choose an hour, h opens its receipt, arrows there go to its neighbours', () => readHours(page));
  await t.test('/ filters by an instance', () => filterInstance(page));
  await t.test('a number goes to a panel, t shows it as a table, and its menu downloads a CSV', () => usePanel(page));
  await t.test('arrows read a chart, Enter opens the hour', () => readChart(page));
  await t.test('j asks where to jump to, and Escape leaves all as it was', async () => {
    await page.keyboard.press('j');
    const dialog = page.getByRole('dialog', { name: 'Jump to another place' });
    await dialog
      .getByText('A jump starts a new run', { exact: false })
      .or(dialog.getByText(/new run/).first())
      .first()
      .waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.equal((await statusOf(spillway)).run, 'default');
  });
  await t.test('d changes the theme, l copies a link without the token, r resets the view', async () => {
    const scheme = () => page.locator('html').getAttribute('data-mantine-color-scheme');
    const before = await scheme();
    await page.keyboard.press('d');
    await until('another theme', async () => ((await scheme()) !== before ? true : undefined));
    await page.keyboard.press('l');
    const link = await until(
      'a link',
      async () => (await page.evaluate<string>('navigator.clipboard.readText()')) || undefined,
    );
    assert.equal(link, page.url());
    assert.ok(!link.includes(spillway.token) && !link.includes('#'));
    await page.keyboard.press('r');
    assert.equal(new URL(page.url()).search, '');
  });
});

/** What Tab stops at. */
interface Stop {
  readonly name: string;
  readonly path: string;
  readonly visible: boolean;
  readonly marked: boolean;
}

/** Where the focus is: what it is called, and whether something about it is different from before. */
const STOP = `(() => {
  const at = document.activeElement;
  if (at === null || at === document.body) return null;
  const box = at.getBoundingClientRect();
  // The mark may stand around what is focused (a tile) or on what stands for it (the label of a radio button).
  const bearers = [at, at.nextElementSibling, at.parentElement, at.parentElement?.parentElement, at.closest('li')];
  const styles = bearers.flatMap((one) => (one ? [getComputedStyle(one), getComputedStyle(one, '::after')] : []));
  const marked = styles.some((one) => one.outlineStyle !== 'none' && parseFloat(one.outlineWidth) > 0);
  const path = [];
  for (let one = at; one !== null; one = one.parentElement) {
    path.unshift(one.tagName + [...(one.parentElement?.children ?? [])].indexOf(one));
  }
  return {
    name: at.getAttribute('aria-label') ?? at.labels?.[0]?.textContent ?? at.textContent.trim(),
    path: path.join(' '),
    visible: (box.width > 0 && box.height > 0) || at.matches('[type=radio]'),
    marked,
  };
})()`;

/** More stops than this, and Tab is caught somewhere. */
const MOST_STOPS = 300;

async function tabThrough(page: Page): Promise<void> {
  const stops: Stop[] = [];
  await page.evaluate('document.activeElement?.blur()');
  for (;;) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate<Stop | null>(STOP);
    if (stop === null || stop.path === stops[0]?.path) break;
    stops.push(stop);
    assert.ok(stops.length < MOST_STOPS, `Tab is caught: ${stops.slice(-5).map(({ name }) => name)}`);
  }
  assert.deepEqual(
    stops.filter(({ name, visible, marked }) => name === '' || !visible || !marked),
    [],
  );
  const names = stops.map(({ name }) => name);
  const wanted = [
    'Skip to the figures',
    'Keys',
    'Play',
    'Faster',
    'Jump…',
    'More of Spill',
    'More of Repetition',
    'select',
    'Why still open?',
  ];
  assert.deepEqual(
    wanted.filter((name) => !names.includes(name)),
    [],
    names.join('\n'),
  );
  assert.ok(stops.length > 60, `only ${stops.length} stops`);
  await page.evaluate('document.activeElement?.blur()');
}

async function playFilm(page: Page, spillway: Spillway): Promise<void> {
  const film = page.getByRole('region', { name: 'The film' });
  const speed = async () => (await statusOf(spillway)).replay.speed;
  const before = Number(await speed());
  await page.keyboard.press(']');
  await until('a faster film', async () =>
    Number((await speed()) === 'max' ? 1e9 : await speed()) > before ? true : undefined,
  );
  for (let presses = 0; (await speed()) !== 60 && presses < 20; presses++) {
    const last = await speed();
    await page.keyboard.press('[');
    await until('a slower film', async () => ((await speed()) !== last ? true : undefined));
  }
  assert.equal(await speed(), 60);
  await page.keyboard.press('Space');
  await film.getByText(/^playing/).waitFor();
  assert.equal((await statusOf(spillway)).replay.state, 'playing');
  await page.keyboard.press('Space');
  await film.getByText('paused', { exact: true }).waitFor();
  assert.equal((await statusOf(spillway)).replay.state, 'paused');
  const { at } = (await statusOf(spillway)).replay;
  await page.keyboard.press('.');
  const end = new Date((Math.floor(Date.parse(at) / 3_600_000) + 1) * 3_600_000).toISOString().slice(0, 19);
  await until(`the film at ${end}`, async () =>
    (await statusOf(spillway)).replay.at.startsWith(end) ? true : undefined,
  );
  await settled(spillway);
  await page.getByRole('timer', { name: 'Time of the film' }).getByText(end.replace('T', ' ')).waitFor();
}

async function readHours(page: Page): Promise<void> {
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  const hour = (): string => new URL(page.url()).searchParams.get('hour') ?? '';
  const chosen = hour();
  assert.match(chosen, /^2024-03-04T\d\d$/);
  await page
    .getByRole('search')
    .getByText(/^hour Mon 4 Mar/)
    .waitFor();
  await page.keyboard.press('ArrowRight');
  assert.equal(Number(hour().slice(-2)), Number(chosen.slice(-2)) + 1);
  await page.keyboard.press('h');
  const dialog = page.getByRole('dialog', { name: /^Receipt of / });
  await dialog.getByRole('img', { name: /received/ }).waitFor();
  const title = await dialog.getByRole('heading').first().innerText();
  await page.keyboard.press('ArrowLeft');
  await until('the receipt of another hour', async () =>
    (await dialog.getByRole('heading').first().innerText()) !== title ? true : undefined,
  );
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
}

async function filterInstance(page: Page): Promise<void> {
  await page.keyboard.press('/');
  await page.getByRole('textbox', { name: /^Search instances/ }).waitFor();
  await page.keyboard.type('provisioned-12');
  await page.keyboard.press('Enter');
  await page.getByRole('checkbox', { name: /^provisioned-12/ }).waitFor();
  assert.ok(await page.getByRole('checkbox', { name: /^provisioned-12/ }).isChecked());
  await page.keyboard.press('Escape');
  await page.getByRole('textbox', { name: /^Search instances/ }).waitFor({ state: 'detached' });
  assert.equal(new URL(page.url()).searchParams.get('only.instance_id'), 'provisioned-12');
  await page
    .getByRole('region', { name: /more work than they can do/ })
    .getByText('1 rows, worst first')
    .or(page.getByRole('group', { name: /^Utilization\. Cells of score, 1 rows/ }))
    .first()
    .waitFor();
  assert.equal(
    await page.evaluate<string>('document.activeElement?.dataset.action ?? ""'),
    'filters',
    'the focus comes back',
  );
}

async function usePanel(page: Page): Promise<void> {
  const spill = page.getByRole('region', { name: /spilled to disk/ });
  await page.keyboard.press('1');
  await page.keyboard.press('t');
  const table = spill.getByRole('table', { name: 'Spill' });
  await table.waitFor();
  await spill.getByRole('button', { name: 'More of Spill' }).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const entry = page.getByRole('menuitem', { name: 'Download CSV' });
  await entry.waitFor();
  for (let presses = 0; presses < 10 && !(await hasFocus(page, 'Download CSV')); presses++)
    await page.keyboard.press('ArrowDown');
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  assert.match(download.suggestedFilename(), /^spillway-spill-\d{8}T\d\d-\d{8}T\d\d\.csv$/);
  const { columns, rows } = parseCsv(await readFile(await download.path(), 'utf8'));
  assert.ok(columns.includes('mbytes_spilled') && rows.length > 0);
  await page.keyboard.press('1');
  await page.keyboard.press('t');
  await table.waitFor({ state: 'detached' });
}

async function hasFocus(page: Page, text: string): Promise<boolean> {
  return (await page.evaluate<string>('document.activeElement?.textContent ?? ""')) === text;
}

async function readChart(page: Page): Promise<void> {
  await page.keyboard.press('2');
  const chart = page.getByRole('group', { name: 'Result cache. ' });
  for (let presses = 0; presses < 10; presses++) {
    await page.keyboard.press('Tab');
    if ((await page.evaluate<string>('document.activeElement?.getAttribute("aria-roledescription") ?? ""')) === 'chart')
      break;
  }
  assert.match(
    await page.evaluate<string>('document.activeElement?.getAttribute("aria-label") ?? ""'),
    /^Result cache\. /,
  );
  await chart.waitFor();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowLeft');
  await page
    .getByRole('region', { name: /answered from the result cache/ })
    .getByText(/hit rate of reads.*%/)
    .last()
    .waitFor();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: /^Receipt of / });
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
}
