import type { StatusMessage } from '../../../src/api/live/messages.ts';

/** What a status said of the film, and when it was heard. */
export interface FilmSample {
  readonly playing: boolean;
  /** Place of the film, event milliseconds since 1970. */
  readonly atMs: number;
  /** The run's end; the film itself may go on a little longer. */
  readonly toMs: number;
  /** Event time per wall time with which it may be carried on until the next status; 0 where that is not known. */
  readonly rate: number;
  /** Wall milliseconds at which the status came. */
  readonly heardMs: number;
}

/** Statuses come once a second: further than that nothing is known. */
export const GUESS_MS = 1_000;

export function filmSample({ replay }: Pick<StatusMessage, 'replay'>, heardMs: number): FilmSample {
  return {
    playing: replay.state === 'playing',
    atMs: Date.parse(replay.at),
    toMs: Date.parse(replay.to),
    rate: steadyRate(replay),
    heardMs,
  };
}

/** The speed of a film that runs as planned or is behind its plan; 0 while it runs as fast as it can. */
function steadyRate({ speed, speedReached, fullSpeedUntil }: StatusMessage['replay']): number {
  return speed === 'max' || fullSpeedUntil !== null ? 0 : Math.min(speed, speedReached);
}

/**
 * Where the film is at `nowMs`, event milliseconds: carried on from the last status for at most a second, so that it
 * stops with a server that is gone. `shownMs` is what the clock shows: where the guess was a little too far, the clock
 * waits for the film instead of going back.
 */
export function filmAt(sample: FilmSample, nowMs: number, shownMs: number | undefined): number {
  const { playing, atMs, toMs, rate, heardMs } = sample;
  if (!playing) return atMs;
  const elapsed = Math.min(Math.max(0, nowMs - heardMs), GUESS_MS);
  const guess = Math.max(atMs, Math.min(toMs, atMs + elapsed * rate));
  const ahead = (shownMs ?? guess) - guess;
  return ahead > 0 && ahead <= GUESS_MS * rate ? guess + ahead : guess;
}
