import type { StatusBody } from '../api/routes/status.ts';
import type { WallTime } from '../model/time.ts';
import type { RunReport } from './run-report.ts';
import { minute, plural, span } from './text.ts';

type OpenHour = StatusBody['openHours'][number];
type Holder = OpenHour['heldBy'][number];

/** The oldest hours are those that somebody asks about. */
const MOST_HOURS = 3;

/** What the oldest open hours wait for, a line each. */
export function openHourLines(report: Pick<RunReport, 'openHours' | 'owner'>, now: WallTime): string[] {
  const { openHours, owner } = report;
  const lines = openHours.slice(0, MOST_HOURS).map((hour) => `${minute(hour.hour)}  ${waitsFor(hour, owner, now)}`);
  const more = openHours.length - lines.length;
  return more > 0 ? [...lines, `and ${plural(more, 'later hour')}`] : lines;
}

function waitsFor({ heldBy, finalFrom }: OpenHour, owner: RunReport['owner'], now: WallTime): string {
  const [first] = heldBy;
  if (first === undefined) return owner === null ? 'ready: it closes when the run goes on' : 'ready, closing';
  if (heldBy.every(({ ended }) => ended)) return "lies beyond the run's end and stays open";
  // Those that are as far behind as the furthest: usually one that stalls, or all of them.
  const last = heldBy.filter(({ watermark }) => watermark === first.watermark);
  const more = heldBy.length - last.length;
  const others = more === 0 ? '' : `, ${plural(more, 'other')} ahead of it too`;
  return `until ${minute(finalFrom)}: ${holdersText(last, now)}${others}`;
}

/** Where partitions are, and how long they have been there. */
function holdersText(holders: readonly Holder[], now: WallTime): string {
  const [first] = holders;
  const who = holders.length === 1 ? `partition ${first?.partition} is` : `${holders.length} partitions are`;
  const watermark = first?.watermark ?? null;
  if (watermark === null) return `${who} without a watermark yet`;
  const moved = holders.flatMap(({ since }) => (since === null ? [] : [Date.parse(since)]));
  const ago = moved.length === 0 ? '' : ` for ${span(now - Math.min(...moved))}`;
  return `${who} at ${minute(watermark)}${ago}`;
}
