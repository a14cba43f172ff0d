import { findChromium, HOW_TO_GET_CHROMIUM } from '../../test/support/browser/chromium.ts';
import type { Cleanup } from '../../test/support/browser/cleanup.ts';
import { launchChromium } from '../../test/support/browser/launch.ts';
import type { Browser } from '../../test/support/browser/page.ts';

/** This machine's browser, closed with the measurement. Throws where there is none. */
export async function benchBrowser(cleanup: Cleanup): Promise<Browser> {
  const program = findChromium();
  if (program === undefined) throw new Error(`there is no browser to measure in: ${HOW_TO_GET_CHROMIUM}`);
  const browser = await launchChromium(program);
  cleanup.after(() => browser.close());
  return browser;
}
