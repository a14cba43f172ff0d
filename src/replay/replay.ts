import type { ReplayStatus, Speed } from '../model/status.ts';

/** A replay under way, as the rest of the system sees it. */
export interface Replay {
  status(): ReplayStatus;
  pause(): void;
  resume(): void;
  setSpeed(speed: Speed): void;
  /** Plays at `max` to the next full hour and pauses exactly there; in the run's last hour, to the end of the film. */
  step(): void;
  /** Stops after what is already on its way; sends no `end`, so the same command continues later. */
  stop(): void;
  /** Resolves `ended` after `end` was sent, `stopped` after `stop()`; rejects if the trace or the bus fails. */
  readonly finished: Promise<'ended' | 'stopped'>;
}
