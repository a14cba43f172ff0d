import type { RunMessage, StatusMessage } from '../../../src/api/live/messages.ts';

/** Parts of a status that differ from the usual. */
interface StatusParts {
  readonly replay?: Partial<StatusMessage['replay']>;
  readonly processor?: Partial<StatusMessage['processor']>;
  readonly openHours?: StatusMessage['openHours'];
  readonly late?: Partial<StatusMessage['late']>;
}

/** A film that plays at 60x on 12 March 2024, two partitions, everything well. */
export function status({ replay, processor, openHours = [], late }: StatusParts = {}): StatusMessage {
  return {
    run: 'demo',
    faults: 'none',
    faultSeed: 0,
    replay: {
      state: 'playing',
      at: '2024-03-12T14:37:20Z',
      from: '2024-03-10T00:00:00Z',
      to: '2024-03-14T00:00:00Z',
      speed: 60,
      fullSpeedUntil: null,
      speedReached: 60,
      driftMs: 0,
      remainingMs: 2_002_000,
      eventsSent: 500_000,
      eventsPerSecond: 3_412,
      ...replay,
    },
    processor: {
      state: 'running',
      counted: 499_000,
      rejected: 0,
      late: 0,
      duplicate: 0,
      resent: 0,
      gaps: 0,
      eventsPerSecond: 3_412,
      watermark: '2024-03-12T14:36:00Z',
      partitions: [
        { partition: 0, nextOffset: 250_000, watermark: '2024-03-12T14:36:00Z', ended: false },
        { partition: 1, nextOffset: 250_000, watermark: '2024-03-12T14:37:00Z', ended: false },
      ],
      openHours: 1,
      finalHours: 62,
      lastFinal: '2024-03-12T13:00:00Z',
      lag: 812,
      failedMetrics: {},
      ...processor,
    },
    openHours,
    late: { waiting: 0, waitingHours: 0, amendedHours: 0, amendable: true, ...late },
    rejectedByReason: {},
    history: { rows: 0, bytes: 0 },
  };
}

/** The run of that status. */
export function runMessage(parts: Partial<RunMessage> = {}): RunMessage {
  return {
    run: 'demo',
    from: '2024-03-10T00:00:00Z',
    to: '2024-03-14T00:00:00Z',
    trace: { from: '2024-03-10T00:00:00Z', to: '2024-03-14T00:00:00Z' },
    latenessMs: 600_000,
    keep: 'all',
    faults: 'none',
    controllable: true,
    jumpable: true,
    ...parts,
  };
}
