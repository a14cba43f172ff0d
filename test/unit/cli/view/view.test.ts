import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { faster, openView, slower } from '../../../../src/cli/view/view.ts';
import type { Speed } from '../../../../src/model/status.ts';
import type { Logger } from '../../../../src/observe/logger.ts';
import { silentLogger } from '../../../../src/observe/logger.ts';
import { makeManifest } from '../../../support/manifest.ts';
import { testIo } from '../test-io.ts';
import { viewModel } from './model.ts';

/** A run that remembers what it was told. */
function fakeRun(query: () => Promise<never> = () => Promise.reject(new Error('no store'))) {
  const told: string[] = [];
  const { status } = viewModel();
  let { state, speed } = status.replay;
  const now = () => ({ ...status, replay: { ...status.replay, state, speed } });
  const replay = {
    status: () => now().replay,
    pause: () => {
      told.push('pause');
      state = 'paused';
    },
    resume: () => {
      told.push('resume');
      state = 'playing';
    },
    setSpeed: (wanted: Speed) => {
      told.push(`speed ${wanted}`);
      speed = wanted;
    },
    step: () => told.push('step'),
    stop: () => told.push('stop'),
    finished: new Promise<'ended'>(() => undefined),
  };
  const store = {
    manifest: makeManifest(),
    metrics: [],
    query,
    refreshLive: async () => ({ generation: 0, hours: new Map() }),
    size: async () => 0,
  };
  return { told, run: { store, replay, status: now, address: 'http://here', fillUntil: undefined } };
}

const terminal = { columns: 80, rows: 24 };

test('the keys of the bottom line do what it says', async () => {
  const { io, press, stdout } = testIo({ terminal });
  const { run, told } = fakeRun();
  const view = openView(run, io, silentLogger);
  for (const key of [' ', ' ', ']', ']', '[', '.', 'x']) press(key);
  await view.close();
  assert.deepEqual(told, ['pause', 'resume', 'speed 120', 'speed 240', 'speed 120', 'step']);
  assert.match(stdout(), /paused/);
});

test('q and Ctrl-C ask to stop as a signal would', async () => {
  for (const key of ['q', 'Q', '\u0003']) {
    const { io, press } = testIo({ terminal });
    let stops = 0;
    io.interrupts.listen(() => stops++);
    const view = openView(fakeRun().run, io, silentLogger);
    press(key);
    await view.close();
    assert.equal(stops, 1);
  }
});

test('a notice stands beside the keys, and the last frame stays without keys and address', async () => {
  const { io, stdout } = testIo({ terminal, env: { NO_COLOR: '1' } });
  const view = openView(fakeRun().run, io, silentLogger);
  view.notice('stopping');
  await view.close();
  await view.close();
  assert.match(stdout(), / stopping .*q quit/);
  const [, left = ''] = stdout().split('\u001b[?1049l');
  assert.match(left, /^ Spillway {2}run default/);
  assert.doesNotMatch(left, /quit|http|\p{Cc}\[/u);
});

test('figures that cannot be read are logged, and the view goes on', async () => {
  const warnings: string[] = [];
  const logger: Logger = { ...silentLogger, warn: ({ error }) => warnings.push(String(error)) };
  const { io, stdout } = testIo({ terminal });
  const view = openView(fakeRun().run, io, logger);
  await sleep(20);
  await view.close();
  assert.ok(warnings.length >= 1);
  assert.equal(warnings[0], 'no store');
  assert.match(stdout(), /playing at 60x/);
});

test('faster and slower go through the same steps, from anywhere', () => {
  assert.deepEqual([faster(60), faster(61), faster(3_600), faster('max'), faster(0.1)], [120, 120, 'max', 'max', 1]);
  assert.deepEqual([slower(60), slower(61), slower('max'), slower(1), slower(0.1)], [30, 60, 3_600, 1, 0.1]);
});
