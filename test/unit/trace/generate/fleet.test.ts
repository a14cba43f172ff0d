import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventTime, MICROS_PER_DAY, MICROS_PER_HOUR, parseTime } from '../../../../src/model/time.ts';
import { planActivity, slotsBetween } from '../../../../src/trace/generate/activity.ts';
import { CALIBRATION, HOUR_OF_DAY } from '../../../../src/trace/generate/calibration.ts';
import { curveAt, drawFleet, splitEvents } from '../../../../src/trace/generate/fleet.ts';
import { Random } from '../../../../src/trace/generate/prng.ts';

const FROM = parseTime('2024-03-04') ?? eventTime(0);
const tier = CALIBRATION.provisioned;

function fleetOf(instances: number, events: number) {
  return drawFleet({ deployment: 'provisioned', tier, instances, events, seed: 1n });
}

test('a fleet shares out its events without remainder, largest first', () => {
  const sizes = fleetOf(200, 1_000_003).map((instance) => instance.events);
  assert.equal(
    sizes.reduce((sum, size) => sum + size, 0),
    1_000_003,
  );
  assert.ok(sizes.every((size) => size >= 1));
  assert.ok(Math.abs((sizes[0] ?? 0) / 1_000_003 - 0.136) < 0.001);
  assert.deepEqual(splitEvents([1, 1, 1], 2), [1, 0, 1]);
});

test('the two tiers number their instances alike but differently by size', () => {
  const ids = (deployment: 'provisioned' | 'serverless'): number[] =>
    drawFleet({ deployment, tier: CALIBRATION[deployment], instances: 50, events: 10_000, seed: 1n }).map(
      ({ id }) => id,
    );
  const [provisioned, serverless] = [ids('provisioned'), ids('serverless')];
  assert.notDeepEqual(provisioned, serverless);
  assert.deepEqual(provisioned.sort(), serverless.sort());
});

test('a fleet may be smaller or larger than that of Redset', () => {
  for (const instances of [1, 7, 500]) {
    const fleet = fleetOf(instances, 5_000);
    assert.equal(new Set(fleet.map(({ id }) => id)).size, instances);
    assert.equal(
      fleet.reduce((sum, { events }) => sum + events, 0),
      5_000,
    );
  }
});

test('a curve passes through its points and is straight on a logarithmic scale between them', () => {
  const curve = [
    [1, 100],
    [3, 1],
  ] as const;
  assert.equal(curveAt(curve, 1), 100);
  assert.ok(Math.abs(curveAt(curve, 2) - 10) < 1e-9);
  assert.equal(curveAt(curve, 9), 1);
});

test('every instance sends exactly its events, and the fleet follows the hours of the day', () => {
  const slots = slotsBetween(FROM, FROM + 4 * MICROS_PER_DAY);
  const fleet = fleetOf(200, 980_000);
  const activity = planActivity(tier, fleet, slots, new Random(1n, 'activity'));
  const byHour = new Array<number>(24).fill(0);
  fleet.forEach((instance, i) => {
    let sent = 0;
    for (const slot of slots.keys()) {
      sent += activity.at(slot, i);
      byHour[slot % 24] = (byHour[slot % 24] ?? Number.NaN) + activity.at(slot, i);
    }
    assert.equal(sent, instance.events);
  });
  const peak = byHour.indexOf(Math.max(...byHour));
  assert.ok(peak >= 14 && peak <= 18, `the peak is at ${peak}`);
  HOUR_OF_DAY.forEach((percent, hour) => {
    assert.ok(Math.abs((100 * (byHour[hour] ?? 0)) / 980_000 / percent - 1) < 0.35, `hour ${hour}`);
  });
});

test('silence is normal: some instances work in a few hours only, and half of the fleet in any hour', () => {
  const slots = slotsBetween(FROM, FROM + 4 * MICROS_PER_DAY);
  const activity = planActivity(tier, fleetOf(200, 980_000), slots, new Random(1n, 'activity'));
  const hours = Array.from({ length: 200 }, (_, i) => slots.filter((_slot, s) => activity.at(s, i) > 0).length);
  const silent = hours.filter((count) => count <= 2).length;
  assert.ok(silent >= 70 && silent <= 100, `${silent} nearly silent instances`);
  const active = slots.map((_, s) => hours.filter((_count, i) => activity.at(s, i) > 0).length).sort((a, b) => a - b);
  const median = active[active.length >> 1] ?? 0;
  assert.ok(median >= 80 && median <= 100, `${median} active instances in the median hour`);
});

test('a range that starts or ends within an hour has part hours at its ends', () => {
  const from = FROM + MICROS_PER_HOUR / 2;
  const slots = slotsBetween(from, FROM + 2.25 * MICROS_PER_HOUR);
  assert.deepEqual(
    slots.map((slot) => (slot.to - slot.from) / MICROS_PER_HOUR),
    [0.5, 1, 0.25],
  );
  assert.equal(slots[0]?.from, from);
});
