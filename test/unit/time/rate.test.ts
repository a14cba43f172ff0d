import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateMeter } from '../../../src/time/rate.ts';

test('the rate is the growth of the total per second', () => {
  const meter = new RateMeter();
  meter.sample(0, 0);
  meter.sample(1_000, 300);
  assert.equal(meter.perSecond(2_000, 600), 300);
});

test('what happened before the window has no influence', () => {
  const meter = new RateMeter(5_000);
  meter.sample(0, 0);
  meter.sample(1_000, 1_000_000);
  for (let ms = 2_000; ms <= 20_000; ms += 1_000) meter.sample(ms, 1_000_000);
  assert.equal(meter.perSecond(20_000, 1_000_000), 0);
});

test('the rate falls to zero while nothing happens', () => {
  const meter = new RateMeter(5_000);
  meter.sample(0, 0);
  meter.sample(1_000, 1_000);
  assert.equal(meter.perSecond(100_000, 1_000), 0);
});

test('there is no rate without a sample, nor right after the first one', () => {
  const meter = new RateMeter();
  assert.equal(meter.perSecond(1_000, 500), 0);
  meter.sample(1_000, 500);
  assert.equal(meter.perSecond(1_010, 600), 0);
});

test('samples closer than a tenth of a second do not add up', () => {
  const meter = new RateMeter(1_000);
  for (let ms = 0; ms <= 1_000; ms += 1) meter.sample(ms, ms);
  assert.equal(meter.perSecond(1_000, 1_000), 1_000);
});
