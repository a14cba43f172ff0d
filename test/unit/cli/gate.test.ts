import assert from 'node:assert/strict';
import { test } from 'node:test';
import { behindGate, openGate } from '../../../src/cli/gate.ts';
import { systemClock } from '../../../src/time/clock.ts';
import { testStore } from '../../support/store.ts';
import { tempDir } from '../../support/temp-dir.ts';

test('an open gate lets work through, with what it comes to', async () => {
  const gate = openGate('march', systemClock);
  assert.equal(await gate.pass(async () => 42), 42);
  await assert.rejects(
    gate.pass(() => Promise.reject(new Error('mine'))),
    /mine/,
  );
});

test('a closed gate waits for those inside and turns the others away', async () => {
  const gate = openGate('march', systemClock);
  const inside = Promise.withResolvers<string>();
  const working = gate.pass(() => inside.promise);
  let isClosed = false;
  const closing = gate.close(60_000).then(() => {
    isClosed = true;
  });
  await assert.rejects(
    gate.pass(async () => 'late'),
    { code: 'NOT_READY', message: /^run march is being left/ },
  );
  assert.equal(isClosed, false);
  inside.resolve('in time');
  assert.equal(await working, 'in time');
  await closing;
});

test('a gate that closes waits no longer than it may, and what fails after that was turned away', async () => {
  const gate = openGate('march', systemClock);
  const inside = Promise.withResolvers<string>();
  const working = gate.pass(() => inside.promise);
  await gate.close(1);
  inside.reject(new Error('the database has been closed'));
  await assert.rejects(working, { code: 'NOT_READY' });
});

test('work that fails does not keep a gate from closing', async () => {
  const gate = openGate('march', systemClock);
  const inside = Promise.withResolvers<string>();
  const working = gate.pass(() => inside.promise);
  const closing = gate.close(60_000);
  inside.reject(new Error('mine'));
  await assert.rejects(working, { code: 'NOT_READY' });
  await closing;
});

test('a store behind a gate answers until it closes, and the database is still there for its owner', async (t) => {
  const store = await testStore(t, await tempDir(t));
  const gate = openGate('march', systemClock);
  const shown = behindGate(store, gate);
  const sql = 'SELECT count(*) AS n FROM hours';
  assert.equal(shown.run, store.run);
  assert.deepEqual(await shown.query(sql), await store.query(sql));
  assert.deepEqual(await shown.progress(), await store.progress());
  await gate.close(0);
  const reads: readonly (() => Promise<unknown>)[] = [
    () => shown.query(sql),
    () => shown.progress(),
    () => shown.refreshLive(),
    () => shown.finalHours(),
    () => shown.openHours(),
    () => shown.historySize(),
    () => shown.size(),
    () => shown.snapshot(['hours'], '/nowhere'),
  ];
  for (const read of reads) await assert.rejects(read(), { code: 'NOT_READY' });
  assert.equal((await store.query(sql)).rows.length, 1);
});
