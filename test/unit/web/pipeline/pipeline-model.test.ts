import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  behindFilm,
  lateText,
  pipelineState,
  reasonMeaning,
  rejectedReasons,
} from '../../../../web/src/pipeline/pipeline-model.ts';
import { status } from '../status-fixture.ts';

test('the watermark is behind the film in the time of the film and in that of the wall', () => {
  assert.deepEqual(behindFilm(status()), { eventMs: 80_000, wallMs: 80_000 / 60 });
});

test('a paused film is behind by what it would be at its speed, and one at full speed by nobody knows how much', () => {
  assert.equal(behindFilm(status({ replay: { speedReached: 0 } }))?.wallMs, 80_000 / 60);
  assert.equal(behindFilm(status({ replay: { speed: 'max', speedReached: 0 } }))?.wallMs, undefined);
  assert.equal(behindFilm(status({ processor: { watermark: null } })), undefined);
});

test('a watermark past the end of the film is behind nothing', () => {
  assert.equal(behindFilm(status({ processor: { watermark: '2024-03-12T15:00:00Z' } }))?.eventMs, 0);
});

test('a run that keeps up is ok', () => {
  assert.equal(pipelineState(status()).word, 'ok');
});

test('a film behind its plan, records that pile up and a partition that stands still are behind, each for its reason', () => {
  const drift = pipelineState(status({ replay: { driftMs: 4_000 } }));
  assert.deepEqual([drift.word, drift.why], ['behind', 'the film is 4\u00a0s behind its plan']);
  const lag = pipelineState(status({ processor: { lag: 80_000 } }));
  assert.deepEqual([lag.word, lag.why], ['behind', '80,000 records wait to be counted']);
  const stalled = status({
    processor: {
      watermark: '2024-03-12T11:37:00Z',
      partitions: [
        { partition: 0, nextOffset: 1, watermark: '2024-03-12T14:37:00Z', ended: false },
        { partition: 1, nextOffset: 1, watermark: '2024-03-12T11:37:00Z', ended: false },
      ],
    },
  });
  assert.deepEqual(pipelineState(stalled), { word: 'behind', why: 'partition 1 is 3\u00a0h behind the others' });
});

test('a film that runs as fast as it can waits for what is counted, and is not behind', () => {
  const lag = { processor: { lag: 98_000 } };
  assert.equal(pipelineState(status({ ...lag, replay: { speed: 'max' } })).word, 'ok');
  assert.equal(pipelineState(status({ ...lag, replay: { fullSpeedUntil: '2024-03-13T00:00:00Z' } })).word, 'ok');
});

test('partitions that are a batch apart at full speed are no stall', () => {
  const fast = status({
    replay: { speed: 'max', speedReached: 20_000 },
    processor: {
      partitions: [
        { partition: 0, nextOffset: 1, watermark: '2024-03-12T14:37:00Z', ended: false },
        { partition: 1, nextOffset: 1, watermark: '2024-03-12T13:37:00Z', ended: false },
      ],
    },
  });
  assert.equal(pipelineState(fast).word, 'ok');
});

test('what is wrong is said even where the film is paused or over', () => {
  const paused = { replay: { state: 'paused' } } as const;
  assert.equal(pipelineState(status(paused)).word, 'paused');
  assert.match(pipelineState(status({ ...paused, processor: { gaps: 3 } })).why, /3 records were lost/);
  assert.match(pipelineState(status({ processor: { state: 'failed' } })).why, /processor has stopped/);
  const metric = pipelineState(status({ processor: { state: 'done', failedMetrics: { spill: 'out of memory' } } }));
  assert.deepEqual([metric.word, metric.why], ['failed', 'metric spill could not be computed; the others are sound']);
});

test('the end of the film, a run that is only served and one that starts each have their word', () => {
  const word = (state: 'ended' | 'idle' | 'stopped' | 'starting') => pipelineState(status({ replay: { state } })).word;
  assert.deepEqual(
    ['ended', 'idle', 'stopped', 'starting'].map((state) => word(state as 'ended')),
    ['ended', 'served', 'stopped', 'starting'],
  );
  assert.equal(pipelineState(status({ processor: { state: 'done' } })).why, 'every hour is final');
});

test('reasons of rejected records come with the most frequent first, and with what they mean', () => {
  assert.deepEqual(rejectedReasons({ negative: 2, bad_type: 40, conflict: 2 }), [
    ['bad_type', 40],
    ['conflict', 2],
    ['negative', 2],
  ]);
  assert.match(reasonMeaning('conflict'), /other content/);
  assert.equal(reasonMeaning('of a later version'), '');
});

test('late events wait, are amended, or cannot be', () => {
  assert.equal(lateText(status().late), 'none waits');
  assert.equal(
    lateText(status({ late: { waiting: 12, waitingHours: 1, amendedHours: 2 } }).late),
    '12 wait for 1 hour, 2 hours amended',
  );
  assert.match(
    lateText(status({ late: { waiting: 1, waitingHours: 1, amendable: false } }).late),
    /only rollups are kept/,
  );
});
