import type { StatusMessage } from '../../../src/api/live/messages.ts';
import { NBSP } from '../format/cells.ts';
import { formatDecimals, formatSignificant } from '../format/numbers.ts';

export type Speed = StatusMessage['replay']['speed'];

/** Speeds to choose from, slowest first. */
export const SPEEDS: readonly Speed[] = [1, 10, 60, 300, 3_600, 'max'];

/** The fastest that the server takes, as in `--speed`. */
const FASTEST = 1e9;

/** The next speed of the list above `speed`; the fastest stays. */
export function faster(speed: Speed): Speed {
  return SPEEDS.find((step) => step === 'max' || (speed !== 'max' && step > speed)) ?? 'max';
}

/** The next speed of the list below `speed`; the slowest stays. */
export function slower(speed: Speed): Speed {
  return SPEEDS.findLast((step) => step !== 'max' && (speed === 'max' || step < speed)) ?? speed;
}

/** Reads `60`, `60x`, `0.5` or `max`, as `--speed` does. Undefined for anything else. */
export function parseSpeed(text: string): Speed | undefined {
  const word = text.trim().toLowerCase();
  if (word === 'max') return 'max';
  const speed = /^\d+(\.\d+)?\s*x?$/.test(word) ? Number.parseFloat(word) : Number.NaN;
  return speed > 0 && speed <= FASTEST ? speed : undefined;
}

/** `60x`, `3,600x`, `max`. */
export function speedText(speed: Speed): string {
  return speed === 'max' ? 'max' : `${formatSignificant(speed)}x`;
}

/** What the film reaches: `59.8x`, `12,400x`. */
export function reachedText(reached: number): string {
  return `${reached >= 100 ? formatDecimals(reached, 0) : formatSignificant(reached, 3)}x`;
}

/** What one second on the wall is in the film, said beside a speed: `1 s = 1 min`. */
export function speedMeaning(speed: Speed): string {
  if (speed === 'max') return 'as fast as possible';
  if (speed >= 3_600) return `1${NBSP}s is ${formatSignificant(speed / 3_600)}${NBSP}h`;
  if (speed >= 60) return `1${NBSP}s is ${formatSignificant(speed / 60)}${NBSP}min`;
  return speed === 1 ? 'real time' : `1${NBSP}s is ${formatSignificant(speed)}${NBSP}s`;
}
