/** npm as a child: the same npm that runs us, quiet, and on the host's own Node. */
import { basename, delimiter } from 'node:path';
import { runChild } from '../bin/child.js';

/** npm puts node_modules/.bin in front of the path; what is installed there must not run its own replacement. */
function hostPath() {
  const parts = (process.env.PATH ?? '').split(delimiter);
  return parts.filter((part) => !/[\\/]node_modules[\\/]\.bin[\\/]?$/.test(part)).join(delimiter);
}

/** The Node that npm runs on, which is the host's even when this process is the pinned one. */
export function hostNode() {
  return process.env.npm_node_execpath ?? process.execPath;
}

/** The version of the host's Node, such as `20.20.2`. */
export async function hostNodeVersion() {
  if (hostNode() === process.execPath) return process.versions.node;
  const { output } = await runChild(hostNode(), ['--version'], { capture: true });
  return output.trim().replace(/^v/, '');
}

/**
 * Runs npm in a folder and keeps its output; warnings and advertisements are off, errors are not.
 *
 * @param {string} folder
 * @param {string[]} args
 * @param {(pid: number) => void} started called with npm's process id
 */
export function npm(folder, args, started) {
  const quiet = ['--loglevel=error', '--no-audit', '--no-fund', '--no-update-notifier', '--no-progress'];
  const env = { ...process.env, PATH: hostPath() };
  // Half an installation is worth nothing, so there is no use in waiting for npm to tidy up.
  const options = { cwd: folder, env, capture: true, killOnSignal: true, started };
  const cli = process.env.npm_execpath ?? '';
  if (basename(cli) === 'npm-cli.js') return runChild(hostNode(), [cli, ...args, ...quiet], options);
  // Windows starts npm through a command file, which only a shell can run.
  const windows = process.platform === 'win32';
  return windows
    ? runChild('cmd', ['/d', '/s', '/c', 'npm', ...args, ...quiet], options)
    : runChild('npm', [...args, ...quiet], options);
}
