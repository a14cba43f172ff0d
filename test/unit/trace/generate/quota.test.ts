import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../../../src/trace/generate/prng.ts';
import { Quota } from '../../../../src/trace/generate/quota.ts';

test('a share is kept although only every fifth event can be a hit', () => {
  const quota = new Quota(0.1, 50);
  const random = new Random(1n);
  let hits = 0;
  for (let i = 0; i < 10_000; i++) {
    const hit = i % 5 === 0 && random.chance(quota.probability);
    if (hit) hits += 1;
    quota.count(hit);
  }
  assert.ok(Math.abs(hits - 1_000) <= 25, `${hits} hits`);
});

test('a share that got far ahead stops until it is due again', () => {
  const quota = new Quota(0.5, 10);
  for (let i = 0; i < 100; i++) quota.count(true);
  assert.equal(quota.probability, 0);
  for (let i = 0; i < 100; i++) quota.count(false);
  assert.equal(quota.probability, 0.5);
});

test('a share that fell far behind becomes certain', () => {
  const quota = new Quota(0.5, 10);
  for (let i = 0; i < 100; i++) quota.count(false);
  assert.equal(quota.probability, 1);
});
