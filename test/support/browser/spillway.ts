import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { QueryBody } from '../../../src/api/routes/query.ts';
import { systemClock } from '../../../src/time/clock.ts';
import { SPILLWAY } from '../live-run.ts';
import type { Cleanup } from './cleanup.ts';
import type { SqlTable } from './compare.ts';

/** The real command as a process of its own, with the dashboard at an address. */
export interface Spillway {
  readonly child: ChildProcess;
  /** `http://127.0.0.1:4870`. */
  readonly address: string;
  readonly token: string;
  /** What the terminal shows to be opened: the address with the token in the fragment. */
  readonly link: string;
  stderr(): string;
  /** Ends the process, by default at once and without a word. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

const STARTS_WITHIN_MS = 60_000;
const LINK = /(http:\/\/127\.0\.0\.1:\d+)\/#token=([\w-]+)/;

/**
 * Starts `spillway` with these arguments in `cwd` and waits until it has printed where its dashboard is. Ended with
 * `cleanup` at the latest.
 */
export async function startSpillway(cleanup: Cleanup, cwd: string, args: readonly string[]): Promise<Spillway> {
  const child = spawn(process.execPath, [SPILLWAY, ...args], { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  cleanup.after(() => end(child));
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const deadline = performance.now() + STARTS_WITHIN_MS;
  for (;;) {
    const [link, address, token] = LINK.exec(stderr) ?? [];
    if (link !== undefined && address !== undefined && token !== undefined) {
      return { child, address, token, link, stderr: () => stderr, end: (signal) => end(child, signal) };
    }
    assert.ok(child.exitCode === null && performance.now() < deadline, `no link to a dashboard from it:\n${stderr}`);
    await systemClock.sleep(25);
  }
}

/** Ends a process, one that is stopped too, and waits until it has gone. */
async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

/** The JSON that a route answers. */
export async function get<T>({ address }: Spillway, path: string): Promise<T> {
  const response = await fetch(`${address}${path}`);
  assert.equal(response.status, 200, `GET ${path}: ${response.status}`);
  // The test knows which route it asks.
  return (await response.json()) as T;
}

/** Calls a route that changes the run, with the owner's token. */
export async function post<T>({ address, token }: Spillway, path: string, body: unknown = {}): Promise<T> {
  const response = await fetch(`${address}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  assert.ok(response.ok, `POST ${path}: ${response.status} ${text}`);
  return JSON.parse(text) as T;
}

/** What a SELECT over the run's public tables comes to, as `spillway query` answers it. */
export async function sql(spillway: Spillway, select: string): Promise<SqlTable> {
  const answer = await post<QueryBody>(spillway, '/api/query', { sql: select, maxRows: 100_000 });
  assert.equal(answer.truncated, false, `too many rows: ${select}`);
  // Only lists and structs are anything else, and no public table has those in these columns.
  return { columns: answer.columns.map(({ name }) => name), rows: answer.rows as SqlTable['rows'] };
}
