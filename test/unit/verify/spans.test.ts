import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventTime } from '../../../src/model/time.ts';
import { isoTime } from '../../../src/model/time.ts';
import type { Span } from '../../../src/verify/spans.ts';
import { hourlySpans, hoursIn } from '../../../src/verify/spans.ts';
import { at } from '../../support/time.ts';

const DAY: Span = { from: at('2024-03-01'), to: at('2024-03-02') };

function starts(spans: readonly Span[]): string[] {
  return spans.map(({ from }) => isoTime(from).slice(11, 16));
}

test('a range without cuts is one span', () => {
  assert.deepEqual(hourlySpans(DAY, []), [DAY]);
});

test('cuts inside hours move to the starts of the hours, each once', () => {
  const cuts = ['00:00', '03:20', '03:50', '04:00', '23:59'].map((time) => at(`2024-03-01 ${time}`));
  assert.deepEqual(starts(hourlySpans(DAY, cuts)), ['00:00', '03:00', '04:00', '23:00']);
});

test('cuts outside the range, or at its ends, cut nothing', () => {
  const cuts = ['2024-02-29 23:00', '2024-03-01', '2024-03-01 00:59', '2024-03-02', '2024-03-05'].map(at);
  assert.deepEqual(hourlySpans(DAY, cuts), [DAY]);
});

test('the spans leave nothing out and share nothing', () => {
  const cuts = Array.from({ length: 30 }, (_, i) => (DAY.from + i * 47 * 60_000_000) as EventTime);
  const spans = hourlySpans(DAY, cuts);
  assert.equal(spans[0]?.from, DAY.from);
  assert.equal(spans.at(-1)?.to, DAY.to);
  for (const [index, span] of spans.slice(1).entries()) assert.equal(span.from, spans[index]?.to);
  assert.equal(
    spans.reduce((sum, span) => sum + hoursIn(span), 0),
    24,
  );
});

test('an empty range has no span', () => {
  assert.deepEqual(hourlySpans({ from: DAY.to, to: DAY.to }, [DAY.from]), []);
  assert.equal(hoursIn({ from: DAY.to, to: DAY.from }), 0);
});
