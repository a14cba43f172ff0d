import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Engine } from '../../src/engine/session.ts';
import { owned, SLOW_RUN, SPILLWAY } from '../support/live-run.ts';
import { RUN, workshop } from '../support/workshop.ts';

/** Changes a store that nobody has open. */
async function change(cwd: string, run: string, sql: string): Promise<void> {
  const engine = await Engine.open(join(cwd, `spillway-data/runs/${run}/hot.duckdb`), { memoryMb: 256, threads: 1 });
  const session = await engine.session();
  await session.run(sql);
  session.close();
  engine.close();
}

test('two runs of one trace are equal, whatever their partitions, and leave nothing behind', async (t) => {
  const { cwd, call } = await workshop(t);
  await call(RUN);
  await call([...RUN, '--run', 'other', '--partitions', '2']);
  const { code, out, err } = await call(['diff', 'default', 'other']);
  assert.deepEqual([code, err], [0, '']);
  assert.match(out, /^table +rows in a +rows in b +differences$/m);
  assert.match(out, /^hours +3 +3 +0 +equal$/m);
  for (const name of ['workload', 'workload_day', 'top_tables', 'spill_day'])
    assert.match(out, new RegExp(`^${name} +(\\d+) +\\1 +0 +equal$`, 'm'));
  assert.match(out, /^workload_day +[1-9]/m);
  assert.match(out, /\na default, b other: equal: 3 final hours compared\n$/);
  for (const run of ['default', 'other'])
    assert.deepEqual(readdirSync(join(cwd, 'spillway-data/runs', run)), ['hot.duckdb']);
});

test('a number that differs is shown with its key and both values, and exits 3', async (t) => {
  const { cwd, call } = await workshop(t);
  await call(RUN);
  await call([...RUN, '--run', 'other']);
  await change(
    cwd,
    'other',
    "UPDATE rollups.spill SET queries = queries + 1 WHERE instance_id = 'provisioned-0'; DELETE FROM rollups.workload WHERE instance_id = 'provisioned-1'",
  );
  const { code, out, err } = await call(['diff', 'default', 'other']);
  assert.deepEqual([code, err], [3, '']);
  assert.match(out, /^spill +3 +3 +1 +DIFFERENT$/m);
  assert.match(
    out,
    /^spill: 1 difference\n {2}different {2}hour=2024-03-01T00:00:00Z instance_id=provisioned-0 query_type=select: a queries=10, b queries=11$/m,
  );
  assert.match(out, /^workload +3 +2 +1 +DIFFERENT$/m);
  assert.match(
    out,
    /^ {2}only in a {2}hour=2024-03-01T01:00:00Z instance_id=provisioned-1 query_type=select: a queries=10 /m,
  );
  assert.match(out, /\na default, b other: 2 tables of \d+ differ: 3 final hours compared\n$/);
  const json = await call(['diff', 'other', 'default', '--only', 'hours,spill', '--json']);
  assert.equal(json.code, 3);
  const report = JSON.parse(json.out);
  assert.deepEqual(
    report.tables.map(({ table, equal }: { table: string; equal: boolean }) => [table, equal]),
    [
      ['hours', true],
      ['spill', false],
      ['spill_day', true],
    ],
  );
  assert.deepEqual(report.tables[1].examples, [
    {
      problem: 'different',
      key: { hour: '2024-03-01T00:00:00Z', instance_id: 'provisioned-0', query_type: 'select' },
      ...{ a: { queries: 11 }, b: { queries: 10 } },
    },
  ]);
  assert.equal((await call(['diff', 'default', 'other', '--only', 'hours'])).code, 0);
});

test('hours that are final in one run only are left out, or differences, as asked', async (t) => {
  const { call } = await workshop(t);
  await call(RUN);
  await call([...RUN, '--run', 'short', '--to', '2024-03-01T02:00']);
  const both = await call(['diff', 'default', 'short']);
  assert.equal(both.code, 0);
  assert.match(both.out, /^workload_day +0 +0 +0 +equal$/m);
  assert.match(both.out, /: equal: 2 final hours compared, 1 hour final in a only left out\n$/);
  const all = await call(['diff', 'default', 'short', '--hours', 'all', '--only', 'workload']);
  assert.equal(all.code, 3);
  assert.match(all.out, /^workload +3 +2 +1 +DIFFERENT$/m);
  assert.match(all.out, /: 2 tables of 2 differ: 3 final hours compared, 1 hour final in a only\n$/);
});

test('runs in two data folders are compared, by default those of the same name', async (t) => {
  const { call } = await workshop(t);
  await call(RUN);
  await call([...RUN, '--data-dir', 'elsewhere', '--run', 'other']);
  await call([...RUN, '--data-dir', 'elsewhere', '--from', '2024-03-01T01:00']);
  const other = await call(['diff', 'default', 'other', '--other-data-dir', 'elsewhere']);
  assert.equal(other.code, 0, other.out + other.err);
  const same = await call(['diff', 'default', '--other-data-dir', 'elsewhere']);
  assert.equal(same.code, 0);
  assert.match(
    same.out,
    /^a \(default\), b \(default\): equal: 2 final hours compared, 1 hour final in a only left out$/m,
  );
  const missing = await call(['diff', 'other', '--other-data-dir', 'elsewhere']);
  assert.match(missing.err, /^error: there is no run other in \.\/spillway-data \[RUN_NOT_FOUND\]\n/);
});

test('a metric that only one run has, or that has other columns, is a difference', async (t) => {
  const { cwd, call } = await workshop(t);
  const metric = (measure: string): string => `/*---
title: Mine
question: How many?
key: [hour, instance_id]
measures:
  ${measure}: { unit: queries }
---*/
SELECT hour, instance_id, count(*) AS ${measure} FROM events GROUP BY hour, instance_id
`;
  for (const [folder, measure] of [
    ['one', 'queries'],
    ['two', 'runs'],
  ] as const) {
    mkdirSync(join(cwd, folder));
    writeFileSync(join(cwd, folder, 'mine.sql'), metric(measure));
  }
  await call(RUN);
  await call([...RUN, '--run', 'one', '--metrics', 'one']);
  await call([...RUN, '--run', 'two', '--metrics', 'two']);
  const only = await call(['diff', 'default', 'one']);
  assert.equal(only.code, 3);
  assert.match(only.out, /^mine +0 +0 +1 +DIFFERENT: only run b has it$/m);
  const columns = await call(['diff', 'one', 'two', '--only', 'mine,spill']);
  assert.equal(columns.code, 3);
  assert.match(
    columns.out,
    /^mine .* DIFFERENT: other columns: queries is a measure in a and not there in b; runs is not there in a and a measure in b$/m,
  );
  assert.match(columns.out, /^spill .* equal$/m);
});

test('beside a live owner its final hours are compared, and open ones are not', async (t) => {
  const { cwd, call } = await workshop(t);
  await call([...RUN, '--run', 'done']);
  const { child } = await owned(t, cwd, [SPILLWAY, ...SLOW_RUN]);
  const nothing = await call(['diff', 'done', 'default']);
  assert.equal(nothing.code, 3);
  assert.match(nothing.out, /: nothing to compare: 0 final hours compared, 3 hours final in a only left out\n$/);
  child.kill('SIGKILL');
  assert.equal((await call(RUN)).code, 0);
  await owned(t, cwd, [SPILLWAY, 'serve', '--port', '0']);
  const served = await call(['diff', 'done', 'default']);
  assert.equal(served.code, 0, served.out + served.err);
});
