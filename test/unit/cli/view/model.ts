import type { HourFigures } from '../../../../src/cli/figures.ts';
import type { ViewModel } from '../../../../src/cli/view/render.ts';
import { addMicros, MICROS_PER_HOUR, replayTime } from '../../../../src/model/time.ts';
import { at } from '../../../support/time.ts';

/** An hour like any other: the n-th after Tuesday 14:00. */
export function hour(n: number, changes: Partial<HourFigures> = {}): HourFigures {
  return {
    hour: addMicros(at('2024-03-05 14:00'), n * MICROS_PER_HOUR),
    state: 'final',
    counted: 7_352 + 100 * n,
    late: 0,
    rejected: 0,
    duplicate: 0,
    amended: 0,
    queries: 7_352 + 100 * n,
    spilled: 162 + n,
    spilledMb: 4_912_345 + n,
    reads: 2_285,
    cached: 786,
    compiled: 1_499,
    compileMs: 41_234,
    topTable: 'provisioned-36/8833576',
    topTableReads: 567,
    bottleneck: 'network',
    bottleneckQueries: 411,
    ...changes,
  };
}

/** A run in the middle of its film. */
export function viewModel(changes: Partial<ViewModel> = {}): ViewModel {
  const watermark = at('2024-03-06 12:37');
  return {
    status: {
      run: 'default',
      replay: {
        state: 'playing',
        at: replayTime(at('2024-03-06 12:37:05.250')),
        from: at('2024-03-04'),
        to: at('2024-03-08'),
        speed: 60,
        speedReached: 59.93,
        driftMs: 12,
        remainingMs: 2_123_000,
        eventsSent: 657_597,
        eventsPerSecond: 131,
      },
      processor: {
        state: 'running',
        counted: 657_590,
        rejected: 12,
        late: 0,
        duplicate: 3,
        resent: 0,
        gaps: 0,
        eventsPerSecond: 126.4,
        watermark,
        partitions: [0, 1, 2, 3].map((partition) => ({ partition, nextOffset: 1, watermark, ended: false })),
        openHours: 36,
        finalHours: 60,
        lastFinal: at('2024-03-06 11:00'),
        lag: 7,
        failedMetrics: {},
      },
    },
    hours: [
      ...Array.from({ length: 22 }, (_, n) => hour(n)),
      hour(22, { state: 'open', counted: 4_570, queries: 4_512, rejected: 12, duplicate: 3 }),
    ],
    address: 'http://127.0.0.1:4870/#token=Qm7sKOdYpTQIOCuxGRHvqw',
    storeBytes: 35_139_584,
    injected: undefined,
    filling: false,
    notice: undefined,
    keys: true,
    ...changes,
  };
}

/** The same with changes to what the replay or the processor says. */
export function withStatus(
  replay: Partial<ViewModel['status']['replay']>,
  processor: Partial<ViewModel['status']['processor']> = {},
): ViewModel {
  const model = viewModel();
  const { status } = model;
  return {
    ...model,
    status: { ...status, replay: { ...status.replay, ...replay }, processor: { ...status.processor, ...processor } },
  };
}
