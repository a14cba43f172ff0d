import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { StatusBody } from '../../src/api/routes/status.ts';
import { main } from '../../src/cli/cli.ts';
import { RUN, workshop } from '../support/workshop.ts';
import { testIo } from '../unit/cli/test-io.ts';

const METRICS = ['--metrics', 'my-metrics'];

/** A folder of own metrics in `cwd`: the SELECT list of each besides its keys, or `undefined` for a file that is none. */
function ownMetrics(cwd: string, files: Readonly<Record<string, string | undefined>>): void {
  const folder = join(cwd, 'my-metrics');
  mkdirSync(folder);
  for (const [name, queries] of Object.entries(files)) {
    const head = `/*---\ntitle: ${name}\nquestion: How much?\nkey: [hour, instance_id]\nmeasures: { queries: { unit: queries } }\n---*/`;
    const sql = `${head}\nSELECT hour, instance_id, ${queries} AS queries FROM events GROUP BY ALL\n`;
    writeFileSync(join(folder, `${name}.sql`), queries === undefined ? 'SELECT 1' : sql);
  }
}

test('a run goes on without a metric of the user that is broken, and says so', async (t) => {
  const { cwd, call } = await workshop(t);
  ownMetrics(cwd, {
    reads: "(SELECT count(*) FROM read_csv('/etc/passwd'))",
    text: undefined,
    total: 'count(*)',
  });
  const { code, err } = await call([...RUN, ...METRICS]);
  assert.equal(code, 0, err);
  const lines = err.split('\n').filter((line) => line.startsWith('metric '));
  assert.match(lines[0] ?? '', /^metric reads is left out: \S+reads\.sql:7: reads read_csv\(\)$/);
  assert.match(lines[1] ?? '', /^metric text is left out: \S+text\.sql:1: no head: /);
  assert.equal(lines.length, 2);
  const counted = await call(['query', 'SELECT sum(queries) AS n FROM total', '--format', 'csv']);
  assert.equal(counted.out, 'n\r\n30\r\n');

  const again = await call([...RUN, ...METRICS]);
  assert.equal(again.code, 0, again.err);
  const verified = await call(['verify', '--trace', 'trace', ...METRICS]);
  assert.equal(verified.code, 0, verified.out + verified.err);
  assert.match(verified.err, /^metric text is left out: /m);
});

test('the status of a live run names the metrics that were left out', async (t) => {
  const { cwd } = await workshop(t);
  ownMetrics(cwd, { text: undefined });
  const io = testIo({ cwd });
  const ended = main([...RUN.filter((word) => word !== '--exit-when-done'), ...METRICS], io.io);
  t.after(async () => {
    io.interrupt();
    await ended;
  });
  const deadline = performance.now() + 30_000;
  while (!io.stderr().includes('http://')) {
    assert.ok(performance.now() < deadline, io.stderr());
    await io.io.clock.sleep(20);
  }
  const [, address] = /(http:\/\/[^/\s]+)\/#/.exec(io.stderr()) ?? [];
  // A server of this very code answers: the cast says no more than its schema does.
  const { processor } = (await (await fetch(`${address}/api/status`)).json()) as StatusBody;
  assert.match(processor.failedMetrics.text ?? '', /text\.sql:1: no head/);
});

test('spillway metrics refuses a broken file, with file, line and reason', async (t) => {
  const { cwd, call } = await workshop(t);
  ownMetrics(cwd, { text: undefined });
  const { code, out, err } = await call(['metrics', ...METRICS]);
  assert.deepEqual([code, out], [2, '']);
  assert.match(err, /^error: \S+text\.sql:1: no head.* \[METRIC_INVALID\]\n/);
});
