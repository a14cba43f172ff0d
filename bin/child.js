/** A child process that is waited for: what it wrote, and the exit code a shell would report for it. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** Two copies of one signal within this time are one wish: npm passes on what the terminal has already sent. */
const REPEAT_MS = 1_000;

/** How often a child that ends with the parent looks whether the parent is still there. */
const PARENT_CHECK_MS = 500;

/** @type {NodeJS.Signals[]} */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * @typedef {object} ChildOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {boolean} [capture] Keeps what the child writes and gives it no input; otherwise it shares this process's
 *   terminal.
 * @property {boolean} [endWithParent] For npm scripts: npm passes SIGTERM on to its shell only, which dies and tells
 *   nobody. The child is ended when this process's parent is gone.
 * @property {boolean} [killOnSignal] Ends the child and all that it started at once, instead of passing signals on.
 * @property {(pid: number) => void} [started] Called with the child's process id.
 *
 * @typedef {object} ChildEnd
 * @property {number} code 128 + n after signal n.
 * @property {string} output
 * @property {boolean} interrupted Whether this process was told to stop meanwhile.
 */

/**
 * Runs a command to its end. Signals to this process are passed on, and this process stays until the child has gone.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {ChildOptions} [options]
 * @returns {Promise<ChildEnd>}
 */
export function runChild(command, args, options = {}) {
  const { capture = false, endWithParent = false, killOnSignal = false, started = () => {}, ...rest } = options;
  // A group of its own, so that everything in it can be ended; Windows would open a window for it.
  const detached = killOnSignal && process.platform !== 'win32';
  const child = spawn(command, args, { ...rest, detached, stdio: capture ? ['ignore', 'pipe', 'pipe'] : 'inherit' });
  if (child.pid !== undefined) started(child.pid);
  const signals = handleSignals(child, killOnSignal ? () => killGroup(child, detached) : forwarder(child));
  const stopWatching = endWithParent ? watchParent(child) : () => {};
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  return new Promise((resolve, reject) => {
    const settle = () => {
      signals.stop();
      stopWatching();
    };
    child.once('error', (error) => {
      settle();
      reject(error);
    });
    child.once('close', (code, signal) => {
      settle();
      const end = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
      resolve({ code: end, output, interrupted: signals.seen() });
    });
  });
}

/**
 * Calls `react` for every signal to this process, until stopped.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @param {(signal: NodeJS.Signals) => void} react
 */
function handleSignals(child, react) {
  let seen = false;
  /** @param {NodeJS.Signals} signal */
  const handle = (signal) => {
    seen = true;
    if (child.exitCode === null && child.signalCode === null) react(signal);
  };
  for (const signal of SIGNALS) process.on(signal, handle);
  const stop = () => {
    for (const signal of SIGNALS) process.off(signal, handle);
  };
  return { stop, seen: () => seen };
}

/**
 * Passes a signal on, once. Ctrl-C and a closed terminal reach the child by themselves, because it is in the same
 * process group, so with a terminal these are not sent a second time.
 *
 * @param {import('node:child_process').ChildProcess} child
 */
function forwarder(child) {
  const hasTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  /** @type {Map<NodeJS.Signals, number>} */
  const sentAt = new Map();
  return (/** @type {NodeJS.Signals} */ signal) => {
    if (hasTerminal && signal !== 'SIGTERM') return;
    const now = performance.now();
    if (now - (sentAt.get(signal) ?? Number.NEGATIVE_INFINITY) < REPEAT_MS) return;
    sentAt.set(signal, now);
    child.kill(signal);
  };
}

/** @param {import('node:child_process').ChildProcess} child @param {boolean} isGroup */
function killGroup(child, isGroup) {
  if (!isGroup || child.pid === undefined) child.kill('SIGKILL');
  else process.kill(-child.pid, 'SIGKILL');
}

/** Ends the child when this process's parent is gone. @param {import('node:child_process').ChildProcess} child */
function watchParent(child) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    child.kill('SIGTERM');
  }, PARENT_CHECK_MS);
  return () => clearInterval(timer);
}
