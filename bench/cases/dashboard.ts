import { systemClock } from '../../src/time/clock.ts';
import { withCleanup } from '../../test/support/browser/cleanup.ts';
import { openPage } from '../../test/support/browser/page.ts';
import { startSpillway } from '../../test/support/browser/spillway.ts';
import type { BenchCase, Figure } from '../case.ts';
import { benchBrowser } from '../dashboard/browser.ts';
import { fillAndPlay, originOf, sentEvents, statusOf } from '../dashboard/film.ts';
import { agesMs, quantile } from '../dashboard/freshness.ts';
import { MemoryWatch } from '../dashboard/memory.ts';
import { cpuSeconds, residentMb } from '../dashboard/process.ts';
import { RECORDER, takeReceipts } from '../dashboard/recorder.ts';
import { tierTrace } from '../trace.ts';

const SPEED = 60;
/** The instances that are active in Redset's median hour. */
const INSTANCES = 91;
/**
 * Played as fast as possible beforehand, so that a whole day is in view; from 6:00 on, ten hours have as many events on
 * average as the day has.
 */
const FILL_HOURS = 30;
/** For what is played while the film slows down, and after the end. */
const SPARE_HOURS = 4;
const MS_PER_HOUR = 3_600_000;
const MS_PER_MINUTE = 60_000;
/** Until the page has drawn everything and the server has caught up. */
const SETTLE_MS = 30_000;
/** What was sent in the last moments has not come yet when the measurement ends. */
const TAIL_MS = 10_000;
/** Fewer events than these in the browser, and the figures are about something else. */
const LEAST_SEEN = 0.99;

export const dashboard: BenchCase = {
  name: 'dashboard',
  question:
    "How old are the figures in the browser, from a record's sending to the message with it, and what do server and page need for it at 60 times real speed?",
  needsTrace: false,
  runs: 1,
  sizes: ({ eventsPerHour, minutes }) =>
    `${INSTANCES} provisioned instances, ${eventsPerHour.toLocaleString('en-US')} events an hour, ${minutes} minutes at ${SPEED} times real speed with a day in view`,
  measure: (options, { dir }) =>
    withCleanup(async (cleanup) => {
      const { eventsPerHour, minutes, memoryMb } = options;
      const trace = await tierTrace(
        { deployment: 'provisioned', instances: INSTANCES, hours: FILL_HOURS + minutes + SPARE_HOURS, eventsPerHour },
        (what) => process.stderr.write(`${what}\n`),
      );
      const browser = await benchBrowser(cleanup);
      const args = ['run', '--trace', trace.folder, '--data-dir', dir, '--port', '0', '--memory', String(memoryMb)];
      const spillway = await startSpillway(cleanup, dir, [...args, '--speed', 'max']);
      await fillAndPlay(spillway, new Date(trace.from.getTime() + FILL_HOURS * MS_PER_HOUR), SPEED);
      const page = await openPage(cleanup, browser, spillway.link, { script: RECORDER });
      await systemClock.sleep(SETTLE_MS);

      const origin = await originOf(spillway, SPEED);
      const memory = await MemoryWatch.start(page);
      const before = await statusOf(spillway);
      const pid = spillway.child.pid ?? 0;
      const [fromMs, fromCpu] = [systemClock.now(), cpuSeconds(pid)];
      const receipts = await takeReceipts(page);
      for (let minute = 1; minute <= minutes; minute++) {
        await systemClock.sleep(fromMs + minute * MS_PER_MINUTE - systemClock.now());
        receipts.push(...(await takeReceipts(page)));
        await memory.look();
      }
      const [toMs, toCpu] = [systemClock.now(), cpuSeconds(pid)];
      const after = await statusOf(spillway);
      const sent = await sentEvents({ trace: trace.folder, fromMs, toMs: toMs - TAIL_MS, origin, speed: SPEED });
      return [
        ...ageFigures('counters', sent.counters, receipts),
        ...ageFigures('panels', sent.panels, receipts),
        { name: 'events sent', unit: 'events/s', value: sent.perSecond },
        { name: 'hours closed', unit: 'rows', value: after.processor.finalHours - before.processor.finalHours },
        { name: 'server, of one core', unit: 'ratio', value: ((toCpu - fromCpu) * 1_000) / (toMs - fromMs) },
        { name: 'server, memory at the end', unit: 'MB', value: residentMb(pid) },
        ...memory.figures(),
      ];
    }),
};

/** How old the figures are that the browser is given. */
function ageFigures(
  what: string,
  events: Parameters<typeof agesMs>[0],
  receipts: Parameters<typeof agesMs>[1],
): Figure[] {
  const ages = agesMs(events, receipts);
  const seen = ages.length / events.length;
  if (!(seen >= LEAST_SEEN)) throw new Error(`${what}: only ${seen} of ${events.length} events came to the browser`);
  return [0.5, 0.95, 0.99, 1].map((q) => ({
    name: `${what}, ${q === 1 ? 'oldest' : `p${q * 100}`}`,
    unit: 's',
    value: quantile(ages, q) / 1_000,
  }));
}
