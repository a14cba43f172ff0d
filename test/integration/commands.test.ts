import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { main } from '../../src/cli/cli.ts';
import { Engine } from '../../src/engine/session.ts';
import { writeTrace } from '../support/trace-file.ts';
import { ROWS, RUN, workshop } from '../support/workshop.ts';
import type { TestIo } from '../unit/cli/test-io.ts';
import { testIo } from '../unit/cli/test-io.ts';

test('a run prints one line per final hour, and nothing more when it is done already', async (t) => {
  const { cwd, call } = await workshop(t);
  const first = await call(RUN);
  assert.equal(first.code, 0, first.err);
  assert.deepEqual(first.out.match(/^2024-03-01T0\d:00Z/gm), [
    '2024-03-01T00:00Z',
    '2024-03-01T01:00Z',
    '2024-03-01T02:00Z',
  ]);
  assert.equal(first.out.match(/ {2}receipt balances$/gm)?.length, 3);
  assert.match(
    first.err.replace(/^the dashboard has not been built.*\n/m, ''),
    /^opening the trace \.\/trace\nplaying run default:\nhttp:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{22}\n$/,
  );
  assert.equal(existsSync(join(cwd, 'spillway-data/runs/default/owner.json')), false);
  assert.ok(existsSync(join(cwd, 'spillway-data/logs/default.log')));
  const again = await call(RUN);
  assert.deepEqual([again.code, again.out], [0, '']);
});

test('a run tells programs about each final hour in JSON', async (t) => {
  const { call } = await workshop(t);
  const { out } = await call([...RUN, '--json']);
  const hours = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    hours.map(({ run, hour, state, counted, balances }) => [run, hour, state, counted, balances]),
    ['00', '01', '02'].map((hour) => ['default', `2024-03-01T${hour}:00:00Z`, 'final', 10, true]),
  );
});

test('a run with other options than before is refused, naming the one that differs', async (t) => {
  const { call } = await workshop(t);
  await call(RUN);
  const { code, err } = await call([...RUN, '--lateness', '5m']);
  assert.equal(code, 2);
  assert.match(err, /error: run default: latenessMs was 600000, now it is 300000 \[MANIFEST_MISMATCH\]\nhint: /);
});

test('a finished run answers queries in every format, from an argument or from stdin', async (t) => {
  const { call } = await workshop(t);
  await call(RUN);
  const sql = 'SELECT hour, counted FROM hours ORDER BY hour LIMIT 1';
  assert.deepEqual(await call(['query', sql, '--format', 'csv']), {
    code: 0,
    out: 'hour,counted\r\n2024-03-01T00:00:00Z,10\r\n',
    err: '',
  });
  const json = await call(['query', '-', '--format', 'json'], { input: sql });
  assert.deepEqual(JSON.parse(json.out), [{ hour: '2024-03-01T00:00:00Z', counted: 10 }]);
  const table = await call(['query', sql], { terminal: { columns: 80, rows: 24 }, env: { NO_COLOR: '1' } });
  assert.match(table.out, /^hour +counted\n─+ {2}─+\n2024-03-01T00:00:00Z +10\n$/);
  assert.equal(table.err, '1 row\n');
});

test('a result that would be cut is refused instead', async (t) => {
  const { call } = await workshop(t);
  await call(RUN);
  const { code, out, err } = await call(['query', 'SELECT * FROM range(100001)']);
  assert.deepEqual([code, out], [2, '']);
  assert.match(err, /^error: the result has more than 100,000 rows \[QUERY_INVALID\]\nhint: add LIMIT/);
});

test('status tells of every run, and of one that is broken beside them', async (t) => {
  const { cwd, call } = await workshop(t);
  assert.match((await call(['status'])).err, /^no runs in \.\/spillway-data;/);
  await call(RUN);
  await call([...RUN, '--run', 'second']);
  const text = await call(['status']);
  assert.equal(text.code, 0);
  assert.match(text.out, /^run default {2}done\n {2}range +2024-03-01T00:00Z to 2024-03-01T03:00Z, 3 hours\n/);
  assert.match(text.out, /^run second {2}done$/m);
  assert.match(text.out, /^ {2}hours +3 final, 0 open, 0 to come$/m);
  assert.match(text.out, /^ {2}watermark +2024-03-01T03:10Z on 4 partitions$/m);
  const [report] = JSON.parse((await call(['status', '--json'])).out);
  assert.deepEqual(
    [report.run, report.owner, report.hours, report.processor.counted],
    ['default', null, { final: 3, open: 0, toCome: 0 }, 30],
  );
  assert.ok(report.disk.storeBytes > 0 && report.disk.archiveBytes > 0);
  writeFileSync(join(cwd, 'spillway-data/runs/second/hot.duckdb'), 'no database');
  const broken = await call(['status']);
  assert.equal(broken.code, 1);
  assert.match(broken.out, /^run default {2}done$/m);
  assert.match(broken.out, /^run second {2}.*expected a store of Spillway/m);
});

test('verify exits 0 when every number is right, and tells programs in JSON', async (t) => {
  const { cwd, call } = await workshop(t);
  await call(RUN);
  const text = await call(['verify', '--trace', 'trace']);
  assert.deepEqual([text.code, text.err], [0, '']);
  assert.match(text.out, /run default: verified: 3 of 3 hours final/);
  const json = await call(['verify', '--trace', 'trace', '--json']);
  assert.equal(JSON.parse(json.out).ok, true);
  await writeTrace(cwd, ROWS.slice(1));
  const other = await call(['verify', '--trace', 'trace']);
  assert.deepEqual([other.code, other.out], [2, '']);
  assert.match(other.err, /\[MANIFEST_MISMATCH\]/);
});

test('verify exits 3 when a number differs, and says which', async (t) => {
  const { cwd, call } = await workshop(t);
  await call(RUN);
  const engine = await Engine.open(join(cwd, 'spillway-data/runs/default/hot.duckdb'), { memoryMb: 256, threads: 1 });
  const session = await engine.session();
  await session.run("UPDATE rollups.spill SET queries = queries + 1 WHERE instance_id = 'provisioned-0'");
  session.close();
  engine.close();
  const { code, out, err } = await call(['verify', '--trace', 'trace']);
  assert.deepEqual([code, err], [3, '']);
  assert.match(out, /^metric spill .* DIFFERENT$/m);
  assert.match(out, /different {2}.*instance_id=provisioned-0.*: expected queries=\d+, found queries=\d+$/m);
});

test('a run is deleted only by name and after a yes', async (t) => {
  const { cwd, call } = await workshop(t);
  await call(RUN);
  const store = join(cwd, 'spillway-data/runs/default/hot.duckdb');
  const refused = await call(['reset', '--run', 'default']);
  assert.equal(refused.code, 2);
  const no = await call(['reset', '--run', 'default'], { answers: [''] });
  assert.equal(no.code, 1);
  assert.match(no.err, /^Delete \.\/spillway-data\/runs\/default and .*\? \[y\/N\] nothing was deleted\n$/);
  assert.ok(existsSync(store));
  const yes = await call(['reset', '--run', 'default'], { answers: ['y'] });
  assert.equal(yes.code, 0);
  assert.equal(existsSync(store), false);
  assert.equal(existsSync(join(cwd, 'spillway-data/archive/default')), false);
  assert.ok(existsSync(join(cwd, 'trace')));
  await call(RUN);
  assert.equal((await call(['reset', '--run', 'default', '--yes'])).code, 0);
});

test('a store that is broken can be deleted', async (t) => {
  const { cwd, call } = await workshop(t);
  await call(RUN);
  writeFileSync(join(cwd, 'spillway-data/runs/default/hot.duckdb'), 'no database');
  assert.equal((await call(['reset', '--run', 'default', '--yes'])).code, 0);
});

test('generate makes what it is told and says what it made', async (t) => {
  const { call } = await workshop(t);
  const argv = ['generate', '--out', 'made', '--events', '2000', '--from', '2024-03-05', '--to', '2024-03-06'];
  const text = await call(argv);
  assert.equal(text.code, 0);
  assert.match(text.out, /^file +events +instances +size\n/);
  const { rows, files } = JSON.parse((await call([...argv, '--json'])).out);
  assert.deepEqual([rows, files.length], [2_000, 2]);
});

test('metrics are listed and described', async (t) => {
  const { call } = await workshop(t);
  const list = await call(['metrics']);
  assert.equal(list.code, 0);
  assert.match(list.out, /^spill +hour, instance_id, query_type +Which queries/m);
  assert.match((await call(['metrics', 'describe', 'spill'])).out, /^mbytes_spilled +MB/m);
  const names = JSON.parse((await call(['metrics', 'list', '--json'])).out).map(({ name }: { name: string }) => name);
  assert.ok(names.includes('workload'));
});

/** Starts a command that stays, and waits for what it says on stderr. */
async function staying(
  t: TestContext,
  io: TestIo,
  argv: readonly string[],
  says: RegExp,
): Promise<() => Promise<number>> {
  const ended = main(argv, io.io);
  const stop = async (): Promise<number> => {
    io.interrupt();
    return await ended;
  };
  t.after(stop);
  const deadline = performance.now() + 30_000;
  while (!says.test(io.stderr())) {
    assert.ok(performance.now() < deadline, `waiting for ${says}: ${io.stderr()}`);
    await io.io.clock.sleep(20);
  }
  return stop;
}

test('a finished run is served until it is interrupted', async (t) => {
  const { cwd, call } = await workshop(t);
  await call(RUN);
  const io = testIo({ cwd });
  const stop = await staying(t, io, ['serve', '--port', '0'], /serving run default until Ctrl-C:\nhttp:\S+\n/);
  const [, address] = /(http:\S+)\/#token=/.exec(io.stderr()) ?? [];
  const status: unknown = await (await fetch(`${address}/api/status`)).json();
  assert.deepEqual(Reflect.get(Reflect.get(Object(status), 'processor'), 'state'), 'done');
  assert.equal(await stop(), 130);
  assert.match(io.stderr(), /stopped\. Serve it again with: spillway serve --port 0\n$/);
  assert.equal(existsSync(join(cwd, 'spillway-data/runs/default/owner.json')), false);
});

test('a run that is done stays and serves, and says so', async (t) => {
  const { cwd } = await workshop(t);
  const io = testIo({ cwd });
  const argv = RUN.filter((word) => word !== '--exit-when-done');
  const stop = await staying(t, io, argv, /every hour is final; serving until Ctrl-C:\nhttp:\S+\/#token=\S+\n/);
  assert.equal(await stop(), 130);
  assert.match(io.stderr(), /stopped\. Serve it again with: spillway run --trace trace --speed max --port 0\n$/);
});
