import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../../../src/time/clock.ts';
import { systemClock } from '../../../src/time/clock.ts';
import { measureEffort } from '../../../src/time/effort.ts';
import { testClock } from '../../../src/time/test-clock.ts';

function toldClock(): { clock: Clock; told: { wall: number; cpu: number } } {
  const told = { wall: 1_000, cpu: 500 };
  return { clock: { ...testClock(), monotonicMs: () => told.wall, cpuMs: () => told.cpu }, told };
}

test('work costs no more than the wall time it takes, however busy the process is with other things', () => {
  const { clock, told } = toldClock();
  const effort = measureEffort(clock);
  told.wall += 100;
  told.cpu += 180;
  assert.equal(effort(), 100);
});

test('waiting for a busy machine costs nothing', () => {
  const { clock, told } = toldClock();
  const effort = measureEffort(clock);
  told.wall += 1_000;
  told.cpu += 80;
  assert.equal(effort(), 80);
});

test('a clock that knows no processor time is taken at its wall time', async () => {
  const clock = testClock();
  const effort = measureEffort(clock);
  await clock.advance(70);
  assert.equal(effort(), 70);
});

test('the processor time of the machine grows with work and hardly with waiting', async () => {
  const cpuMs = (): number => systemClock.cpuMs?.() ?? Number.NaN;
  const start = cpuMs();
  const until = performance.now() + 5_000;
  while (cpuMs() - start < 20) assert.ok(performance.now() < until);
  const effort = measureEffort(systemClock);
  await systemClock.sleep(200);
  assert.ok(effort() < 150);
});
