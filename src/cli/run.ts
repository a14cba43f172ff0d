import type { Settings } from '../config/schema.ts';
import { settingInfo } from '../config/schema.ts';
import { missing } from '../config/settings.ts';
import { isoTime } from '../model/time.ts';
import type { PipelineOptions } from '../pipeline.ts';
import type { Call, Command } from './command.ts';
import { isSet, JSON_OPTION } from './command.ts';
import { play } from './play.ts';
import { sameCommand, withFlags } from './words.ts';

/** Times may lie this far outside a run's range before a record is rejected. */
const RANGE_SLACK_MS = 86_400_000;

export const run: Command = {
  name: 'run',
  summary: 'Replay a trace and turn it into hourly answers.',
  details: 'Interrupted in any way, the same command goes on where it stopped.',
  options: JSON_OPTION,
  examples: [
    'spillway run --trace ./redset/provisioned --data-dir ./data',
    'spillway run --trace ./trace --speed max --exit-when-done',
  ],
  async run(call) {
    const { settings } = call;
    const { trace } = settings;
    if (trace === undefined) throw missing(settingInfo('trace'), 'there is nothing to replay');
    return await play(call, {
      options: pipelineOptions(settings, trace),
      whenDone: settings.exitWhenDone ? 'exit' : 'every hour is final; serving until Ctrl-C',
      json: isSet(call, 'json'),
      goOn: (made) => `or with run ${made.run}: ${sameWith(call, made)}`,
    });
  },
};

/** The command that goes on with a run that a jump has made. */
function sameWith(call: Call, { run: name, from }: PipelineOptions): string {
  const flags = { '--run': name, ...(from === undefined ? {} : { '--from': isoTime(from) }) };
  return sameCommand({ ...call, argv: withFlags(call.argv, flags) });
}

/** What settings say about a run. */
export function pipelineOptions(settings: Settings, trace: string): PipelineOptions {
  const { deployment, dataDir, archive, from, to, instances, partitions, latenessMs, maxDurationMs, cap } = settings;
  const { metricsDir, speed, memoryMb, faults, faultSeed, maxDisorderMs, maxAheadMs, keep, slots, weights } = settings;
  const { hotHours, amendAfterMs } = settings;
  return {
    trace,
    ...(deployment === undefined ? {} : { deployment }),
    dataDir,
    ...(archive === undefined ? {} : { archive }),
    run: settings.run,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(instances === undefined ? {} : { instances }),
    partitions,
    latenessMs,
    sanity: { maxDurationMs, cap, rangeSlackMs: RANGE_SLACK_MS },
    faults,
    faultSeed,
    foreign: { maxDisorderMs, maxAheadMs },
    keep,
    slots,
    weights,
    hotHours,
    amendAfterMs,
    ...(metricsDir === undefined ? {} : { metricsDir }),
    pace: { speed },
    memoryMb,
  };
}
