import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  dataThrough,
  endsWords,
  type PlayerInput,
  playerOf,
  reachedWords,
} from '../../../../web/src/transport/transport-model.ts';
import { runMessage, status } from '../status-fixture.ts';

const OWNER: PlayerInput = { connection: 'live', run: runMessage(), status: status(), token: 'given' };

/** What a player says about why it cannot be used. */
function reason(input: Partial<PlayerInput>): string {
  const { control } = playerOf({ ...OWNER, ...input });
  return control.allowed ? 'allowed' : control.reason;
}

test('with the token a film that plays or is paused can be controlled', () => {
  assert.equal(reason({}), 'allowed');
  assert.equal(reason({ status: status({ replay: { state: 'paused' } }) }), 'allowed');
});

test('without the token one only looks, and is told which link to open', () => {
  assert.match(reason({ token: 'none' }), /open the link that the terminal printed/);
  assert.match(reason({ token: 'refused' }), /does not know the key/);
});

test('a run that is only served has no film, whoever looks', () => {
  const run = runMessage({ controllable: false, jumpable: false });
  assert.match(reason({ run, status: status({ replay: { state: 'idle' } }) }), /only served/);
  assert.match(reason({ run, token: 'none' }), /only served, so there is no film/);
  const done = status({ replay: { state: 'ended' }, processor: { state: 'done' } });
  assert.match(reason({ run, status: done }), /only served, and its film is over/);
});

test('a film that is over can be jumped from where its trace is open', () => {
  const ended = playerOf({ ...OWNER, status: status({ replay: { state: 'ended' } }) });
  assert.equal(ended.phase, 'ended');
  assert.match(ended.control.allowed ? '' : ended.control.reason, /Jump to play from another place/);
  assert.deepEqual(ended.jump, { allowed: true });
});

test('a server that is gone is said, not that the key is missing', () => {
  assert.match(reason({ connection: 'broken', token: 'none' }), /server does not answer/);
});

test('while history is filled the player says up to where, and not when the film ends', () => {
  const filling = status({ replay: { speedReached: 14_000, fullSpeedUntil: '2024-03-13T12:00:00Z' } });
  const player = playerOf({ ...OWNER, status: filling });
  assert.deepEqual([player.phase, player.words], ['filling', 'filling history at full speed until Wed 13 Mar 12:00']);
  assert.equal(endsWords(filling), undefined);
  assert.equal(reachedWords(filling.replay), 'reached 14,000x');
});

test('a step says to which full hour', () => {
  const step = status({ replay: { fullSpeedUntil: '2024-03-12T15:00:00Z' } });
  assert.equal(playerOf({ ...OWNER, status: step }).words, 'at full speed until 15:00');
});

test('a playing film says what it reaches and when it ends, a paused one neither', () => {
  assert.equal(endsWords(status({ replay: { remainingMs: 4_320_400 } })), 'ends in 1\u00a0h\u00a012\u00a0min');
  const paused = status({ replay: { state: 'paused', speedReached: 0 } });
  assert.equal(endsWords(paused), undefined);
  assert.equal(reachedWords(paused.replay), undefined);
});

test('data is complete through the lowest watermark, and how old that is is said in the time of the film', () => {
  assert.deepEqual(dataThrough(status()), {
    text: 'data through 14:36',
    age: '1\u00a0min\u00a020\u00a0s behind the film',
  });
});

test('a watermark of another day is said with its day', () => {
  const stalled = status({ processor: { watermark: '2024-03-11T22:00:00Z' } });
  assert.match(dataThrough(stalled).text, /Mon 11 Mar 22:00/);
});

test('after the end, where the watermark is past the film, everything is there', () => {
  const ended = status({
    replay: { state: 'ended', at: '2024-03-14T00:00:00Z' },
    processor: { watermark: '2024-03-14T00:10:00Z' },
  });
  assert.deepEqual(dataThrough(ended), { text: 'data through 00:00', age: 'all that was sent' });
  assert.equal(dataThrough(status({ processor: { watermark: null } })).text, 'no data yet');
});
