import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LiveQuestion } from '../../../../src/api/live/live-question.ts';
import { parseLiveQuestion, questionText, windowAt } from '../../../../src/api/live/live-question.ts';
import { SpillwayError } from '../../../../src/errors.ts';
import type { Metric, Panel } from '../../../../src/metrics/metric.ts';
import { isoTime, replayTime } from '../../../../src/model/time.ts';
import { at, CLASSES, TRAFFIC } from '../fixture.ts';

const PANEL: Panel = {
  ...{ chart: 'line', x: 'hour', y: ['queries'], series: undefined, top: undefined, where: {}, stack: false },
  ...{ scale: 'linear', over: 'range', caption: [], spread: undefined, fit: undefined },
};
const METRICS: readonly Metric[] = [
  { ...TRAFFIC, panel: { ...PANEL, where: { table_id: '7', is_read: 'true' } } },
  CLASSES,
];

function read(query: Readonly<Record<string, unknown>>): LiveQuestion {
  return parseLiveQuestion(query, METRICS);
}

function refusal(query: Readonly<Record<string, unknown>>): readonly [message: string, hint: string | undefined] {
  try {
    read(query);
  } catch (error) {
    assert.ok(error instanceof SpillwayError);
    assert.equal(error.code, 'REQUEST_INVALID');
    return [error.message, error.hint];
  }
  return assert.fail('expected a refusal');
}

describe('the parameters of the live stream', () => {
  test('are the last day of everything by default', () => {
    assert.deepEqual(read({}), { hours: 24, hour: undefined, tier: undefined, filters: {}, where: {} });
  });

  test('are hours, an hour, a tier, filters on keys of any metric and what panels show of a key', () => {
    const query = {
      ...{ hours: '168', hour: '2024-03-02T01:00Z', tier: 'serverless', since: 'not read here' },
      ...{ instance_id: ['a,b\\,c', 'd'], class: 'io', table_id: '007' },
      ...{ 'traffic.table_id': '08', 'traffic.is_read': 'false' },
    };
    assert.deepEqual(read(query), {
      ...{ hours: 168, hour: at('2024-03-02T01:00:00Z'), tier: 'serverless' },
      filters: { instance_id: ['a', 'b,c', 'd'], class: ['io'], table_id: ['7'] },
      where: { traffic: { table_id: '8', is_read: 'false' } },
    });
  });

  test('that are wrong are refused with what is meant', () => {
    assert.deepEqual(refusal({ hours: '7' }), [
      'query parameter "hours": expected 6, 24, 72, 168, found "7"',
      'choose one of 6, 24, 72, 168',
    ]);
    assert.deepEqual(refusal({ hour: '2024-03-02T01:30:00Z' }), [
      'query parameter "hour": expected a full hour, found "2024-03-02T01:30:00Z"',
      'the full hour is 2024-03-02T01:00:00Z',
    ]);
    assert.deepEqual(refusal({ hour: ['2024-03-02', '2024-03-03'] }), [
      'query parameter "hour": expected a full hour, found ["2024-03-02","2024-03-03"]',
      'write it as 2024-03-01T14:00:00Z',
    ]);
    assert.match(
      refusal({ tier: 'free' })[0],
      /^query parameter "tier": expected provisioned, serverless, found "free"/,
    );
    assert.deepEqual(refusal({ clas: 'io' }), [
      'query string: expected a parameter or a key of a metric, found "clas"',
      'did you mean "class"? there are instance_id, table_id, is_read, since, class, joins',
    ]);
    assert.match(refusal({ huors: '24' })[1] ?? '', /^did you mean "hours"\?/);
    assert.deepEqual(refusal({ joins: '1,x' }), [
      'query parameter "joins": expected a 64-bit integer, found "x"',
      'several values are written with commas between',
    ]);
    assert.deepEqual(refusal({ 'traffic.instance_id': 'a' }), [
      `query string: expected a panel's choice such as latency.phase, found "traffic.instance_id"`,
      'did you mean "traffic.table_id"? there are traffic.table_id, traffic.is_read',
    ]);
    assert.match(refusal({ 'trafic.table_id': '1' })[1] ?? '', /^did you mean "traffic\.table_id"\?/);
    assert.match(refusal({ 'traffic.table_id': 'x' })[0], /^query parameter "traffic\.table_id": expected a 64-bit/);
    assert.match(
      refusal({ 'traffic.table_id': '1,2' })[0],
      /"traffic\.table_id": expected one value, found \["1","2"\]/,
    );
    assert.match(refusal({ __proto__: null, constructor: 'x' })[0], /expected a parameter or a key/);
  });
});

test('a question has one text, however it was written, and another one another', () => {
  const text = (query: Readonly<Record<string, unknown>>): string => questionText(read(query));
  const query = { class: 'io,cpu', table_id: '1', 'traffic.table_id': '1', 'traffic.is_read': 'true', hours: '24' };
  const same = { 'traffic.is_read': 'true', 'traffic.table_id': '01', table_id: '01', class: ['cpu', 'io', 'cpu'] };
  assert.equal(text(query), text(same));
  const others = [
    {},
    { hours: '6' },
    { hour: '2024-03-02' },
    { tier: 'serverless' },
    { class: 'io' },
    { class: 'io,cpu' },
    { class: 'io\\,cpu' },
    { 'traffic.is_read': 'true' },
    { is_read: 'true' },
  ];
  assert.equal(new Set(others.map(text)).size, others.length);
});

test('the hours in view end with the one in which the film is', () => {
  const window = (place: string, hours: 6 | 24): string[] => {
    const { from, to } = windowAt(replayTime(at(place)), hours);
    return [isoTime(from), isoTime(to)];
  };
  assert.deepEqual(window('2024-03-02T14:00:00.000001Z', 6), ['2024-03-02T09:00:00Z', '2024-03-02T15:00:00Z']);
  assert.deepEqual(window('2024-03-02T14:59:59Z', 24), ['2024-03-01T15:00:00Z', '2024-03-02T15:00:00Z']);
  // The hour that begins has nothing to show yet.
  assert.deepEqual(window('2024-03-02T14:00:00Z', 6), ['2024-03-02T08:00:00Z', '2024-03-02T14:00:00Z']);
});
