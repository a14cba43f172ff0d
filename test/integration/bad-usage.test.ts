import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { main } from '../../src/cli/cli.ts';
import { at } from '../support/time.ts';
import { writeTrace } from '../support/trace-file.ts';
import { testIo } from '../unit/cli/test-io.ts';
import type { BadCall } from './bad-usage-cases.ts';
import { BAD_CALLS } from './bad-usage-cases.ts';

const SPILLWAY = join(import.meta.dirname, '..', '..', 'bin', 'spillway.js');

let cwd = '';
before(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'spillway-test-'));
  await writeTrace(cwd, [{ arrival_timestamp: at('2024-03-01 00:10') }, { arrival_timestamp: at('2024-03-01 02:10') }]);
  const { io, stderr } = testIo({ cwd });
  const argv = ['run', '--trace', 'trace', '--speed', 'max', '--exit-when-done', '--port', '0'];
  assert.equal(await main(argv, io), 0, stderr());
});
after(() => rmSync(cwd, { recursive: true, force: true }));

function wordsOf({ argv }: BadCall): readonly string[] {
  return typeof argv === 'string' ? argv.split(' ') : argv;
}

/** As it would be typed, for the messages of this test. */
function typed(call: BadCall): string {
  const { env = {}, yaml } = call;
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value} `);
  return `${variables.join('')}spillway ${wordsOf(call).join(' ')}${yaml === undefined ? '' : ` (spillway.yaml: ${yaml})`}`;
}

/** Progress may come before it; the error itself is one line, with at most one more line that says what to do. */
function assertRefused(call: BadCall, result: { code: number | null; stdout: string; stderr: string }): void {
  const what = `${typed(call)}\n${result.stderr}`;
  assert.equal(result.code, 2, what);
  assert.equal(result.stdout, '', what);
  const lines = result.stderr.trimEnd().split('\n');
  const error = lines.findIndex((line) => line.startsWith('error: '));
  assert.match(lines[error] ?? '', /^error: .+ \[[A-Z_]+\]$/, what);
  assert.ok(lines[error]?.includes(call.says), `${what}\nmust name: ${call.says}`);
  for (const line of lines.slice(0, error)) assert.match(line, /^opening the trace /, what);
  assert.ok(lines.length <= error + 2, what);
  if (lines.length === error + 2) assert.match(lines[error + 1] ?? '', /^hint: .+/, what);
  if (call.hints !== undefined) assert.ok(lines[error + 1]?.includes(call.hints), `${what}\nmust hint: ${call.hints}`);
  assert.doesNotMatch(result.stderr, /^\s+at |node:internal|\.ts:\d+/m, what);
}

async function inProcess(call: BadCall): Promise<{ code: number; stdout: string; stderr: string }> {
  const file = join(cwd, 'spillway.yaml');
  if (call.yaml !== undefined) writeFileSync(file, call.yaml);
  try {
    const { io, stdout, stderr } = testIo({ cwd, ...(call.env === undefined ? {} : { env: call.env }) });
    return { code: await main(wordsOf(call), io), stdout: stdout(), stderr: stderr() };
  } finally {
    rmSync(file, { force: true });
  }
}

test('every wrong call exits 2 with one line that names what is wrong, and never a stack', async () => {
  assert.ok(BAD_CALLS.length >= 120, `${BAD_CALLS.length} calls`);
  const faults: unknown[] = [];
  for (const call of BAD_CALLS) {
    try {
      assertRefused(call, await inProcess(call));
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0) throw new AggregateError(faults, faults.map(String).join('\n\n'));
});

test('no wrong call leaves anything behind', async () => {
  assert.deepEqual(readdirSync(cwd).sort(), ['spillway-data', 'trace']);
  assert.deepEqual(readdirSync(join(cwd, 'spillway-data', 'runs')), ['default']);
});

test('a real process answers a wrong call in the same way', () => {
  const calls: readonly BadCall[] = [
    { argv: 'qurey', says: 'no command qurey' },
    { argv: 'run --trace nowhere --port 0', says: 'nowhere' },
    { argv: 'run --trace trace --speed 0', says: '--speed is 0' },
    { argv: 'query SELEC', says: 'query:' },
    { argv: 'status', env: { SPILLWAY_SPEDE: '1' }, says: 'SPILLWAY_SPEDE' },
    { argv: 'reset --run default', says: 'nobody is there to confirm' },
  ];
  for (const call of calls) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [SPILLWAY, ...wordsOf(call)], {
      cwd,
      env: { ...process.env, ...call.env },
      encoding: 'utf8',
      input: '',
    });
    assertRefused(call, { code: status, stdout, stderr });
  }
});
