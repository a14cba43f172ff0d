import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Cleanup } from '../support/browser/cleanup.ts';
import { cleanupOf, folder } from '../support/browser/cleanup.ts';
import { pausedRun, smallTrace, statusOf, traceHour } from '../support/browser/film.ts';
import type { Browser, Page } from '../support/browser/page.ts';
import { openBrowser, openPage } from '../support/browser/page.ts';
import type { Spillway } from '../support/browser/spillway.ts';
import { startSpillway } from '../support/browser/spillway.ts';
import { until } from '../support/live-run.ts';

const LAST = 6;
/** What a browser says of a server that is gone. */
const GONE = [
  /ERR_CONNECTION_REFUSED/,
  /ERR_CONNECTION_RESET/,
  /ERR_INCOMPLETE_CHUNKED_ENCODING/,
  /ERR_EMPTY_RESPONSE/,
];

test('what the page says when not all is well', { timeout: 240_000 }, async (t) => {
  const cleanup = cleanupOf(t);
  const browser = await openBrowser(t, cleanup);
  if (browser === undefined) return;
  const dir = await folder(cleanup);
  await smallTrace(dir, { hours: LAST + 20, events: 6_000 });
  await t.test('before the first figures it says that there are none, and what would fill it', (sub) =>
    empty(sub, browser, dir),
  );
  const spillway = await pausedRun(cleanup, dir, LAST);
  const page = await openPage(cleanup, browser, spillway.link, { expected: GONE });
  await page.getByRole('group', { name: /^Spill\. .*latest/ }).waitFor();

  await t.test('a server that does not answer makes the figures old, and no more than that', () =>
    stale(page, spillway),
  );
  await t.test('a server that is gone is said to be, its figures stay, and all goes on when it is back', () =>
    reconnect(cleanup, page, dir, spillway),
  );
});

test('a jump while the page is open', { timeout: 120_000 }, async (t) => {
  const cleanup = cleanupOf(t);
  const browser = await openBrowser(t, cleanup);
  if (browser === undefined) return;
  const dir = await folder(cleanup);
  await smallTrace(dir, { hours: 60, events: 9_000 });
  const spillway = await pausedRun(cleanup, dir, 4);
  const page = await openPage(
    cleanup,
    browser,
    `${spillway.link.replace('/#', `/?receipt=${traceHour(2).slice(0, 13)}&tables=spill#`)}`,
  );
  const second = await openPage(cleanup, browser, spillway.address);
  await page
    .getByRole('dialog', { name: /^Receipt of / })
    .getByRole('img', { name: /received/ })
    .waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Jump…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Jump to another place' });
  const to = traceHour(40);
  await dialog.getByLabel(/^Play from/).fill(to.slice(0, 16).replace('T', ' '));
  await dialog.getByLabel(/^Hours of history/).fill('12');
  await dialog.getByRole('button', { name: 'Start the new run' }).click();
  await dialog.waitFor({ state: 'detached' });

  const { run } = await statusOf(spillway);
  assert.match(run, /^default-20240305t16/);
  for (const one of [page, second]) {
    await one.getByText(`Now playing: run ${run}.`).first().waitFor();
    await one.getByRole('banner').getByText(run, { exact: true }).waitFor();
    // Nothing of the run before is left: its hours are not those of this one.
    await until('the new film', async () => {
      const film = await one.getByRole('timer', { name: 'Time of the film' }).innerText();
      return film.includes('2024-03-05 16:') ? true : undefined;
    });
  }
  const table = page.getByRole('table', { name: 'Spill' });
  const first = (): Promise<string[]> => table.locator('tbody tr td:first-child').allInnerTexts();
  const hours = await until('figures of the new run', async () => {
    const found = new Set(await first());
    return found.has('Tue 5 Mar 15:00') ? found : undefined;
  });
  assert.ok(!hours.has('Mon 4 Mar 03:00') && hours.has('Tue 5 Mar 04:00'), [...hours].join(', '));
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await page.getByRole('region', { name: 'The film' }).getByText('paused', { exact: true }).waitFor();
});

async function empty(t: TestContext, browser: Browser, dir: string): Promise<void> {
  const cleanup = cleanupOf(t);
  // The first event is minutes of the film away.
  const spillway = await startSpillway(cleanup, dir, [
    'run',
    '--trace',
    'trace',
    '--run',
    'empty',
    '--port',
    '0',
    '--speed',
    '0.01',
  ]);
  const page = await openPage(cleanup, browser, spillway.link);
  const panel = page.getByRole('region', { name: /spilled to disk/ });
  await panel.getByText(/^Nothing to count/).waitFor();
  await panel.getByText(/fills as/).waitFor();
  await page.getByText('no final hour yet').first().waitFor();
  assert.equal(await page.getByText(/gone|old|No server/).count(), 0);
}

/** What the top row shows: what must not go away while nothing new comes. */
async function figuresOf(page: Page): Promise<string> {
  return await page.getByRole('region', { name: 'Figures of one hour' }).getByRole('list').innerText();
}

async function stale(page: Page, spillway: Spillway): Promise<void> {
  const before = await figuresOf(page);
  spillway.child.kill('SIGSTOP');
  try {
    await page.getByText(/^Figures of \d\d:\d\d:\d\d UTC/).waitFor();
    assert.equal(await figuresOf(page), before);
    assert.equal(await page.getByText(/^The server is gone/).count(), 0);
  } finally {
    spillway.child.kill('SIGCONT');
  }
  await page.getByText(/^Figures of \d\d:\d\d:\d\d UTC/).waitFor({ state: 'detached' });
}

async function reconnect(cleanup: Cleanup, page: Page, dir: string, spillway: Spillway): Promise<void> {
  const before = await figuresOf(page);
  const address = page.url();
  await spillway.end();
  await page.getByText(/^The server is gone/).waitFor();
  assert.equal(await figuresOf(page), before);
  assert.ok(await page.getByRole('button', { name: 'Play', exact: true }).isDisabled());
  assert.match(await page.title(), /no server/);

  const { port } = new URL(spillway.address);
  const again = await startSpillway(cleanup, dir, ['run', '--trace', 'trace', '--port', port, '--speed', '1']);
  assert.equal(again.link, spillway.link);
  await page.getByText(/^The server is gone/).waitFor({ state: 'detached' });
  assert.equal(page.url(), address, 'without loading it again');
  await until('the same figures', async () => ((await figuresOf(page)) === before ? true : undefined));
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await until('a paused film', async () => ((await statusOf(again)).replay.state === 'paused' ? true : undefined));
  await page.getByRole('region', { name: 'The film' }).getByText('paused', { exact: true }).waitFor();
}
