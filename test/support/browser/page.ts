import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { requireService } from '../skip.ts';
import { findChromium, HOW_TO_GET_CHROMIUM } from './chromium.ts';
import type { Cleanup } from './cleanup.ts';
import { launchChromium } from './launch.ts';

export type { Browser, BrowserContext, Locator, Page } from 'playwright-core';

/** Longer than anything takes on a busy machine. */
const ACTION_MS = 20_000;

export type Theme = 'light' | 'dark';

export interface PageSetup {
  /** What the system prefers; light unless said. */
  readonly theme?: Theme;
  readonly width?: number;
  readonly height?: number;
  /** JavaScript that runs in the page before its own. */
  readonly script?: string;
  /** Problems that the test brings about itself: each must match one of these to be no failure. */
  readonly expected?: readonly RegExp[];
}

/** Chromium for the tests of a file, to be opened before anything else; undefined where the test is left out. */
export async function openBrowser(t: TestContext, cleanup: Cleanup): Promise<Browser | undefined> {
  const program = findChromium();
  if (!requireService(t, 'Chromium', program !== undefined, HOW_TO_GET_CHROMIUM)) return undefined;
  const browser = await launchChromium(program ?? '');
  cleanup.after(() => browser.close());
  return browser;
}

/**
 * Opens an address in a browser profile of its own, far from UTC and English, so that a page which goes by the machine's
 * zone or language is seen. When the test ends, anything the page complained of is a failure: an error in the console,
 * an exception, something that the content security policy forbids, or a request to anywhere but its own server.
 */
export async function openPage(cleanup: Cleanup, browser: Browser, url: string, setup: PageSetup = {}): Promise<Page> {
  const { theme = 'light', width = 1_440, height = 900, script, expected = [] } = setup;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    locale: 'de-DE',
    timezoneId: 'Asia/Kolkata',
    acceptDownloads: true,
    permissions: ['clipboard-read', 'clipboard-write'],
    serviceWorkers: 'block',
  });
  await context.addInitScript(FORBIDDEN_AS_ERROR);
  if (script !== undefined) await context.addInitScript(script);
  const problems = watch(context, new URL(url).origin);
  cleanup.after(async () => {
    await context.close();
    const unexpected = problems.filter((problem) => !expected.some((pattern) => pattern.test(problem)));
    assert.deepEqual(unexpected, [], 'the page had problems');
  });
  const page = await context.newPage();
  page.setDefaultTimeout(ACTION_MS);
  await page.goto(url);
  return page;
}

/** What the policy forbids is not an error in every case; here it is. */
const FORBIDDEN_AS_ERROR = `document.addEventListener('securitypolicyviolation', (event) =>
  console.error('forbidden by the content security policy: ' + event.violatedDirective + ' ' + event.blockedURI));`;

/** The list that problems of the context's pages are added to. */
function watch(context: BrowserContext, origin: string): string[] {
  const problems: string[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (error) => problems.push(`exception: ${String(error.error().stack ?? error.error())}`));
  context.on('request', (request) => {
    const url = new URL(request.url());
    // Data and blobs are the page's own, and so is the empty page of an axe-core analysis.
    const isOwn = url.origin === origin || ['data:', 'blob:', 'about:'].includes(url.protocol);
    if (!isOwn) problems.push(`request to elsewhere: ${request.url()}`);
  });
  return problems;
}
