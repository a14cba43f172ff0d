import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { tempDir } from '../support/temp-dir.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'bench', 'main.ts');
const run = promisify(execFile);

test('a benchmark prints figures, the machine, and the command that measures them again', async (t) => {
  const sizes = ['--events', '3000', '--runs', '1', '--warm-ups', '0'];
  const env = { ...process.env, TMPDIR: await tempDir(t) };
  const { stdout } = await run(process.execPath, [MAIN, '--case', 'embedded', '--json', ...sizes], { env });
  const [result] = JSON.parse(stdout);
  assert.equal(result.command, `npm run bench -- --case embedded ${sizes.join(' ')}`);
  assert.equal(result.machine.node, process.versions.node);
  for (const { name, median, min, max } of result.figures) {
    assert.ok(median > 0 && min <= median && median <= max, `${name}: ${min} .. ${median} .. ${max}`);
  }
  const throughput = result.figures.find((figure: { name: string }) => figure.name === 'throughput');
  assert.equal(throughput.unit, 'events/s');
});

test('a benchmark that does not exist is refused with those that do', async () => {
  await assert.rejects(
    run(process.execPath, [MAIN, '--case', 'nothing']),
    (error: { code: number; stderr: string }) => {
      assert.equal(error.code, 2);
      assert.match(error.stderr, /^error: --case: there is no nothing; there is embedded, /);
      return true;
    },
  );
});
