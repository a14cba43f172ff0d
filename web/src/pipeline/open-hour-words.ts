import type { StatusMessage } from '../../../src/api/live/messages.ts';
import type { HourBody } from '../../../src/api/routes/hours.ts';
import { formatMs } from '../format/duration.ts';
import { formatClock, formatDay, formatHour, HOUR_MS, msOf } from '../format/time.ts';

export type OpenHour = StatusMessage['openHours'][number];
type Holder = OpenHour['heldBy'][number];

/** Why an hour is still open: a sentence, and a line for each partition that it waits for. */
export interface OpenHourWords {
  readonly hour: string;
  readonly sentence: string;
  readonly holders: readonly HolderWords[];
  /** Partitions that are further along and not named. */
  readonly others: number;
}

export interface HolderWords {
  /** `partition 3`, or `4 partitions` where these are at the same place. */
  readonly who: string;
  /** `complete up to 14:27`. */
  readonly place: string;
  /** `43 min behind what is needed`; undefined without a watermark. */
  readonly behind: string | undefined;
  /** `has not moved for 12 s`; undefined where it moves, or that is not known. */
  readonly since: string | undefined;
}

/** Those further along are only counted: it is the first ones that hold the hour. */
const MOST_GROUPS = 4;

/** Watermarks come once a minute of the film: at 60x, after three of them. */
const STILL_MS = 3_000;

/** What stands around an hour. */
export interface OpenHourContext {
  /** Wall milliseconds. */
  readonly nowMs: number;
  /** Where the film is, ISO-8601. */
  readonly at: string;
  /** Whether somebody plays the run: nothing closes an hour of a run that is only served. */
  readonly played: boolean;
}

export function openHourWords(open: OpenHour, context: OpenHourContext): OpenHourWords {
  const groups = together(open.heldBy);
  return {
    hour: open.hour,
    sentence: sentence(open, context),
    holders: groups.slice(0, MOST_GROUPS).map((group) => holderWords(group, open, context.nowMs)),
    others: groups.slice(MOST_GROUPS).reduce((sum, group) => sum + group.length, 0),
  };
}

/** Holders that are at the same place, in the order of `heldBy`, which has the one furthest behind first. */
function together(heldBy: readonly Holder[]): Holder[][] {
  const groups = new Map<string, Holder[]>();
  for (const holder of heldBy) {
    const place = `${holder.watermark} ${holder.ended}`;
    groups.set(place, [...(groups.get(place) ?? []), holder]);
  }
  return [...groups.values()];
}

/** The hour as `GET /api/hours/:hour` tells it. */
export function openHourOf({ hour, final_from, held_open_by }: HourBody): OpenHour {
  return { hour, finalFrom: final_from, heldBy: held_open_by };
}

function sentence({ hour, finalFrom, heldBy }: OpenHour, { at, played }: OpenHourContext): string {
  if (heldBy.length === 0)
    return played
      ? 'Everything is there: only closing is left.'
      : 'Everything is there: it closes when the run goes on.';
  if (heldBy.every(({ ended }) => ended)) return "It lies beyond the run's end and stays open.";
  const until = `every partition is complete up to ${clockBeside(hour, finalFrom)}`;
  const waits = `It is final once ${until}, its end and the time allowed for lateness.`;
  if (msOf(at) < msOf(hour) + HOUR_MS) return `The film is still in this hour. ${waits}`;
  if (msOf(at) < msOf(finalFrom)) return `The film is past its end, and late events may still come. ${waits}`;
  const who = heldBy.length === 1 ? `partition ${heldBy[0]?.partition}` : `${heldBy.length} partitions`;
  return `The film is past all of that, but ${who} ${heldBy.length === 1 ? 'is' : 'are'} not. ${waits}`;
}

function holderWords(group: readonly Holder[], open: OpenHour, nowMs: number): HolderWords {
  const { watermark, ended } = group[0] ?? { watermark: null, ended: false };
  const who = group.length === 1 ? `partition ${group[0]?.partition}` : `${group.length} partitions`;
  if (watermark === null) return { who, place: 'nothing heard of yet', behind: undefined, since: undefined };
  const moved = group.flatMap(({ since }) => (since === null ? [] : [msOf(since)]));
  const still = moved.length === 0 ? 0 : nowMs - Math.max(...moved);
  return {
    who,
    place: `${ended ? 'ended at' : 'complete up to'} ${clockBeside(open.hour, watermark)}`,
    behind: `${formatMs(Math.max(0, msOf(open.finalFrom) - msOf(watermark)))} short`,
    since: still >= STILL_MS ? `has not moved for ${formatMs(Math.round(still / 1_000) * 1_000)}` : undefined,
  };
}

/** A moment as a clock, with its day where that is not the hour's. */
export function clockBeside(hour: string, moment: string): string {
  return formatDay(moment) === formatDay(hour) ? formatClock(moment) : formatHour(moment);
}
