import type { RunMessage, StatusMessage } from '../../../src/api/live/messages.ts';
import { formatMs } from '../format/duration.ts';
import { formatClock, formatDay, formatHour, HOUR_MS, msOf } from '../format/time.ts';
import type { Connection } from '../live/live-state.ts';
import { reachedText } from './speeds.ts';

/** What the page knows when it draws the player. */
export interface PlayerInput {
  readonly connection: Connection['state'];
  readonly run: RunMessage | undefined;
  readonly status: StatusMessage | undefined;
  /** Whether the page was opened with the owner's token. */
  readonly token: 'none' | 'given' | 'refused';
}

export type Phase = 'waiting' | 'starting' | 'filling' | 'playing' | 'paused' | 'ended' | 'stopped' | 'served' | 'lost';

/** Whether something can be done, and if not why, and what to do about it. */
export type Permission = { readonly allowed: true } | { readonly allowed: false; readonly reason: string };

/** The player, ready to be drawn. */
export interface Player {
  readonly phase: Phase;
  /** The phase in words: `at full speed until Tue 12 Mar 12:00`. */
  readonly words: string;
  /** Play, pause, speed and step. */
  readonly control: Permission;
  /** Jumping: possible where the film is over, too. */
  readonly jump: Permission;
}

const ALLOWED: Permission = { allowed: true };

export function playerOf(input: PlayerInput): Player {
  const phase = phaseOf(input);
  const words = phaseWords(phase, input.status);
  const refusal = refusalOf(input);
  if (refusal !== undefined) return { phase, words, control: refusal, jump: refusal };
  const jumpable = input.run?.jumpable === true;
  return { phase, words, control: controlOf(phase, input.run, jumpable), jump: jumpable ? ALLOWED : no(NOT_JUMPABLE) };
}

const NOT_JUMPABLE =
  'This run cannot go on from another place: its trace is not open. spillway run --from plays a trace from any place.';
const SERVED = 'This run is only served, so there is no film to control. Go on with it by the command that made it.';
const SERVED_WHOLE =
  'This run is only served, and its film is over. The command spillway run plays a trace as a new run.';
const NO_TOKEN = 'Look only: to control the film, open the link that the terminal printed; it carries the key.';
const OLD_TOKEN = 'The server does not know the key of this page any more: open the link that its terminal prints now.';

/** What stands in the way of everything. */
function refusalOf({ connection, run, status, token }: PlayerInput): Permission | undefined {
  if (connection === 'broken') return no('The server does not answer. As soon as it does, this works again.');
  if (run === undefined) return no('Waiting for the server.');
  if (!run.controllable && !run.jumpable) return no(isOver(status) ? SERVED_WHOLE : SERVED);
  if (token === 'none') return no(NO_TOKEN);
  return token === 'refused' ? no(OLD_TOKEN) : undefined;
}

function isOver(status: StatusMessage | undefined): boolean {
  return status?.replay.state === 'ended' || status?.processor.state === 'done';
}

function controlOf(phase: Phase, run: RunMessage | undefined, jumpable: boolean): Permission {
  const instead = jumpable
    ? 'Jump to play from another place, as a new run.'
    : 'The command spillway run plays a trace as a new run.';
  if (phase === 'ended') return no(`The film is over. ${instead}`);
  if (phase === 'stopped') return no('The film was stopped. Start the same command again to go on.');
  if (run?.controllable !== true) return no(`There is no film to control. ${instead}`);
  return phase === 'starting' ? no('The trace is being opened.') : ALLOWED;
}

function phaseOf({ connection, run, status }: PlayerInput): Phase {
  if (run === undefined || status === undefined) return connection === 'broken' ? 'lost' : 'waiting';
  const { state } = status.replay;
  if (state === 'playing') return status.replay.fullSpeedUntil === null ? 'playing' : 'filling';
  return state === 'idle' ? 'served' : state;
}

function phaseWords(phase: Phase, status: StatusMessage | undefined): string {
  const words: Readonly<Record<Phase, string>> = {
    waiting: 'connecting',
    lost: 'no server',
    starting: 'opening the trace',
    filling: status === undefined ? '' : fillingWords(status.replay),
    playing: status?.replay.speed === 'max' ? 'playing as fast as it can' : 'playing',
    paused: 'paused',
    ended: 'the film has ended',
    stopped: 'stopped',
    served: 'served, not played',
  };
  return words[phase];
}

/** A step ends with the hour in which the film is; what goes on further is history being filled. */
function fillingWords({ at, fullSpeedUntil }: StatusMessage['replay']): string {
  const until = fullSpeedUntil ?? at;
  const words = formatDay(until) === formatDay(at) ? formatClock(until) : formatHour(until);
  return `${msOf(until) - msOf(at) > HOUR_MS ? 'filling history ' : ''}at full speed until ${words}`;
}

/** `reached 59.8x`; undefined where nothing moves. */
export function reachedWords({ state, speedReached }: StatusMessage['replay']): string | undefined {
  return state === 'playing' && speedReached > 0 ? `reached ${reachedText(speedReached)}` : undefined;
}

/** `ends in 1 h 12 min`; undefined while that says nothing about the film's own speed. */
export function endsWords({ replay }: StatusMessage): string | undefined {
  if (replay.state !== 'playing' || replay.remainingMs === null || replay.fullSpeedUntil !== null) return undefined;
  return `ends in ${formatMs(Math.max(1_000, Math.round(replay.remainingMs / 1_000) * 1_000))}`;
}

/** Up to where everything is counted, and how far that is behind the film. */
export interface DataThrough {
  readonly text: string;
  readonly age: string;
}

/** The lowest watermark beside the film's place. `text` names the day only where it is not the film's. */
export function dataThrough({ replay, processor }: StatusMessage): DataThrough {
  if (processor.watermark === null) return { text: 'no data yet', age: '' };
  // The last watermark lies behind the run's end by the lateness, where there is no data.
  const watermark = processor.watermark < replay.to ? processor.watermark : replay.to;
  const time = formatDay(watermark) === formatDay(replay.at) ? formatClock(watermark) : formatHour(watermark);
  const behindMs = msOf(replay.at) - msOf(watermark);
  if (behindMs < 1_000) return { text: `data through ${time}`, age: 'all that was sent' };
  return { text: `data through ${time}`, age: `${formatMs(Math.round(behindMs / 1_000) * 1_000)} behind the film` };
}

function no(reason: string): Permission {
  return { allowed: false, reason };
}
