import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { live } from '../support/live-run.ts';
import { callIn, RUN, workshop } from '../support/workshop.ts';

test('runs are listed with their state, range, hours and sizes', async (t) => {
  const { call } = await workshop(t);
  assert.match((await call(['runs'])).err, /^no runs in \.\/spillway-data;/);
  assert.equal((await call(['runs', '--json'])).out, '[]\n');
  await call(RUN);
  await call([...RUN, '--run', 'short', '--to', '2024-03-01T02:00']);
  const { code, out, err } = await call(['runs']);
  assert.deepEqual([code, err], [0, '']);
  const [head, , ...lines] = out.trimEnd().split('\n');
  assert.match(head ?? '', /^run +state +from +to +final hours +events +store +history +archive +created$/);
  assert.equal(lines.length, 2);
  const sizes = String.raw`[\d.]+ [kM]B +[\d.]+ k?B +[\d.]+ [kM]B +20\d\d-\d\d-\d\dT\d\d:\d\dZ`;
  assert.match(
    lines[0] ?? '',
    new RegExp(`^default +done +2024-03-01T00:00Z +2024-03-01T03:00Z +3 of 3 +30 +${sizes}$`),
  );
  assert.match(lines[1] ?? '', new RegExp(`^short +done +2024-03-01T00:00Z +2024-03-01T02:00Z +2 of 2 +20 +${sizes}$`));
});

test('programs get the same of each run, sizes in bytes', async (t) => {
  const { call } = await workshop(t);
  await call([...RUN, '--faults', 'duplicate=50%', '--fault-seed', '3']);
  const [run] = JSON.parse((await call(['runs', '--json'])).out);
  const { storeBytes, historyBytes, archiveBytes, created, ...rest } = run;
  assert.deepEqual(rest, {
    ...{ run: 'default', state: 'done', from: '2024-03-01T00:00:00Z', to: '2024-03-01T03:00:00Z' },
    ...{ hours: 3, finalHours: 3, counted: 30, faults: 'duplicate=50%', owner: null },
  });
  assert.ok(storeBytes > archiveBytes && archiveBytes > 0 && historyBytes >= 0, JSON.stringify(run));
  assert.ok(Math.abs(Date.parse(created) - Date.now()) < 600_000, created);
  assert.match((await call(['runs'])).out, / injected\n.*\n.* duplicate=50%$/m);
});

test('a run that is broken is listed as such, beside the others', async (t) => {
  const { cwd, call } = await workshop(t);
  await call(RUN);
  await call([...RUN, '--run', 'second']);
  writeFileSync(join(cwd, 'spillway-data/runs/second/hot.duckdb'), 'no database');
  const { code, out } = await call(['runs']);
  assert.equal(code, 1);
  assert.match(out, /^default +done /m);
  assert.match(out, /^second +broken$/m);
  assert.match(out, /^second: .*expected a store of Spillway/m);
});

test('several runs are deleted together, after one yes, and nothing else', async (t) => {
  const { cwd, call } = await workshop(t);
  for (const run of ['a', 'b', 'c']) await call([...RUN, '--run', run]);
  const there = (): string[] => ['a', 'b', 'c'].filter((run) => existsSync(join(cwd, `spillway-data/runs/${run}`)));
  const no = await call(['runs', 'delete', 'a', 'b'], { answers: ['n'] });
  assert.equal(no.code, 1);
  assert.match(
    no.err,
    /^Delete \.\/spillway-data\/runs\/a, \S+\/archive\/a, \S+\/runs\/b and \S+\/archive\/b\? \[y\/N\] nothing was deleted\n$/,
  );
  assert.deepEqual(there(), ['a', 'b', 'c']);
  const yes = await call(['runs', 'delete', 'a', 'b'], { answers: ['yes'] });
  assert.deepEqual([yes.code, there()], [0, ['c']]);
  assert.equal(existsSync(join(cwd, 'spillway-data/archive/a')), false);
  assert.ok(existsSync(join(cwd, 'spillway-data/archive/c')));
  assert.equal((await call(['runs', 'delete', 'c', '--yes'])).code, 0);
  assert.deepEqual(there(), []);
  assert.ok(existsSync(join(cwd, 'trace')));
});

test('if one run cannot be deleted, none is', async (t) => {
  const { cwd, owner } = await live(t);
  assert.equal((await callIn(cwd, [...RUN, '--run', 'done'])).code, 0);
  const held = await callIn(cwd, ['runs', 'delete', 'done', 'default', '--yes']);
  assert.equal(held.code, 2);
  assert.match(held.err, new RegExp(`^error: run default is held by process ${owner.pid} at .* \\[RUN_OWNED\\]\n`));
  const missing = await callIn(cwd, ['runs', 'delete', 'done', 'dome', '--yes']);
  assert.equal(missing.code, 2);
  assert.match(missing.err, /^error: there is no run dome in \.\/spillway-data \[RUN_NOT_FOUND\]\n/);
  assert.ok(existsSync(join(cwd, 'spillway-data/runs/done/hot.duckdb')));
  const list = await callIn(cwd, ['runs']);
  assert.match(list.out, new RegExp(`^default +playing .* process ${owner.pid}$`, 'm'));
});
