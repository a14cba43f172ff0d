import type { Speed } from '../model/status.ts';
import type { ReplayTime } from '../model/time.ts';
import { MICROS_PER_MS, replayTime } from '../model/time.ts';

/**
 * The plan of the film, pure: where it should be at any moment of the wall clock.
 *
 *     due(event time) = anchor.wall + (event time - anchor.film) / speed
 *
 *     filling --(film reaches fillUntil)--> playing <--pause/resume--> paused
 *
 * Every change sets a new anchor at the film's place of that moment, so nothing jumps. While consumers are too slow the
 * film falls behind the plan (drift) and catches up by itself afterwards, because the plan never moves.
 */
export interface PacerState {
  readonly speed: Speed;
  readonly paused: boolean;
  /** Before this place the film runs at `max`, whatever `speed` says; undefined when there is nothing to fill. */
  readonly fillUntil: ReplayTime | undefined;
  readonly anchorFilm: ReplayTime;
  /** Monotonic wall milliseconds at which the film was, or should have been, at `anchorFilm`. */
  readonly anchorWallMs: number;
}

/** The end of time: a film at `max` may go as far as there is film. */
const UNBOUNDED = replayTime(Number.MAX_SAFE_INTEGER);

export function startPacer(options: {
  at: ReplayTime;
  nowMs: number;
  speed: Speed;
  fillUntil?: ReplayTime | undefined;
}): PacerState {
  const { at, nowMs, speed, fillUntil } = options;
  const filling = fillUntil !== undefined && at < fillUntil;
  return { speed, paused: false, fillUntil: filling ? fillUntil : undefined, anchorFilm: at, anchorWallMs: nowMs };
}

/** How far the film may have come at `nowMs`. */
export function allowedUntil(state: PacerState, nowMs: number): ReplayTime {
  if (state.paused) return state.anchorFilm;
  if (state.fillUntil !== undefined) return state.fillUntil;
  if (state.speed === 'max') return UNBOUNDED;
  return replayTime(Math.floor(state.anchorFilm + (nowMs - state.anchorWallMs) * MICROS_PER_MS * state.speed));
}

/** When `t` is due, in monotonic wall milliseconds: minus infinity while nothing holds the film, infinity while paused. */
export function dueAt(state: PacerState, t: ReplayTime): number {
  if (state.paused) return t <= state.anchorFilm ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (state.fillUntil !== undefined || state.speed === 'max') return Number.NEGATIVE_INFINITY;
  return state.anchorWallMs + (t - state.anchorFilm) / (MICROS_PER_MS * state.speed);
}

/** Tells the pacer where the film really is; ends the filling once it has come far enough. */
export function reached(state: PacerState, at: ReplayTime, nowMs: number): PacerState {
  if (state.fillUntil === undefined || at < state.fillUntil) return state;
  return { ...state, fillUntil: undefined, anchorFilm: at, anchorWallMs: nowMs };
}

/** Changes the speed from the film's real place on. */
export function withSpeed(state: PacerState, speed: Speed, at: ReplayTime, nowMs: number): PacerState {
  return { ...state, speed, anchorFilm: at, anchorWallMs: nowMs };
}

/** Holds the film at its real place. */
export function pause(state: PacerState, at: ReplayTime): PacerState {
  return state.paused ? state : { ...state, paused: true, anchorFilm: at };
}

/** Goes on from the place where the film was held. */
export function resume(state: PacerState, nowMs: number): PacerState {
  return state.paused ? { ...state, paused: false, anchorWallMs: nowMs } : state;
}

/** How far the film is behind its plan, wall milliseconds; 0 where there is no plan (max, filling, paused). */
export function driftMs(state: PacerState, at: ReplayTime, nowMs: number): number {
  if (state.paused || state.fillUntil !== undefined || state.speed === 'max') return 0;
  return Math.max(0, nowMs - dueAt(state, at));
}
