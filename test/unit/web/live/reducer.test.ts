import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LiveState } from '../../../../web/src/live/live-state.ts';
import { type LiveMessage, NOTHING_KNOWN, reduce } from '../../../../web/src/live/reducer.ts';
import { hour, hourLine, hours, kpi, PROBLEM, panel, panels, type Row, run } from './live-fixture.ts';

function after(messages: readonly LiveMessage[], from: LiveState = NOTHING_KNOWN): LiveState {
  return messages.reduce(reduce, from);
}

/** The rows of a panel as `hour number: values`. */
function rowsOf(state: LiveState, name = 'spill'): readonly Row[] {
  return (state.panels[name]?.rows ?? []).map((row) => [...row]);
}

const FIRST = panels([0, 24], {
  reset: true,
  panels: {
    spill: panel([
      [hour(1), 'a', 1],
      [hour(1), 'b', 2],
      [hour(2), 'a', 3],
    ]),
    latency: panel([[hour(2), 'p50', 7]]),
  },
  kpis: { 'spill.0': kpi([[hour(2), 0.5, 10]]) },
});

test('a message replaces whole hours: rows that an hour has no more are gone, other hours stay', () => {
  const state = after([FIRST, panels([0, 24], { panels: { spill: panel([[hour(1), 'c', 9]], [1, 5]) } })]);
  assert.deepEqual(rowsOf(state), [
    [hour(1), 'c', 9],
    [hour(2), 'a', 3],
  ]);
});

test('an hour without rows in the message that names it has none', () => {
  const state = after([FIRST, panels([0, 24], { panels: { spill: panel([], [1]) } })]);
  assert.deepEqual(rowsOf(state), [[hour(2), 'a', 3]]);
});

test('a whole panel takes the place of all that it had', () => {
  const state = after([FIRST, panels([0, 24], { panels: { spill: panel([[hour(9), 'a', 1]]) } })]);
  assert.deepEqual(rowsOf(state), [[hour(9), 'a', 1]]);
});

test('an hour in the middle finds its place, the order within an hour is as sent', () => {
  const middle = panel(
    [
      [hour(1), 'z', 1],
      [hour(1), 'b', 2],
    ],
    [1],
  );
  const state = after([
    panels([0, 24], { reset: true, panels: { spill: panel([[hour(2), 'a', 3]]) } }),
    panels([0, 24], { panels: { spill: middle } }),
  ]);
  assert.deepEqual(rowsOf(state), [
    [hour(1), 'z', 1],
    [hour(1), 'b', 2],
    [hour(2), 'a', 3],
  ]);
});

test('what a message does not name stays the same object', () => {
  const before = after([run('demo'), hours([hourLine(1)]), FIRST]);
  const change = panels([0, 24], { panels: { spill: panel([[hour(3), 'a', 1]], [3]) } });
  const state = after([change], before);
  assert.notEqual(state.panels.spill, before.panels.spill);
  assert.equal(state.panels.latency, before.panels.latency);
  assert.equal(state.kpis, before.kpis);
  assert.equal(state.hours, before.hours);
  assert.equal(state.run, before.run);
  assert.equal(state.window, before.window);
  const untouched = after([panels([0, 24])], before);
  assert.equal(untouched.panels, before.panels);
});

test('a repeated message changes no figure', () => {
  const message = panels([0, 24], { panels: { spill: panel([[hour(1), 'c', 9]], [1]) } });
  const once = after([FIRST, message]);
  assert.deepEqual(after([message], once), once);
});

test('rows of hours that have left the window go, of figures of the top row a day later', () => {
  const before = after([FIRST, hours([hourLine(0), hourLine(1), hourLine(2)])]);
  const slid = after([panels([2, 26])], before);
  assert.deepEqual(rowsOf(slid), [[hour(2), 'a', 3]]);
  assert.equal(slid.panels.latency, before.panels.latency, 'it loses nothing and is not drawn again');
  assert.equal(slid.kpis['spill.0'], before.kpis['spill.0']);
  assert.equal(slid.hours.length, 3);
  const gone = after([panels([28, 52])], slid);
  assert.deepEqual(rowsOf(gone), []);
  assert.equal(gone.kpis['spill.0']?.rows.length, 0);
  assert.deepEqual(gone.hours, []);
});

test('rows without an hour do not leave with the window', () => {
  const tables = { ...panel([['t1', 5, 1]]), columns: ['table_id', 'reads', 'rank'] };
  const state = after([FIRST, panels([0, 24], { panels: { tables } }), panels([30, 54])]);
  assert.deepEqual(rowsOf(state, 'tables'), [['t1', 5, 1]]);
});

test('the first message of a new question takes the place of everything, panels that it does not name included', () => {
  const state = after([FIRST, panels([0, 6], { reset: true, panels: { spill: panel([[hour(1), 'x', 1]]) } })]);
  assert.deepEqual(Object.keys(state.panels), ['spill']);
  assert.deepEqual(rowsOf(state), [[hour(1), 'x', 1]]);
  assert.deepEqual(state.kpis, {});
});

test('old figures stay until the first message of the new question', () => {
  const before = after([run('demo'), FIRST]);
  const connected = after([run('demo'), hours([hourLine(4)], true)], before);
  assert.equal(connected.panels, before.panels);
  assert.equal(connected.run, before.run, 'the same run says nothing new');
});

test('another run makes everything void and is counted', () => {
  const state = after([run('demo'), hours([hourLine(1)]), FIRST, run('demo-20240302t00')]);
  assert.equal(state.replaced, 1);
  assert.equal(state.run?.run, 'demo-20240302t00');
  assert.deepEqual(
    [state.hours, state.panels, state.kpis, state.window, state.status],
    [[], {}, {}, undefined, undefined],
  );
  assert.equal(after([run('demo')], state).replaced, 2);
});

test('the connection is not part of a run: another one leaves it as it is', () => {
  const live = { ...NOTHING_KNOWN, connection: { state: 'live' } as const };
  assert.deepEqual(after([run('a'), run('b')], live).connection, { state: 'live' });
});

test('what a run says of itself anew is taken over without a loss', () => {
  const before = after([run('demo'), FIRST]);
  const state = after([run('demo', { controllable: false })], before);
  assert.equal(state.run?.controllable, false);
  assert.equal(state.panels, before.panels);
  assert.equal(state.replaced, 0);
});

test('lines of hours replace those of the same hour and are in order', () => {
  const state = after([hours([hourLine(2, 'open'), hourLine(3, 'open')]), hours([hourLine(2, 'final'), hourLine(1)])]);
  assert.deepEqual(
    state.hours.map(({ hour: at, state: is }) => [at, is]),
    [
      [hour(1), 'final'],
      [hour(2), 'final'],
      [hour(3), 'open'],
    ],
  );
  assert.equal(after([hours([hourLine(9)], true)], state).hours.length, 1);
});

test('a problem stays until figures come again', () => {
  const state = after([FIRST, PROBLEM]);
  assert.equal(state.problem?.detail, 'the store cannot be read');
  assert.equal(after([hours([hourLine(1)])], state).problem, state.problem);
  assert.equal(after([panels([0, 24])], state).problem, undefined);
});

test('rows of other columns are another definition: those before it go', () => {
  const other = { ...panel([[hour(1), 5]], [1]), columns: ['hour', 'mean'] };
  const state = after([FIRST, panels([0, 24], { panels: { spill: other } })]);
  assert.deepEqual(state.panels.spill?.columns, ['hour', 'mean']);
  assert.deepEqual(rowsOf(state), [[hour(1), 5]]);
});

test('whatever the messages, the rows are those of the last one that named their hour', () => {
  const change = fc.record({
    of: fc.uniqueArray(fc.nat({ max: 30 }), { maxLength: 5 }),
    rows: fc.nat({ max: 3 }),
    slide: fc.nat({ max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
      let state = after([panels([0, 24], { reset: true, panels: { spill: panel([]) } })]);
      let from = 0;
      const expected = new Map<number, Row[]>();
      changes.forEach(({ of, rows, slide }, version) => {
        from += slide;
        const named = of.map((n) => from + (n % 24));
        const rowsAt = (n: number): Row[] => Array.from({ length: rows }, (_, i) => [hour(n), `s${i}`, version]);
        for (const n of named) expected.set(n, rowsAt(n));
        const change = panel([...new Set(named)].sort((a, b) => a - b).flatMap(rowsAt), named);
        state = after([panels([from, from + 24], { panels: { spill: change } })], state);
      });
      const inView = [...expected].filter(([n]) => n >= from && n < from + 24).sort(([a], [b]) => a - b);
      assert.deepEqual(
        rowsOf(state),
        inView.flatMap(([, rows]) => rows),
      );
    }),
  );
});

test('hours of live messages leave nothing behind', () => {
  const sizeOf = (state: LiveState): number => JSON.stringify(state).length;
  const series = ['a', 'b', 'c', 'd', 'e'];
  let state = after([run('demo'), panels([0, 24], { reset: true })]);
  const sizes: number[] = [];
  for (let i = 0; i < 10_000; i += 1) {
    // An hour of event time is 60 messages; each replaces the two open hours, every tenth one a whole panel too.
    const now = 24 + Math.floor(i / 60);
    const of = [now - 2, now - 1];
    const rows = of.flatMap((n) => series.map((name): Row => [hour(n), name, 1_000 + (i % 60)]));
    const open = of.map((n) => hourLine(n, 'open', 100_000 + (i % 60)));
    const top = i % 10 === 0 ? { tables: panel(series.map((name): Row => [hour(now - 1), name, 1])) } : {};
    state = after([hours(open)], state);
    state = after(
      [
        panels([now - 24, now], {
          panels: { spill: panel(rows, of), ...top },
          kpis: {
            'spill.0': kpi(
              of.map((n): Row => [hour(n), 0.5, 10]),
              of,
            ),
          },
        }),
      ],
      state,
    );
    if (i % 1_000 === 999) sizes.push(sizeOf(state));
  }
  assert.equal(state.panels.spill?.rows.length, 24 * series.length);
  assert.equal(state.kpis['spill.0']?.rows.length, 48);
  assert.equal(state.hours.length, 48);
  const [, , , third = 0, ...later] = sizes;
  assert.deepEqual(
    later.filter((size) => Math.abs(size - third) > 200),
    [],
    `sizes ${sizes.join(', ')}`,
  );
});
