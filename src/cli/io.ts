import type { Clock } from '../time/clock.ts';

/** A stream that text is printed to. */
export interface Output {
  write(text: string): void;
  readonly isTTY: boolean;
  /** Size of the terminal; 80 x 24 where there is none. */
  readonly columns: number;
  readonly rows: number;
  /** Calls back after the terminal changed its size; returns how to stop that. */
  onResize(listener: () => void): () => void;
}

/** Everything a command may touch of the process around it, so that tests can hand in their own. */
export interface Io {
  /** Results. */
  readonly stdout: Output;
  /** Progress, questions and errors. */
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly clock: Clock;
  readonly interrupts: Interrupts;
  /** All of stdin as text. */
  readInput(): Promise<string>;
  /** True if somebody can answer a question. */
  readonly interactive: boolean;
  /** Asks on stderr and returns the line typed. */
  ask(question: string): Promise<string>;
  /** Hands over single keys while the returned function has not been called; undefined without a keyboard. */
  onKey(listener: (key: string) => void): (() => void) | undefined;
  /** Runs `last` when the process ends in whatever way it can still notice. Returns how to take that back. */
  atExit(last: () => void): () => void;
}

/** Ctrl-C, SIGTERM, SIGHUP and a closed stdout: all ask to stop. */
export interface Interrupts {
  /**
   * Calls `stop` at the first of them; the second ends the process at once. Without a listener the first one does.
   * Returns how to stop listening.
   */
  listen(stop: () => void): () => void;
  /** The same as a signal, for Ctrl-C typed while the terminal hands over single keys. */
  trigger(): void;
}

/** What the process ends with. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  difference: 3,
  interrupted: 130,
} as const;
