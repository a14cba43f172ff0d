import { NBSP } from '../format/cells.ts';
import { formatHours, formatMoment, HOUR_MS, isoOf } from '../format/time.ts';
import { hourOf } from './timeline.ts';

/** A jump as the server takes it. */
export interface Jump {
  readonly to: string;
  readonly leadHours: number;
}

/** What was asked for, or what is wrong with which field. */
export type JumpCheck =
  | { readonly jump: Jump; readonly runFrom: string; readonly problem?: never }
  | {
      readonly problem: { readonly field: 'to' | 'leadHours'; readonly text: string };
      readonly jump?: never;
      readonly runFrom?: never;
    };

interface Trace {
  readonly from: string;
  readonly to: string;
}

export const DEFAULT_LEAD_HOURS = 24;
/** The longest history that a metric looks back on. */
export const MOST_LEAD_HOURS = 168;

/**
 * Reads `2024-03-12 14:37[:20]`, with `T`, `Z` or both, or a day alone, as UTC. Undefined for anything else, such as
 * the 31st of February.
 */
export function parseMoment(text: string): number | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?\s*(?:Z|UTC)?$/i.exec(text.trim());
  if (match === null) return undefined;
  const [, day = '', hour = '0', minute = '00', second = '00'] = match;
  const iso = `${day}T${hour.padStart(2, '0')}:${minute}:${second}Z`;
  const ms = Date.parse(iso);
  // A day that does not exist comes back as another one.
  return Number.isNaN(ms) || isoOf(ms) !== iso ? undefined : ms;
}

/** A moment as the field shows it: `2024-03-12 14:37`. */
export function momentText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
}

/** Whether one can jump to what was typed, and where the new run would begin. */
export function checkJump(to: string, leadHours: string, trace: Trace): JumpCheck {
  const ms = parseMoment(to);
  if (ms === undefined) return refuse('to', `Expected a time in UTC such as ${momentText(Date.parse(trace.from))}.`);
  if (ms < Date.parse(trace.from) || ms >= Date.parse(trace.to))
    return refuse(
      'to',
      `The trace goes from ${momentText(Date.parse(trace.from))} up to ${momentText(Date.parse(trace.to))}.`,
    );
  const lead = /^\d+$/.test(leadHours.trim()) ? Number(leadHours) : Number.NaN;
  if (!(lead <= MOST_LEAD_HOURS)) return refuse('leadHours', `Expected whole hours from 0 to ${MOST_LEAD_HOURS}.`);
  return { jump: { to: isoOf(ms), leadHours: lead }, runFrom: isoOf(startOf(ms, lead, trace)) };
}

/** The first hour of a run that jumps to `ms`: no earlier than the trace. */
function startOf(ms: number, leadHours: number, trace: Trace): number {
  return Math.max(hourOf(ms) - leadHours * HOUR_MS, hourOf(Date.parse(trace.from)));
}

/** What a jump will do, in words. */
export function jumpMeaning({ jump, runFrom }: { jump: Jump; runFrom: string }, run: string): string {
  const lead = hourOf(Date.parse(jump.to)) - Date.parse(runFrom);
  const filled =
    lead <= 0
      ? ''
      : `, with ${formatHours(runFrom, isoOf(Date.parse(runFrom) + lead))} of history before it filled at full speed`;
  return `Starts a new run that plays from ${formatMoment(jump.to)}${NBSP}UTC${filled}. The present run, ${run}, stays on disk as it is.`;
}

function refuse(field: 'to' | 'leadHours', text: string): JumpCheck {
  return { problem: { field, text } };
}
