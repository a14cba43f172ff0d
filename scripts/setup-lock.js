/** Lets one set-up run at a time in a clone: two would delete each other's packages. */
import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../bin/runtime.js';

const CLONE = createHash('sha256').update(`${process.getuid?.()} ${ROOT}`).digest('hex').slice(0, 16);

// The ids of the processes that do the set-up, one a line. Outside of the clone, which should not show a stray file.
const LOCK_FILE = join(tmpdir(), `spillway-setup-${CLONE}`);

const HEARTBEAT_MS = 1_000;

/** Without a heartbeat for this long a lock is forgotten even if its process ids live: they may be others' by now. */
const STALE_MS = 120_000;

/**
 * Runs `work` alone; another process that comes meanwhile says so and waits.
 *
 * @param {(addProcess: (pid: number) => void) => Promise<void>} work is given a function that names a child process
 *   which also holds the lock, so that the lock outlives this process if that is killed.
 */
export async function alone(work) {
  for (let told = false; !take(); told = true) {
    if (!told) process.stdout.write(`waiting for another set-up of this clone (process ${holders().find(isAlive)})\n`);
    await sleep(500);
  }
  const heartbeat = setInterval(() => utimesSync(LOCK_FILE, new Date(), new Date()), HEARTBEAT_MS);
  try {
    await work((pid) => appendFileSync(LOCK_FILE, `${pid}\n`));
  } finally {
    clearInterval(heartbeat);
    rmSync(LOCK_FILE, { force: true });
  }
}

/** Tries to become the holder. */
function take() {
  if (!isHeld()) rmSync(LOCK_FILE, { force: true });
  try {
    writeFileSync(LOCK_FILE, `${process.pid}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Whether any of the processes that hold the lock still lives. */
function isHeld() {
  const beat = statSync(LOCK_FILE, { throwIfNoEntry: false });
  return beat !== undefined && Date.now() - beat.mtimeMs < STALE_MS && holders().some(isAlive);
}

function holders() {
  try {
    return readFileSync(LOCK_FILE, 'utf8').split('\n').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
