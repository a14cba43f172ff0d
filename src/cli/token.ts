import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** In the data folder: a page that stays open controls whatever is played from there next. */
const FILE = 'token';
/** One of ours, or one of the user's own that is no shorter. */
const FORM = /^[A-Za-z0-9_-]{22,128}$/;
const OTHERS_MODE = 0o077;

/** A new token: 128 bits, unguessable, in 22 characters. */
export function newToken(): string {
  return randomBytes(16).toString('base64url');
}

/**
 * The token of a data folder, made the first time: whoever has it may control what is played from there, now and after
 * a restart. Only the user can read its file; where others could, that is put right, and where a file system knows no
 * rights, the token is kept nowhere and holds for this process.
 */
export function keptToken(dataDir: string): string {
  const file = join(dataDir, FILE);
  const found = readToken(file);
  if (found === undefined) return makeToken(file);
  return isPrivate(file) ? found : newToken();
}

/** The token in a file; undefined if there is none. */
function readToken(file: string): string | undefined {
  try {
    const text = readFileSync(file, 'utf8').trim();
    return FORM.test(text) ? text : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Makes the file as a whole or not at all; of two processes that do so at once both get the same token. */
function makeToken(file: string): string {
  const token = newToken();
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, `${token}\n`, { mode: 0o600 });
  try {
    // Unlike a rename this fails if another process was first.
    linkSync(temporary, file);
  } catch {
    const other = readToken(file);
    if (other !== undefined) return other;
    // What is there is no token, or there are no links here.
    renameSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
  return isPrivate(file) ? token : newToken();
}

/** Whether only its user can read a file; takes others' rights away if need be. */
function isPrivate(file: string): boolean {
  // Windows knows no such rights: the folder's own decide.
  if (process.platform === 'win32') return true;
  const isOpen = (): boolean => (statSync(file).mode & OTHERS_MODE) !== 0;
  try {
    if (isOpen()) chmodSync(file, 0o600);
  } catch {
    return false;
  }
  return !isOpen();
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
