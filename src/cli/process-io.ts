import { createInterface } from 'node:readline/promises';
import { systemClock } from '../time/clock.ts';
import type { Interrupts, Io, Output } from './io.ts';
import { EXIT } from './io.ts';

/** A terminal sends Ctrl-C to a whole group of processes and npm passes it on once more: within this time it is one. */
const ONE_INTERRUPT_MS = 400;

/** The real process: its streams, signals and keyboard. */
export function processIo(): Io {
  const interrupts = processInterrupts();
  for (const stream of [process.stdout, process.stderr]) {
    // A reader that went away (`| head`) is no error; it is a wish to stop.
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' || error.code === 'EIO') interrupts.closed();
      else throw error;
    });
  }
  return {
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    env: process.env,
    cwd: process.cwd(),
    clock: systemClock,
    interrupts,
    readInput,
    interactive: process.stdin.isTTY && process.stderr.isTTY,
    ask,
    onKey,
    atExit: (last) => {
      process.once('exit', last);
      return () => process.off('exit', last);
    },
  };
}

function outputOf(stream: NodeJS.WriteStream): Output {
  return {
    write: (text) => void stream.write(text),
    isTTY: stream.isTTY === true,
    get columns() {
      return stream.columns || 80;
    },
    get rows() {
      return stream.rows || 24;
    },
    onResize: (listener) => {
      stream.on('resize', listener);
      return () => void stream.off('resize', listener);
    },
  };
}

function processInterrupts(): Interrupts & { closed(): void } {
  const listeners = new Set<() => void>();
  let first: number | undefined;
  const interrupt = (): void => {
    const now = systemClock.monotonicMs();
    if (first !== undefined && now - first < ONE_INTERRUPT_MS) return;
    if (first !== undefined || listeners.size === 0) process.exit(EXIT.interrupted);
    first = now;
    for (const stop of listeners) stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  return {
    listen: (stop) => {
      listeners.add(stop);
      return () => void listeners.delete(stop);
    },
    trigger: interrupt,
    // Nobody reads any more: stop, quietly, and let a command without anything to stop end as if it were done.
    closed: () => (listeners.size === 0 ? process.exit(EXIT.done) : interrupt()),
  };
}

async function readInput(): Promise<string> {
  process.stdin.setEncoding('utf8');
  let text = '';
  for await (const part of process.stdin) text += String(part);
  return text;
}

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

function onKey(listener: (key: string) => void): (() => void) | undefined {
  const { stdin } = process;
  if (!stdin.isTTY) return undefined;
  const hear = (data: Buffer): void => {
    // Keys typed fast, or pasted, come as one piece; an escape sequence is one key.
    const text = data.toString('utf8');
    for (const key of text.startsWith('\u001b') ? [text] : text) listener(key);
  };
  stdin.setRawMode(true);
  stdin.resume();
  stdin.on('data', hear);
  return () => {
    stdin.off('data', hear);
    stdin.setRawMode(false);
    stdin.pause();
  };
}
