import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { colored, uncolored } from '../../../../src/cli/style.ts';
import { width } from '../../../../src/cli/text.ts';
import type { ViewModel } from '../../../../src/cli/view/render.ts';
import { renderView } from '../../../../src/cli/view/render.ts';
import { replayTime } from '../../../../src/model/time.ts';
import { at } from '../../../support/time.ts';
import { hour, viewModel, withStatus } from './model.ts';

const text = (model: ViewModel, columns = 80, rows = 24): string =>
  `${renderView(model, { columns, rows }, uncolored).join('\n')}\n`;

// The frames lie in render.test.ts.snapshot; `node --test --test-update-snapshots <this file>` writes them anew.
const FRAME = { serializers: [(frame: string): string => frame] };

test('a run that plays, on the terminals that people have', (t) => {
  t.assert.snapshot(text(viewModel()), FRAME);
  t.assert.snapshot(text(viewModel(), 100, 24), FRAME);
  t.assert.snapshot(text(viewModel(), 132, 30), FRAME);
  t.assert.snapshot(text(viewModel(), 60, 16), FRAME);
});

test('history that is filled', (t) => {
  const filling = withStatus({ at: replayTime(at('2024-03-04 20:00')), speedReached: 23_164 }, { lag: 101_234 });
  t.assert.snapshot(text({ ...filling, filling: true, hours: [hour(0), hour(1, { state: 'open' })] }), FRAME);
});

test('a film that is paused, and one that has ended', (t) => {
  t.assert.snapshot(text(withStatus({ state: 'paused', speedReached: 0, remainingMs: undefined })), FRAME);
  const ended = withStatus(
    { state: 'ended', at: replayTime(at('2024-03-08')), remainingMs: 0 },
    { state: 'done', openHours: 0, finalHours: 96 },
  );
  t.assert.snapshot(text({ ...ended, notice: 'every hour is final; Ctrl-C ends' }), FRAME);
});

test('what must not happen is said', (t) => {
  const model = withStatus(
    {},
    { gaps: 2, failedMetrics: { mine: 'Conversion Error: not a number' }, late: 1_234_567_890 },
  );
  t.assert.snapshot(text({ ...model, hours: [hour(0, { queries: 7_000 }), hour(1, { late: 12_345 })] }), FRAME);
});

test('what is injected is said beside the figures that show it', () => {
  const injected = 'injected faults: disorder=2m,duplicate=0.5%,corrupt=0.05%,late=0.005%';
  const lines = text({ ...viewModel(), injected }).split('\n');
  const line = lines.indexOf(` ${injected}`);
  assert.match(lines[line - 1] ?? '', /duplicate +3$/);
  assert.ok(!text(viewModel()).includes('injected'));
});

test('before the first event there is something to see', (t) => {
  const start = withStatus(
    { state: 'starting', at: replayTime(at('2024-03-04')), speedReached: 0, remainingMs: undefined },
    {
      watermark: undefined,
      counted: 0,
      rejected: 0,
      duplicate: 0,
      finalHours: 0,
      openHours: 96,
      lag: 0,
      eventsPerSecond: 0,
    },
  );
  t.assert.snapshot(text({ ...start, hours: [], storeBytes: undefined }), FRAME);
});

test('a frame is never larger than the terminal, whatever its size, with colours and without', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 250 }),
      fc.integer({ min: 1, max: 80 }),
      fc.boolean(),
      (columns, rows, color) => {
        const lines = renderView(viewModel(), { columns, rows }, color ? colored : uncolored);
        assert.ok(lines.length <= rows, `${lines.length} lines`);
        for (const line of lines) assert.ok(width(line) <= columns, line);
      },
    ),
  );
});

test('the address stands alone on its line, whole or without its token, never cut', () => {
  const whole = ' http://127.0.0.1:4870/#token=Qm7sKOdYpTQIOCuxGRHvqw';
  const addressIn = (columns: number, rows: number): string | undefined =>
    text(viewModel({ notice: 'something that is to be said at length beside the keys' }), columns, rows)
      .split('\n')
      .find((line) => line.includes('http'));
  for (const columns of [whole.length, 60, 80, 132]) {
    for (const rows of [16, 24]) assert.equal(addressIn(columns, rows), whole);
  }
  assert.equal(addressIn(whole.length - 1, 24), ' http://127.0.0.1:4870');
  assert.equal(addressIn(20, 24), undefined);
});

test('colours change nothing but colours', () => {
  for (const columns of [60, 80, 132]) {
    const size = { columns, rows: 24 };
    const plain = renderView(viewModel(), size, colored).map((line) => line.replaceAll(/\p{Cc}\[\d+m/gu, '').trimEnd());
    assert.deepEqual(plain, renderView(viewModel(), size, uncolored));
  }
});

test('the hours shown are the newest, newest first', () => {
  const hours = text(viewModel()).match(/^ \d\d \d\d:00 /gm);
  assert.equal(hours?.[0], ' 06 12:00 ');
  assert.equal(hours?.[1], ' 06 11:00 ');
  assert.equal(hours?.length, 9);
});

test('an hour with late events folded in has a mark of its own, and the legend says what it means', () => {
  const model = viewModel();
  const [first, ...rest] = model.hours.toReversed().slice(1);
  assert.ok(first !== undefined);
  const amended = { ...first, amended: 2, late: 2, queries: first.counted + 2 };
  const lines = text({ ...model, hours: [...rest.toReversed(), amended] });
  assert.match(lines, /^ \S+ \d\d \d\d:00 \+ |^ \d\d \d\d:00 \+ /m);
  assert.match(lines, /\+ amended/);
  assert.doesNotMatch(text(model), /amended/);
});
