import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventTime, isoTime, MICROS_PER_DAY, parseTime } from '../../../../src/model/time.ts';
import { Activity, slotsBetween } from '../../../../src/trace/generate/activity.ts';
import { CALIBRATION } from '../../../../src/trace/generate/calibration.ts';
import { drawFleet } from '../../../../src/trace/generate/fleet.ts';
import type { IncidentPlan } from '../../../../src/trace/generate/incident.ts';
import { planIncident } from '../../../../src/trace/generate/incident.ts';

function at(text: string): number {
  return parseTime(text) ?? Number.NaN;
}

/** Plans an incident in a fleet whose events are spread evenly over the range. */
function plan(
  from: string,
  to: string,
  events = 100_000,
): { plan: IncidentPlan | undefined; activity: Activity; hour: string } {
  const tier = CALIBRATION.provisioned;
  const fleet = drawFleet({ deployment: 'provisioned', tier, instances: 50, events, seed: 1n });
  const activity = new Activity(slotsBetween(at(from), at(to)), fleet.length);
  fleet.forEach((instance, i) => {
    for (let k = 0; k < instance.events; k++) activity.add(k % activity.slots.length, i, 1);
  });
  const planned = planIncident(fleet, activity);
  const hour = isoTime(eventTime(activity.slots[planned?.slot ?? -1]?.from ?? 0));
  return { plan: planned, activity, hour };
}

test('the incident strikes at 14:00 on the first Tuesday of the range', () => {
  const { plan: planned, hour } = plan('2024-03-01', '2024-03-20');
  assert.equal(hour, '2024-03-05T14:00:00Z');
  assert.equal(planned?.onTuesday, true);
});

test('a Tuesday whose 14:00 is cut off by the range does not count', () => {
  assert.equal(plan('2024-03-05T14:30', '2024-03-13').hour, '2024-03-12T14:00:00Z');
  assert.equal(plan('2024-03-05T10:00', '2024-03-05T14:59').plan?.onTuesday, false);
});

test('without a Tuesday it strikes at 14:00 of the day in the middle, and says so', () => {
  const { plan: planned, hour } = plan('2024-03-06', '2024-03-09');
  assert.equal(hour, '2024-03-07T14:00:00Z');
  assert.equal(planned?.onTuesday, false);
});

test('a range without any 14:00 has it in its middle', () => {
  assert.equal(plan('2024-03-06T01:00', '2024-03-06T06:00').hour, '2024-03-06T03:00:00Z');
});

test('the struck instance is neither one of the giants nor one of the silent ones, and busy in that hour', () => {
  const { plan: planned, activity } = plan('2024-03-04', '2024-03-08', 500_000);
  assert.ok(planned !== undefined && planned.instance >= 3 && planned.instance < 20);
  assert.ok(activity.at(planned.slot, planned.instance) >= 3 * planned.runsPerReport + 60);
});

test('making the hour busy neither adds nor loses an event', () => {
  const { plan: planned, activity } = plan('2024-03-04', '2024-03-08', 20_000);
  assert.ok(planned !== undefined);
  let total = 0;
  for (const slot of activity.slots.keys()) for (let i = 0; i < 50; i++) total += activity.at(slot, i);
  assert.equal(total, 20_000);
  assert.ok(activity.slots.every((_, slot) => activity.at(slot, planned.instance) >= 0));
});

test('a trace too small for it has no incident', () => {
  assert.equal(plan('2024-03-05', '2024-03-06', 60).plan, undefined);
  assert.equal(at('2024-03-06') - at('2024-03-05'), MICROS_PER_DAY);
});
