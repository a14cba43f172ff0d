import { systemClock } from '../../src/time/clock.ts';
import type { Page } from '../../test/support/browser/page.ts';
import { LIVE_TAP } from './live-tap.ts';

/**
 * Notes when a chart was drawn on last, whatever draws it, and when the server's answer came. Nothing else of a run
 * that is only served moves.
 */
export const DRAW_WATCH = `${LIVE_TAP}
(() => {
  const watch = { drawnAt: 0, answers: 0 };
  window.drawWatch = watch;
  const canvas = CanvasRenderingContext2D.prototype;
  for (const name of ['clearRect', 'fillRect', 'fill', 'stroke', 'fillText', 'drawImage']) {
    const original = canvas[name];
    canvas[name] = function (...args) {
      watch.drawnAt = performance.now();
      return original.apply(this, args);
    };
  }
  window.onLive(({ event }) => {
    if (event === 'panels') watch.answers++;
  });
})()`;

/** Charts are taken to be drawn when nothing has been drawn on for so long. */
const QUIET_MS = 600;
const GIVE_UP_MS = 20_000;
const LOOK_EVERY_MS = 50;

/** Opens another view in the page, as going back or forward does, and returns the milliseconds until all charts show it. */
export async function msUntilDrawn(page: Page, search: string): Promise<number> {
  const [startedAt, answers] = await page.evaluate<[number, number]>(`(() => {
    const before = [performance.now(), window.drawWatch.answers];
    history.pushState(null, '', ${JSON.stringify(search)});
    dispatchEvent(new PopStateEvent('popstate'));
    return before;
  })()`);
  for (let waited = 0; waited < GIVE_UP_MS; waited += LOOK_EVERY_MS) {
    await systemClock.sleep(LOOK_EVERY_MS);
    const [now, drawnAt, seen] = await page.evaluate<[number, number, number]>(
      '[performance.now(), window.drawWatch.drawnAt, window.drawWatch.answers]',
    );
    if (seen > answers && drawnAt > startedAt && now - drawnAt > QUIET_MS) return drawnAt - startedAt;
  }
  throw new Error(`the page has not drawn ${search} within ${GIVE_UP_MS} ms`);
}
