import { systemClock } from '../../src/time/clock.ts';
import type { BenchCase } from '../case.ts';
import { numberFrom, playToEnd } from '../run.ts';

const BYTES_PER_MB = 1_000_000;
/** `maxRSS` is in kibibytes (https://nodejs.org/api/process.html#processresourceusage). */
const BYTES_PER_KIB = 1_024;

export const embedded: BenchCase = {
  name: 'embedded',
  question: 'How fast does a trace become final hourly answers in one process, from Parquet to rollups and archive?',
  needsTrace: true,
  measure: async (options, place) => {
    const [startMs, startCpu] = [systemClock.monotonicMs(), process.cpuUsage()];
    const pipeline = await playToEnd(options, place);
    const seconds = (systemClock.monotonicMs() - startMs) / 1_000;
    const { user, system } = process.cpuUsage(startCpu);
    const counted = await numberFrom(pipeline, 'SELECT sum(counted) FROM hours');
    const storeBytes = await pipeline.store.size();
    const archiveBytes = await numberFrom(pipeline, 'SELECT sum(bytes) FROM archive_files');
    await pipeline.stop();
    if (counted !== options.events) throw new Error(`counted ${counted} of ${options.events} events`);
    return [
      { name: 'throughput', unit: 'events/s', value: counted / seconds },
      { name: 'time', unit: 's', value: seconds },
      { name: 'CPU per million events', unit: 'CPU s', value: ((user + system) / 1e6 / counted) * 1e6 },
      { name: 'peak memory (RSS)', unit: 'MB', value: (process.resourceUsage().maxRSS * BYTES_PER_KIB) / BYTES_PER_MB },
      { name: 'store', unit: 'MB', value: storeBytes / BYTES_PER_MB },
      { name: 'archive', unit: 'MB', value: archiveBytes / BYTES_PER_MB },
    ];
  },
};
