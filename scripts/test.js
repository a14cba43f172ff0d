/** `npm test`: all set-up, then every check. `npm test -- unit/bus` runs only the test files whose path contains that. */
import { join } from 'node:path';
import { runChild } from '../bin/child.js';
import { ROOT } from '../bin/runtime.js';
import { SetupError, setUp } from './setup.js';

/** The user's own settings must not decide what a test sees. */
function testEnvironment() {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('SPILLWAY_'));
  return { ...Object.fromEntries(own), TZ: 'UTC' };
}

async function test() {
  try {
    const node = await setUp({ tests: true });
    const checks = join(ROOT, 'test', 'support', 'runner', 'main.ts');
    const options = { cwd: ROOT, env: testEnvironment(), endWithParent: true };
    const { code } = await runChild(node, [checks, ...process.argv.slice(2)], options);
    return code;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`spillway: ${error.message}\n`);
    process.stdout.write('0 passed, 1 failed, 0 skipped\n');
    return error.exitCode;
  }
}

process.exitCode = await test();
