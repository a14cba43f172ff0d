import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLiveStore } from '../../../../web/src/live/live-store.ts';
import { hour, hourLine, hours, run } from './live-fixture.ts';

/** Frames that are drawn when the test says so, as in a tab that nobody sees. */
function setUp() {
  const frames: (() => void)[] = [];
  const store = createLiveStore((show) => frames.push(show));
  const shown: string[] = [];
  store.subscribe(() =>
    shown.push(
      store
        .get()
        .hours.map((line) => line.hour)
        .join(),
    ),
  );
  return { store, frames, shown, draw: () => frames.splice(0).forEach((show) => void show()) };
}

test('messages between two frames are shown together', () => {
  const { store, frames, shown, draw } = setUp();
  store.apply(run('demo'));
  store.apply(hours([hourLine(1)]));
  store.apply(hours([hourLine(2)]));
  assert.equal(frames.length, 1);
  assert.deepEqual(shown, []);
  assert.equal(store.get().run, undefined);
  draw();
  assert.deepEqual(shown, [`${hour(1)},${hour(2)}`]);
});

test('a tab that is not drawn asks for one frame however long it waits, and then shows the newest state', () => {
  const { store, frames, shown, draw } = setUp();
  for (let i = 0; i < 5_000; i += 1) store.apply(hours([hourLine(i)], true));
  assert.equal(frames.length, 1);
  draw();
  assert.deepEqual(shown, [hour(4_999)]);
});

test('after a frame the next message is shown with the next one', () => {
  const { store, shown, draw } = setUp();
  store.apply(hours([hourLine(1)], true));
  draw();
  store.apply(hours([hourLine(2)], true));
  draw();
  assert.deepEqual(shown, [hour(1), hour(2)]);
});

test('the connection is part of what is shown', () => {
  const { store, draw } = setUp();
  assert.deepEqual(store.get().connection, { state: 'connecting' });
  store.connected({ state: 'live' });
  draw();
  assert.deepEqual(store.get().connection, { state: 'live' });
});
