import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Who holds a run's store, written as `owner.json` beside it. A DuckDB file belongs to one process; every other one
 * asks the owner over HTTP.
 */
export interface Owner {
  readonly pid: number;
  /** `http://127.0.0.1:4870`. */
  readonly address: string;
  /** Sent as `Authorization: Bearer` by whoever may read this file. */
  readonly token: string;
  readonly run: string;
  /** ISO-8601, UTC. */
  readonly startedAt: string;
  /** Processes that started the owner and wait for it to end, nearest first; empty if it was started by itself. */
  readonly launchers: readonly number[];
}

const FILE = 'owner.json';

/** Writes owner.json into the run's folder: readable by its user only, there as a whole or not at all. */
export function writeOwner(runDir: string, owner: Owner): void {
  const temporary = join(runDir, `.${FILE}.${owner.pid}`);
  writeFileSync(temporary, `${JSON.stringify(owner, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, join(runDir, FILE));
}

/** The owner.json of a run; undefined if there is none, or if what is there names no owner. */
export function readOwner(runDir: string): Owner | undefined {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(join(runDir, FILE), 'utf8'));
  } catch {
    return undefined;
  }
  return isOwner(content) ? content : undefined;
}

/** Removes owner.json if it still names `owner`. Synchronous, so that it also works while a process exits. */
export function removeOwner(runDir: string, owner: Pick<Owner, 'pid' | 'startedAt'>): void {
  const found = readOwner(runDir);
  // The token outlives a process, and in a container so does the process id.
  if (found?.pid === owner.pid && found.startedAt === owner.startedAt) rmSync(join(runDir, FILE), { force: true });
}

/** Whether a process with this id exists, its user being whoever it may. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** A live owner one of whose launchers died: it goes on, but no terminal's Ctrl-C reaches it for sure any more. */
export function isLeftBehind(owner: Owner): boolean {
  return isAlive(owner.pid) && !owner.launchers.every(isAlive);
}

/**
 * The launchers of this process: its parents as far as they belong to the same job of a shell (the same process group).
 * What lies further up, such as the shell itself, starts many things and waits for none of them.
 */
export function ownLaunchers(): readonly number[] {
  const self = processStat('self');
  // Without /proc only the nearest parent is known; 1 and 0 start everything.
  if (self === undefined) return process.ppid > 1 ? [process.ppid] : [];
  const launchers: number[] = [];
  for (let pid = self.parent; pid > 1; ) {
    const stat = processStat(pid);
    if (stat === undefined || stat.group !== self.group) break;
    launchers.push(pid);
    pid = stat.parent;
  }
  return launchers;
}

/** Parent and process group of a process, as Linux tells them; undefined elsewhere or if there is none. */
function processStat(pid: number | 'self'): { readonly parent: number; readonly group: number } | undefined {
  try {
    // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
    const [, parent, group] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return { parent: Number(parent), group: Number(group) };
  } catch {
    return undefined;
  }
}

function isOwner(content: unknown): content is Owner {
  if (content === null || typeof content !== 'object') return false;
  const field = (name: keyof Owner): unknown => Reflect.get(content, name);
  const [pid, launchers] = [field('pid'), field('launchers')];
  return (
    Number.isSafeInteger(pid) &&
    Number(pid) > 0 &&
    Array.isArray(launchers) &&
    launchers.every(Number.isSafeInteger) &&
    (['address', 'token', 'run', 'startedAt'] as const).every((name) => typeof field(name) === 'string')
  );
}
