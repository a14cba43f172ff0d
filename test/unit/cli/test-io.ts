import type { Io, Output } from '../../../src/cli/io.ts';
import { systemClock } from '../../../src/time/clock.ts';

/** What a command wrote, and how to act on it meanwhile. */
export interface TestIo {
  readonly io: Io;
  stdout(): string;
  stderr(): string;
  /** As Ctrl-C would. */
  interrupt(): void;
  press(key: string): void;
  resize(columns: number, rows: number): void;
}

export interface TestIoOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What stdin holds. */
  readonly input?: string;
  /** Answers typed to questions; without any, nobody is there to ask. */
  readonly answers?: readonly string[];
  /** A terminal of this size on stdout and stderr. */
  readonly terminal?: { readonly columns: number; readonly rows: number };
}

/** Streams, keyboard and signals that a test plays. */
export function testIo(options: TestIoOptions = {}): TestIo {
  const { cwd = '/nowhere', env = {}, input = '', answers = [], terminal } = options;
  const size = terminal ?? { columns: 80, rows: 24 };
  const out: string[] = [];
  const err: string[] = [];
  const resized = new Set<() => void>();
  const keys = new Set<(key: string) => void>();
  const interrupts = new Set<() => void>();
  const left = [...answers];
  const output = (parts: string[]): Output => ({
    write: (text) => void parts.push(text),
    isTTY: terminal !== undefined,
    get columns() {
      return size.columns;
    },
    get rows() {
      return size.rows;
    },
    onResize: (listener) => listening(resized, listener),
  });
  const interrupt = (): void => {
    for (const stop of interrupts) stop();
  };
  return {
    io: {
      stdout: output(out),
      stderr: output(err),
      env,
      cwd,
      clock: systemClock,
      interrupts: { listen: (stop) => listening(interrupts, stop), trigger: interrupt },
      readInput: async () => input,
      interactive: answers.length > 0,
      ask: async (question) => {
        err.push(question);
        return left.shift() ?? '';
      },
      onKey: (listener) => (terminal === undefined ? undefined : listening(keys, listener)),
      atExit: () => () => undefined,
    },
    stdout: () => out.join(''),
    stderr: () => err.join(''),
    interrupt,
    press: (key) => {
      for (const listener of keys) listener(key);
    },
    resize: (columns, rows) => {
      Object.assign(size, { columns, rows });
      for (const listener of resized) listener();
    },
  };
}

function listening<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
