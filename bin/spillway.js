#!/usr/bin/env node
/**
 * The launcher. Spillway's sources are TypeScript, which Node runs as it is from version 24 on. On a newer host the
 * command runs in this process; on an older one it runs again under the Node 24 that `npm ci` has installed.
 *
 * Plain JavaScript in old syntax, so that even a host that is too old gets to the line that says so.
 */
import { runChild } from './child.js';
import { findRuntime, isTooOld, RUNTIME_MAJOR, tooOldLine } from './runtime.js';

// A statement of the database holds a thread of Node's pool for as long as it runs. With the usual four, a question that
// takes a moment would wait for those that take long; the pool is made when it is first used, so it is not too late here.
process.env.UV_THREADPOOL_SIZE ??= '16';

/** Exits with one line and no stack. @param {string} line */
function refuse(line) {
  process.stderr.write(`spillway: ${line}\n`);
  process.exit(1);
}

/** Node announces features it still calls experimental on every start; that is no news for the user. */
function dropExperimentalWarnings() {
  const emitWarning = process.emitWarning;
  /** @param {[string | Error, ...unknown[]]} args */
  process.emitWarning = (...args) => {
    const [, options] = args;
    const type = typeof options === 'object' && options !== null && 'type' in options ? options.type : options;
    if (type !== 'ExperimentalWarning') Reflect.apply(emitWarning, process, args);
  };
}

/** Runs the command in this process: importing its main file is what starts it. */
async function runHere() {
  dropExperimentalWarnings();
  try {
    await import('../src/cli/main.ts');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
    if (!missing || !/^Cannot find package/.test(error.message)) throw error;
    refuse(`${error.message.split(' imported from')[0]}: run npm ci`);
  }
}

async function main() {
  const runtime = findRuntime();
  if (runtime === process.execPath) return runHere();
  if (isTooOld()) return refuse(tooOldLine());
  if (runtime === null) {
    return refuse(
      `Node ${RUNTIME_MAJOR} is needed, this is ${process.versions.node} and none is installed here: run npm ci`,
    );
  }
  const { code } = await runChild(runtime, [...process.execArgv, ...process.argv.slice(1)]);
  process.exitCode = code;
}

await main();
