import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connection, LiveState } from '../../../../web/src/live/live-state.ts';
import { NOTHING_KNOWN } from '../../../../web/src/live/reducer.ts';
import { announcement, connectionWords, problemWords, replacedWords } from '../../../../web/src/states/words.ts';
import { run } from '../live/live-fixture.ts';

const SINCE = Date.parse('2026-01-05T16:42:05Z');

function state(connection: Connection, more: Partial<LiveState> = {}): LiveState {
  return { ...NOTHING_KNOWN, ...more, connection };
}

const LIVE = state({ state: 'live' });
const BROKEN = { state: 'broken', since: SINCE, attempts: 3, nextAttempt: SINCE + 90_000 } as const;

test('nothing is said while all is well', () => {
  assert.equal(connectionWords({ state: 'live' }, SINCE, 'demo'), undefined);
  assert.equal(connectionWords({ state: 'connecting' }, SINCE, undefined), undefined);
});

test('old figures say of when they are and for how long nothing has come', () => {
  const words = connectionWords({ state: 'stale', since: SINCE }, SINCE + 12_400, 'demo');
  assert.equal(words?.title, 'Figures of 16:42:05 UTC.');
  assert.match(words?.text ?? '', /^Nothing has come for 12\u00a0s\./);
});

test('a server that is gone: how old the figures are, when it is tried again, and how to start it', () => {
  const words = connectionWords(BROKEN, SINCE + 83_500, 'demo');
  assert.match(words?.text ?? '', /^Figures of 16:42:05 UTC, 1\u00a0min\u00a023\u00a0s old\. Trying again in 7 s\./);
  assert.equal(words?.command, 'npx spillway serve --run demo');
  assert.match(connectionWords(BROKEN, SINCE + 95_000, 'demo')?.text ?? '', /Trying again now\./);
});

test('a page that has never heard anything says how to start a server', () => {
  assert.equal(connectionWords(BROKEN, SINCE, undefined)?.command, 'npm start');
});

test('a problem is told in the words of the server, with its code and what to do', () => {
  const words = problemWords({ code: 'IO', detail: 'the disk is full', hint: 'make room' });
  assert.equal(words.text, 'the disk is full (IO): make room.');
  assert.equal(problemWords({ code: 'IO', detail: 'the disk is full', hint: null }).text, 'the disk is full (IO).');
  assert.match(problemWords({ code: 'TOKEN_REQUIRED', detail: 'x', hint: 'y' }).text, /link that the terminal printed/);
});

test('only what matters is announced, and once', () => {
  assert.equal(announcement(LIVE, LIVE), undefined);
  assert.equal(announcement(state({ state: 'connecting' }), LIVE), undefined);
  assert.match(announcement(LIVE, state(BROKEN)) ?? '', /lost/);
  assert.equal(announcement(state(BROKEN), state({ ...BROKEN, attempts: 4 })), undefined);
  assert.match(announcement(state(BROKEN), LIVE) ?? '', /back/);
  assert.match(announcement(LIVE, state({ state: 'stale', since: SINCE })) ?? '', /old/);
});

test('another run and a problem are announced', () => {
  const data = { code: 'IO', detail: 'the disk is full', hint: null };
  assert.match(announcement(LIVE, { ...LIVE, problem: data }) ?? '', /disk is full/);
  assert.match(announcement(LIVE, { ...LIVE, replaced: 1 }) ?? '', /Another run/);
});

test('a run that takes over says where it begins, and what has become of the one before', () => {
  const message = run('demo-20240305t06');
  const now = message.event === 'run' ? message.data : assert.fail();
  const words = replacedWords(now, 'demo');
  assert.equal(words.title, 'Now playing: run demo-20240305t06.');
  assert.match(words.text, /begins Fri 2024-03-01 00:00:00 UTC\. Run demo stopped where it was/);
  assert.doesNotMatch(replacedWords(now, undefined).text, /undefined/);
});
