import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';

/** Nothing that a fresh profile would show, fetch or report by itself: a page under test is alone. */
const FLAGS = [
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A page that another window covers is drawn and timed as if it were looked at.
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows',
];

/** Starts the browser without a window, with a profile of its own. The caller closes it. */
export async function launchChromium(executablePath: string, more: readonly string[] = []): Promise<Browser> {
  return await chromium.launch({ executablePath, args: [...FLAGS, ...more], timeout: 60_000 });
}
