import type { Io } from './io.ts';

/** Says how far something long has come: on a terminal in one line that is written over, elsewhere not at all. */
export interface Progress {
  update(text: string): void;
  /** Clears the line. */
  done(): void;
}

/** Often enough to look alive. */
const EVERY_MS = 100;

export function openProgress({ stderr, clock }: Pick<Io, 'stderr' | 'clock'>): Progress {
  let last = Number.NEGATIVE_INFINITY;
  return {
    update: (text) => {
      const now = clock.monotonicMs();
      if (!stderr.isTTY || now - last < EVERY_MS) return;
      last = now;
      stderr.write(`\r\u001b[K${text}`);
    },
    done: () => {
      if (stderr.isTTY && last > Number.NEGATIVE_INFINITY) stderr.write('\r\u001b[K');
    },
  };
}
