/**
 * Makes ready what Spillway needs, once per clone: the packages it runs on, the dashboard and, for the tests, those of
 * test/. A host whose Node is old gets Node 24 along with them. A later call sees the stamps and does nothing; an
 * interrupted one left no stamp and is done again from the start. What has changed since, by `git pull` or by hand, is
 * made again.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { runChild } from '../bin/child.js';
import { findRuntime, isTooOld, majorOf, pinnedNode, ROOT, RUNTIME_MAJOR, tooOldLine } from '../bin/runtime.js';
import { hostNode, hostNodeVersion, npm } from './npm.js';
import { phase } from './phase.js';
import { alone } from './setup-lock.js';
import { hasStamp, removeStamp, writeStamp } from './stamp.js';
import { buildWeb, isBuilt } from './web.js';

const TESTS = join(ROOT, 'test');
const WEB = join(ROOT, 'web');

const INTERRUPTED = 'stopped during set-up; the next start does it again';

/** A set-up that cannot go on; the message is for the user and needs no stack. */
export class SetupError extends Error {
  /** @param {string} message @param {number} [exitCode] */
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * Makes everything ready and returns the path of the Node to run Spillway with.
 *
 * @param {{ tests?: boolean }} [options] `tests` also installs what only the tests need.
 * @returns {Promise<string>}
 * @throws {SetupError}
 */
export async function setUp({ tests = false } = {}) {
  if (isTooOld()) throw new SetupError(tooOldLine());
  if (!isReady(tests)) {
    const isFirst = !hasStamp(ROOT);
    process.stdout.write(
      isFirst ? 'Setting up Spillway; this happens once per clone.\n' : 'Setting up what has changed.\n',
    );
    await alone((addProcess) => installAll(tests, addProcess));
  }
  const runtime = findRuntime();
  if (runtime === null) throw new SetupError(noRuntimeLine());
  return runtime;
}

/** @param {boolean} tests */
function isReady(tests) {
  if (!hasStamp(ROOT) || findRuntime() === null || !isBuilt(WEB)) return false;
  return !tests || (hasStamp(TESTS) && hasStamp(WEB));
}

/** @param {boolean} tests @param {(pid: number) => void} addProcess */
async function installAll(tests, addProcess) {
  if (!hasStamp(ROOT) || findRuntime() === null) await installRuntime(addProcess);
  await makeDashboard(tests, addProcess);
  if (tests && !hasStamp(TESTS)) await install('installing packages for the tests', TESTS, [], addProcess);
}

/**
 * What the dashboard is built with is as large as everything else together and of no use afterwards, but to the tests,
 * which check the types.
 *
 * @param {boolean} tests
 * @param {(pid: number) => void} addProcess
 */
async function makeDashboard(tests, addProcess) {
  if (isBuilt(WEB) && !tests) return;
  // Packages that somebody has put there to work on the dashboard stay.
  const isOurs = !existsSync(join(WEB, 'node_modules')) || hasStamp(WEB);
  if (!hasStamp(WEB)) {
    await install('installing packages for the dashboard', WEB, ['--include=dev', '--prefer-offline'], addProcess);
  }
  if (!isBuilt(WEB)) await buildDashboard(addProcess);
  if (isOurs && !tests && !hasStamp(TESTS)) rmSync(join(WEB, 'node_modules'), { recursive: true, force: true });
}

/** @param {(pid: number) => void} addProcess */
async function buildDashboard(addProcess) {
  const node = findRuntime() ?? process.execPath;
  await phase(
    'building the dashboard',
    async () => {
      const built = await buildWeb(WEB, node, addProcess);
      if (built.interrupted) throw new SetupError(INTERRUPTED, 130);
      if (built.code !== 0)
        throw new SetupError(`the dashboard in ${WEB} cannot be built:\n${problemOf(built.output)}`);
      return built;
    },
    ({ bytes }) => ` (${Math.round(bytes / 1_000)} kB compressed)`,
  );
}

/**
 * The packages Spillway runs on. Node 24 is their only dev dependency, so a host that has it can leave those out.
 *
 * @param {(pid: number) => void} addProcess
 */
async function installRuntime(addProcess) {
  const hostIsNew = majorOf(await hostNodeVersion()) >= RUNTIME_MAJOR;
  await install('installing packages', ROOT, hostIsNew ? ['--omit=dev'] : [], addProcess);
  if (!hostIsNew) await phase(`starting Node ${RUNTIME_MAJOR}`, tryPinnedNode);
}

/** @param {string} name @param {string} folder @param {string[]} args @param {(pid: number) => void} addProcess */
async function install(name, folder, args, addProcess) {
  removeStamp(folder);
  await phase(
    name,
    async () => {
      const { code, output, interrupted } = await npm(folder, ['ci', ...args], addProcess);
      if (interrupted) throw new SetupError(INTERRUPTED, 130);
      if (code !== 0) throw new SetupError(`npm ci failed in ${folder}:\n${withoutStack(output)}`);
    },
    () => ` (${packageCount(folder)} packages)`,
  );
  writeStamp(folder);
}

/** The builder's own words about what is wrong, without its colours, its stack and what stands around it. @param {string} output */
function problemOf(output) {
  const [words = ''] = stripVTControlCharacters(output).split(/^\s+at /m);
  return words.replace(/^(?:.*Build failed.*|error during build:)\n/gm, '').trim();
}

/** npm's own words without its stack. @param {string} output */
function withoutStack(output) {
  return output.trim().replace(/^npm error\s+at .*\n/gm, '');
}

/** The number of packages npm has put into a folder, from the list it keeps there. @param {string} folder */
function packageCount(folder) {
  const list = join(folder, 'node_modules', '.package-lock.json');
  return Object.keys(JSON.parse(readFileSync(list, 'utf8')).packages).length;
}

/** A binary that is there may still be for another C library; better said here than by a broken command. */
async function tryPinnedNode() {
  if (!existsSync(pinnedNode())) throw new SetupError(noRuntimeLine());
  const { code, output } = await runChild(pinnedNode(), ['--version'], { capture: true }).catch((error) => ({
    code: 1,
    output: String(error.message),
  }));
  if (code !== 0) {
    removeStamp(ROOT);
    throw new SetupError(
      `the Node ${RUNTIME_MAJOR} from npm does not run on this machine (${output.trim()}): install Node ${RUNTIME_MAJOR} yourself and try again`,
    );
  }
}

function noRuntimeLine() {
  return (
    `npm has installed no Node ${RUNTIME_MAJOR} (the host's, ${hostNode()}, is older): either install Node ${RUNTIME_MAJOR} yourself, ` +
    'or allow install scripts (npm config set ignore-scripts false), run npm ci and try again'
  );
}
