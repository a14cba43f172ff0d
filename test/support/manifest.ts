import type { Manifest, SanityLimits } from '../../src/model/manifest.ts';
import { DEFAULT_SLOTS, DEFAULT_WEIGHTS } from '../../src/model/scoring.ts';
import { at } from './time.ts';

/** The limits that a run has unless it is told otherwise. */
export const LIMITS: SanityLimits = { maxDurationMs: 604_800_000, cap: false, rangeSlackMs: 86_400_000 };

/** A manifest of three hours on two partitions. */
export function makeManifest(changes: Partial<Manifest> = {}): Manifest {
  return {
    version: 1,
    run: 'default',
    trace: { files: [], rows: 0 },
    from: at('2024-03-01 00:00'),
    to: at('2024-03-01 03:00'),
    instances: null,
    faults: 'none',
    faultSeed: 0,
    partitions: 2,
    latenessMs: 600_000,
    watermarkIntervalMs: 60_000,
    sanity: LIMITS,
    foreign: { maxDisorderMs: 300_000, maxAheadMs: 3_600_000 },
    keep: 'all',
    slots: DEFAULT_SLOTS,
    weights: DEFAULT_WEIGHTS,
    metrics: {},
    orderVersion: 1,
    ...changes,
  };
}
