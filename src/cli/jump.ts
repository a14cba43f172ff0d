import type { JumpSpec } from '../api/options.ts';
import type { Speed } from '../model/status.ts';
import type { EventTime } from '../model/time.ts';
import { addMicros, eventTime, hourOf, isoTime, MICROS_PER_HOUR } from '../model/time.ts';
import type { PipelineOptions } from '../pipeline.ts';

/** Longest name of a run. */
const MOST_CHARACTERS = 63;

/**
 * The name of the run that goes on at `to`: `march-20240305t14` after `march`, and `-2`, `-3` where there is such a run
 * already. A long base is cut, so that the name stays one.
 */
export function nameAfterJump(base: string, to: EventTime, isTaken: (name: string) => boolean): string {
  const place = isoTime(to).slice(0, 13).replaceAll('-', '').toLowerCase();
  for (let n = 1; ; n++) {
    const end = `-${place}${n === 1 ? '' : `-${n}`}`;
    const name = base.slice(0, MOST_CHARACTERS - end.length) + end;
    if (!isTaken(name)) return name;
  }
}

/** Where a jump comes from. */
export interface JumpStart {
  /** What the run before was started with. */
  readonly options: PipelineOptions;
  /** First hour of the trace. */
  readonly traceFrom: EventTime;
  /** The speed that was chosen last. */
  readonly speed: Speed;
}

/** The same run from `leadHours` before `to` on, or from the first hour of the trace, filled up to `to`. */
export function optionsAfterJump(start: JumpStart, { to, leadHours }: JumpSpec, run: string): PipelineOptions {
  const { options, traceFrom, speed } = start;
  const from = addMicros(hourOf(to), -leadHours * MICROS_PER_HOUR);
  return {
    ...options,
    run,
    from: eventTime(Math.max(from, traceFrom)),
    pace: { speed, fillUntil: to },
  };
}
