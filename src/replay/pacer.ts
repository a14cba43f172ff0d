import type { Speed } from '../model/status.ts';
import type { ReplayTime } from '../model/time.ts';
import { MICROS_PER_HOUR, MICROS_PER_MS, replayTime } from '../model/time.ts';

/**
 * The plan of the film, pure: where it should be at any moment of the wall clock.
 *
 *     due(event time) = anchor.wall + (event time - anchor.film) / speed
 *
 *     filling --(film reaches fillUntil)--> playing <--pause / resume--> paused
 *
 *     any of these --step--> stepping --(film reaches stepUntil) / pause--> paused
 *                                     --resume--> playing, or filling where that was not done
 *
 * A step plays at `max` to a full hour and holds the film exactly there; in the run's last hour it plays to the end of the
 * film. A speed set meanwhile is that of the film after the step.
 *
 * Every change sets a new anchor at the film's place of that moment, so nothing jumps. While consumers are too slow the
 * film falls behind the plan (drift) and catches up by itself afterwards, because the plan never moves.
 */
export interface PacerState {
  readonly speed: Speed;
  readonly paused: boolean;
  /** Before this place the film runs at `max`, whatever `speed` says; undefined when there is nothing to fill. */
  readonly fillUntil: ReplayTime | undefined;
  /** While stepping: the full hour at which the film will be held. It runs at `max` up to there. */
  readonly stepUntil: ReplayTime | undefined;
  /** The run's end: no step holds the film there, for all that comes behind it is what was delayed. */
  readonly to: ReplayTime;
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
  to?: ReplayTime;
}): PacerState {
  const { at, nowMs, speed, fillUntil, to = UNBOUNDED } = options;
  const anchor = { anchorFilm: at, anchorWallMs: nowMs };
  return movedTo({ speed, paused: false, fillUntil, stepUntil: undefined, to, ...anchor }, at, nowMs);
}

/** The film goes on from another place than was thought: what was asked of it before holds from there. */
export function movedTo(state: PacerState, at: ReplayTime, nowMs: number): PacerState {
  const { fillUntil, stepUntil, to } = state;
  return {
    ...state,
    fillUntil: fillUntil !== undefined && at < fillUntil ? fillUntil : undefined,
    stepUntil: stepUntil === undefined ? undefined : endOfHour(at, to),
    anchorFilm: at,
    anchorWallMs: nowMs,
  };
}

/** How far the film may have come at `nowMs`. */
export function allowedUntil(state: PacerState, nowMs: number): ReplayTime {
  if (state.paused) return state.anchorFilm;
  if (state.stepUntil !== undefined) return state.stepUntil;
  if (state.fillUntil !== undefined) return state.fillUntil;
  if (state.speed === 'max') return UNBOUNDED;
  return replayTime(Math.floor(state.anchorFilm + (nowMs - state.anchorWallMs) * MICROS_PER_MS * state.speed));
}

/** When `t` is due, in monotonic wall milliseconds: minus infinity while nothing holds the film, infinity while paused. */
export function dueAt(state: PacerState, t: ReplayTime): number {
  if (state.paused) return t <= state.anchorFilm ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (isUnheld(state) || state.speed === 'max') return Number.NEGATIVE_INFINITY;
  return state.anchorWallMs + (t - state.anchorFilm) / (MICROS_PER_MS * state.speed);
}

/**
 * Tells the pacer where the film really is; ends the filling, or the step, once it has come far enough. What was on its
 * way when a lower speed was asked for may have gone past the plan: the film goes on from there and does not stand
 * still until the plan has come so far.
 */
export function reached(state: PacerState, at: ReplayTime, nowMs: number): PacerState {
  const isAhead = !state.paused && at > allowedUntil(state, nowMs);
  if (isAhead && !isUnheld(state)) return { ...state, anchorFilm: at, anchorWallMs: nowMs };
  const filled = state.fillUntil !== undefined && at >= state.fillUntil;
  const stepped = state.stepUntil !== undefined && at >= state.stepUntil;
  if (!filled && !stepped) return state;
  const next = { ...state, fillUntil: filled ? undefined : state.fillUntil, anchorFilm: at, anchorWallMs: nowMs };
  if (!stepped) return next;
  // What was on its way when the step began may have gone past that hour: then the film is held at the end of the next.
  if (at !== state.stepUntil) return { ...next, stepUntil: endOfHour(at, state.to) };
  return { ...next, stepUntil: undefined, paused: true };
}

/** Plays at `max` to the end of the hour in which the film really is, which is the next hour if it stands on a full one. */
export function step(state: PacerState, at: ReplayTime, nowMs: number): PacerState {
  return { ...state, paused: false, stepUntil: endOfHour(at, state.to), anchorFilm: at, anchorWallMs: nowMs };
}

/** Changes the speed from the film's real place on. */
export function withSpeed(state: PacerState, speed: Speed, at: ReplayTime, nowMs: number): PacerState {
  return { ...state, speed, anchorFilm: at, anchorWallMs: nowMs };
}

/** Holds the film at its real place. */
export function pause(state: PacerState, at: ReplayTime): PacerState {
  return state.paused ? state : { ...state, paused: true, stepUntil: undefined, anchorFilm: at };
}

/** Goes on from the film's real place, past the end of a step too. */
export function resume(state: PacerState, at: ReplayTime, nowMs: number): PacerState {
  if (!state.paused && state.stepUntil === undefined) return state;
  return { ...state, paused: false, stepUntil: undefined, anchorFilm: at, anchorWallMs: nowMs };
}

/** How far the film is behind its plan, wall milliseconds; 0 where there is no plan (max, filling, stepping, paused). */
export function driftMs(state: PacerState, at: ReplayTime, nowMs: number): number {
  if (state.paused || isUnheld(state) || state.speed === 'max') return 0;
  return Math.max(0, nowMs - dueAt(state, at));
}

/** Where the film stops running at `max` whatever its speed is; undefined where it does not. */
export function unheldUntil({ paused, fillUntil, stepUntil, to }: PacerState): ReplayTime | undefined {
  const until = stepUntil ?? fillUntil;
  return paused || until === undefined ? undefined : replayTime(Math.min(until, to));
}

/** Whether the film runs at `max` towards some place, whatever its speed. */
function isUnheld({ fillUntil, stepUntil }: PacerState): boolean {
  return fillUntil !== undefined || stepUntil !== undefined;
}

/** Where a step from `at` ends: the next full hour, or never if that is the run's end. */
function endOfHour(at: ReplayTime, to: ReplayTime): ReplayTime {
  const next = replayTime((Math.floor(at / MICROS_PER_HOUR) + 1) * MICROS_PER_HOUR);
  return next < to ? next : UNBOUNDED;
}
