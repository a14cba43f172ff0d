import { runChild } from '../../../bin/child.js';
import { findChromium, HOW_TO_GET_CHROMIUM } from '../browser/chromium.ts';
import type { Outcome } from './outcome.ts';

/** Debian's browser with one font that has every sign the dashboard uses; without one it draws boxes. */
const INSTALL = [
  ['apt-get', 'update'],
  ['apt-get', 'install', '--yes', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'],
] as const;

/** Whether these test files need a browser that is not there and that this machine, being CI's, may be given. */
export function needsChromium(
  files: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  find: () => string | undefined = findChromium,
): boolean {
  return env.CI === 'true' && files.some((file) => file.startsWith('test/browser/')) && !isThere(find);
}

/** Installs Chromium on a machine of CI, where tests in a browser are never left out. Never on anybody's own machine. */
export async function installChromium(): Promise<Outcome> {
  for (const [command, ...args] of INSTALL) {
    const { code, output } = await asRoot(command, args);
    if (code !== 0) return failed(`${[command, ...args].join(' ')}\n${output.trim()}`);
  }
  return isThere(findChromium)
    ? { passed: 0, failures: [], skips: [] }
    : failed('it was installed but is not to be found');
}

/** CI's machines are root's, or let anybody become root without a password. */
async function asRoot(command: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const isRoot = process.getuid?.() === 0;
  const call = isRoot ? [command, ...args] : ['sudo', '-n', '-E', command, ...args];
  try {
    return await runChild(call[0] ?? command, call.slice(1), { capture: true, env });
  } catch (error) {
    return { code: 127, output: String(error) };
  }
}

/** A `CHROMIUM` that names nothing is for the tests to complain about. */
function isThere(find: () => string | undefined): boolean {
  try {
    return find() !== undefined;
  } catch {
    return true;
  }
}

function failed(detail: string): Outcome {
  return {
    passed: 0,
    failures: [{ title: 'installing Chromium', detail: `${detail}\n${HOW_TO_GET_CHROMIUM}` }],
    skips: [],
  };
}
