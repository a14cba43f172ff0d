import { systemClock } from '../../src/time/clock.ts';
import { generateTrace } from '../../src/trace/generate/generate.ts';
import type { BenchCase } from '../case.ts';
import { traceSpec } from '../trace.ts';

export const generate: BenchCase = {
  name: 'generate',
  question: 'How fast is a trace generated?',
  needsTrace: false,
  measure: async ({ events, eventsPerHour }, { dir }) => {
    const startMs = systemClock.monotonicMs();
    const { rows, bytes } = await generateTrace(traceSpec(dir, events, eventsPerHour));
    const seconds = (systemClock.monotonicMs() - startMs) / 1_000;
    return [
      { name: 'throughput', unit: 'rows/s', value: rows / seconds },
      { name: 'time', unit: 's', value: seconds },
      { name: 'files', unit: 'MB', value: bytes / 1e6 },
    ];
  },
};
