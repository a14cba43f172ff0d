import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readSync, statSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RunPlace } from './run-content.ts';

const SPILLWAY = join(import.meta.dirname, '..', '..', 'bin', 'spillway.js');

/** A line of a run's log; what else it holds depends on its message. */
export interface LogLine {
  readonly msg: string;
  readonly step?: string;
}

/** How `spillway run` is called. */
export interface RunCommand extends RunPlace {
  readonly trace: string;
  readonly speed: number | 'max';
  /** More options. */
  readonly flags?: readonly string[];
}

/** How a process ended, and what it wrote to its log until then. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly log: readonly LogLine[];
  readonly stderr: string;
}

/**
 * Runs `spillway run` until it ends by itself or is killed. `watchLog` is told every line of the log as soon as it is
 * there (the log is written synchronously: what a line announces has not happened before it) and may kill the process.
 */
export async function runSpillway(
  command: RunCommand,
  watchLog: (line: LogLine, kill: () => void) => void = () => {},
): Promise<Ending> {
  const { dataDir, run, trace, speed, flags: more = [] } = command;
  const tail = new LogTail(join(dataDir, 'logs', `${run}.log`));
  const flags = ['--trace', trace, '--data-dir', dataDir, '--run', run, '--speed', String(speed), '--port', '0'];
  const child = spawn(
    process.execPath,
    [SPILLWAY, 'run', ...flags, ...more, '--exit-when-done', '--log-level', 'debug'],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  watchLog({ msg: 'spawned' }, kill);
  tail.follow((line) => watchLog(line, kill));
  const [code, signal]: [number | null, NodeJS.Signals | null] = await once(child, 'close').then(([c, s]) => [c, s]);
  return { code, signal, log: tail.end(), stderr };
}

/** Reads what is appended to a file from now on, line by line. */
class LogTail {
  readonly #fd: number;
  readonly #lines: LogLine[] = [];
  readonly #path: string;
  #position: number;
  #partial = '';
  #watcher: ReturnType<typeof watch> | undefined;
  #onLine: (line: LogLine) => void = () => {};

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.#path = path;
    this.#fd = openSync(path, 'a+');
    this.#position = statSync(path).size;
  }

  follow(onLine: (line: LogLine) => void): void {
    this.#onLine = onLine;
    this.#watcher = watch(this.#path, () => this.#read());
    this.#read();
  }

  /** Everything that was appended; to be called once, when nobody writes any more. */
  end(): readonly LogLine[] {
    this.#watcher?.close();
    this.#onLine = () => {};
    this.#read();
    closeSync(this.#fd);
    return this.#lines;
  }

  #read(): void {
    const buffer = Buffer.alloc(65_536);
    for (;;) {
      const bytes = readSync(this.#fd, buffer, 0, buffer.length, this.#position);
      if (bytes === 0) break;
      this.#position += bytes;
      this.#partial += buffer.toString('utf8', 0, bytes);
    }
    const lines = this.#partial.split('\n');
    this.#partial = lines.pop() ?? '';
    for (const text of lines) {
      const line: LogLine = JSON.parse(text);
      this.#lines.push(line);
      this.#onLine(line);
    }
  }
}
