import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FilmSample, filmAt, filmSample } from '../../../../web/src/transport/film-clock.ts';
import { status } from '../status-fixture.ts';

const AT = Date.parse('2024-03-12T14:37:20Z');
const PLAYING: FilmSample = { playing: true, atMs: AT, toMs: AT + 3_600_000, rate: 60, heardMs: 10_000 };

test('the clock runs with the film between two statuses', () => {
  assert.equal(filmAt(PLAYING, 10_000, undefined), AT);
  assert.equal(filmAt(PLAYING, 10_250, undefined), AT + 15_000);
  assert.equal(filmAt(PLAYING, 11_000, undefined), AT + 60_000);
});

test('it stands still where no status comes any more', () => {
  assert.equal(filmAt(PLAYING, 11_000, undefined), filmAt(PLAYING, 60_000, undefined));
});

test('it stands exactly where a paused film stands, also where it had guessed further', () => {
  assert.equal(filmAt({ ...PLAYING, playing: false }, 10_900, AT + 30_000), AT);
});

test('it does not run past the end of the run', () => {
  assert.equal(filmAt({ ...PLAYING, toMs: AT + 5_000 }, 11_000, undefined), AT + 5_000);
});

test('a film that goes on past the end is shown where it is', () => {
  assert.equal(filmAt({ ...PLAYING, toMs: AT - 5_000 }, 10_500, undefined), AT);
});

test('where the guess was a little too far, it waits for the film and does not go back', () => {
  assert.equal(filmAt(PLAYING, 10_000, AT + 2_000), AT + 2_000);
  assert.equal(filmAt(PLAYING, 10_100, AT + 2_000), AT + 6_000);
});

test('another run, far behind, is shown at once', () => {
  assert.equal(filmAt(PLAYING, 10_000, AT + 3_600_000), AT);
});

test('a film that is slower than wanted is carried on at the speed that it reaches', () => {
  assert.equal(filmSample(status({ replay: { speed: 300, speedReached: 120 } }), 0).rate, 120);
});

test('a film that runs as fast as it can is not guessed at: its clock goes from status to status', () => {
  assert.equal(filmSample(status({ replay: { speed: 'max', speedReached: 20_000 } }), 0).rate, 0);
  const filling = status({ replay: { speedReached: 20_000, fullSpeedUntil: '2024-03-13T00:00:00Z' } });
  assert.equal(filmSample(filling, 0).rate, 0);
});

test('after a change of speed, what was reached before is no speed to go on with', () => {
  assert.equal(filmSample(status({ replay: { speed: 60, speedReached: 167 } }), 0).rate, 60);
});
