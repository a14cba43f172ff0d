/** `npm start`: all set-up, then `spillway demo` with the arguments given. */
import { join } from 'node:path';
import { runChild } from '../bin/child.js';
import { ROOT } from '../bin/runtime.js';
import { SetupError, setUp } from './setup.js';

async function start() {
  try {
    const node = await setUp();
    const args = [join(ROOT, 'bin', 'spillway.js'), 'demo', ...process.argv.slice(2)];
    const { code } = await runChild(node, args, { endWithParent: true });
    return code;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`spillway: ${error.message}\n`);
    return error.exitCode;
  }
}

process.exitCode = await start();
// Ctrl-C is how a demo ends: npm prints a page of errors for exit code 130, but nothing for the signal itself.
if (process.exitCode === 130) process.kill(process.pid, 'SIGINT');
