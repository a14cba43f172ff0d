/**
 * Makes the pictures of docs/images from a real demo: `node scripts/screenshots.ts [FOLDER]`. Takes about two minutes.
 * Look at each one afterwards.
 */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { systemClock } from '../src/time/clock.ts';
import { findChromium, HOW_TO_GET_CHROMIUM } from '../test/support/browser/chromium.ts';
import type { Cleanup } from '../test/support/browser/cleanup.ts';
import { folder as temporary, withCleanup } from '../test/support/browser/cleanup.ts';
import { launchChromium } from '../test/support/browser/launch.ts';
import type { Browser, Theme } from '../test/support/browser/page.ts';
import { openPage } from '../test/support/browser/page.ts';
import { startSpillway } from '../test/support/browser/spillway.ts';

const IMAGES = join(import.meta.dirname, '..', 'docs', 'images');
/** Until the film plays at its own speed and the first hours have become final while one looks. */
const PLAY_MS = 45_000;
/** Until charts and popovers stand still. */
const STILL_MS = 1_500;

async function main(folder: string): Promise<void> {
  await withCleanup((cleanup) => takeAll(cleanup, folder));
}

async function takeAll(cleanup: Cleanup, folder: string): Promise<void> {
  const program = findChromium();
  if (program === undefined) throw new Error(`there is no browser to take pictures of: ${HOW_TO_GET_CHROMIUM}`);
  await mkdir(folder, { recursive: true });
  const dir = await temporary(cleanup);
  const spillway = await startSpillway(cleanup, dir, ['demo', '--data-dir', dir, '--port', '0']);
  const browser = await launchChromium(program);
  cleanup.after(() => browser.close());
  await systemClock.sleep(PLAY_MS);
  for (const theme of ['light', 'dark'] as const) {
    await take(browser, spillway.link, { theme, height: 900 }, join(folder, `live-${theme}.png`));
  }
}

interface Picture {
  readonly theme: Theme;
  readonly height: number;
  readonly keys?: readonly string[];
}

/** A picture of the page, after keys have been pressed in it. */
async function take(browser: Browser, link: string, picture: Picture, file: string): Promise<void> {
  await withCleanup(async (cleanup) => {
    const page = await openPage(cleanup, browser, link, picture);
    await systemClock.sleep(2 * STILL_MS);
    for (const key of picture.keys ?? []) await page.keyboard.press(key);
    await systemClock.sleep(STILL_MS);
    await page.screenshot({ path: file });
    process.stdout.write(`${file}\n`);
  });
}

await main(resolve(process.argv[2] ?? IMAGES));
