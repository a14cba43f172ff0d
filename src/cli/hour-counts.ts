import { MICROS_PER_HOUR } from '../model/time.ts';

/** A run's hours by what has become of them. */
export interface HourCounts {
  readonly final: number;
  /** The film has reached them, but they are not final. */
  readonly open: number;
  readonly toCome: number;
}

/** Splits the hours that are not final at the place of the film; times are microseconds. */
export function hourCounts(run: {
  readonly at: number;
  readonly to: number;
  readonly notFinal: number;
  readonly final: number;
}): HourCounts {
  const toCome = Math.min(run.notFinal, Math.max(0, Math.floor((run.to - run.at) / MICROS_PER_HOUR)));
  return { final: run.final, open: run.notFinal - toCome, toCome };
}
