import { spawn } from 'node:child_process';
import { messageOf } from '../errors.ts';
import type { Io } from './io.ts';

/** A program that opens an address, and its arguments. */
export type Opener = readonly [string, ...string[]];

/** How the system opens an address in its browser; undefined where there is nobody to look at it. */
export function openerOf(platform: NodeJS.Platform, env: Io['env'], address: string): Opener | undefined {
  if (isGiven(env.CI) && env.CI !== 'false') return undefined;
  if (platform === 'darwin') return ['open', address];
  // `start` takes the first word in quotes for the title of a window.
  if (platform === 'win32') return ['cmd', '/c', 'start', '""', address];
  return isGiven(env.DISPLAY) || isGiven(env.WAYLAND_DISPLAY) ? ['xdg-open', address] : undefined;
}

function isGiven(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}

/** Opens an address in the system's browser; where that fails, `tell` is told why, and nothing else happens. */
export function openBrowser(address: string, { env }: Pick<Io, 'env'>, tell: (why: string) => void): void {
  const opener = openerOf(process.platform, env, address);
  if (opener === undefined) return;
  const [program, ...args] = opener;
  const fail = (why: string): void => tell(`no browser opened (${program}: ${why})`);
  const child = spawn(program, args, { detached: true, stdio: 'ignore', windowsVerbatimArguments: true });
  child.once('error', (error) => fail('code' in error && error.code === 'ENOENT' ? 'not found' : messageOf(error)));
  child.once('exit', (code) => {
    if (code !== 0 && code !== null) fail(`exit code ${code}`);
  });
  // The browser stays when Spillway ends, and keeps nothing waiting.
  child.unref();
}
