import { existsSync } from 'node:fs';
import { infosOf, recomputeSchema } from '../config/command-options.ts';
import { nearest } from '../config/nearest.ts';
import { missing, resolveFlags } from '../config/settings.ts';
import { SpillwayError } from '../errors.ts';
import type { Metric } from '../metrics/metric.ts';
import { createLogger } from '../observe/logger.ts';
import type { Command } from './command.ts';
import { isSet, JSON_OPTION } from './command.ts';
import { openCorrections } from './corrections.ts';
import { EXIT } from './io.ts';
import { runPaths } from './layout.ts';
import { refuseIfOwned } from './ownership.ts';
import { openProgress } from './progress.ts';
import { runNotFound } from './run-reader.ts';
import { plural, span } from './text.ts';

export const recompute: Command = {
  name: 'recompute',
  summary: 'Compute metrics again from the archive, after a definition was changed or added.',
  details: [
    'Computes the named metrics for every final hour from the archived events, with the definitions as they are now, and makes',
    "them the run's own. A run refuses to go on with other definitions until this is done.",
  ].join(' '),
  options: { ...infosOf(recomputeSchema), ...JSON_OPTION },
  examples: [
    'spillway recompute --metric spill',
    'spillway recompute --metric users --metrics ./my-metrics --run march',
  ],
  async run(call) {
    const { io, settings } = call;
    const { json: _json, ...flags } = call.options;
    const options = resolveFlags(recomputeSchema, { flags, cwd: io.cwd });
    if (options.metric === undefined) throw missing(infosOf(recomputeSchema).metric, 'what is to be computed again?');
    const paths = runPaths(settings, settings.run);
    if (!existsSync(paths.store)) throw runNotFound(settings, settings.run, io.cwd);
    await refuseIfOwned(paths.dir);
    const [{ loadMetrics }, { recomputeMetrics }] = await Promise.all([
      import('../metrics/load.ts'),
      import('../processor/recompute.ts'),
    ]);
    const refused = new Map<string, string>();
    const folders = settings.metricsDir === undefined ? {} : { user: settings.metricsDir };
    // A broken file matters only if it is one of those to be computed.
    const loaded = await loadMetrics(folders, ({ name, reason }) => refused.set(name, reason));
    const metrics = options.metric.map((name) => metricNamed(loaded, refused, name));
    const started = io.clock.monotonicMs();
    const corrections = await openCorrections(settings, paths, io.clock, createLogger(settings.logLevel, paths.log));
    try {
      const progress = openProgress(io);
      const result = await recomputeMetrics(corrections.parts, metrics, (done, total) =>
        progress.update(`computing hour ${done} of ${total}`),
      );
      progress.done();
      if (isSet(call, 'json')) io.stdout.write(`${JSON.stringify(result)}\n`);
      else {
        const names = metrics.map(({ name }) => name).join(', ');
        const took = span(io.clock.monotonicMs() - started);
        io.stdout.write(
          `${names}: ${plural(result.rows, 'row')} of ${plural(result.hours, 'final hour')} in ${took}\n`,
        );
      }
      for (const { metric, reason } of result.failures.slice(0, 5)) io.stderr.write(`${metric} failed: ${reason}\n`);
      return result.failures.length === 0 ? EXIT.done : EXIT.failed;
    } finally {
      await corrections.close();
    }
  },
};

function metricNamed(loaded: readonly Metric[], refused: ReadonlyMap<string, string>, name: string): Metric {
  const metric = loaded.find((candidate) => candidate.name === name);
  if (metric !== undefined) return metric;
  const reason = refused.get(name);
  if (reason !== undefined) throw new SpillwayError('METRIC_INVALID', reason);
  const near = nearest(
    name,
    loaded.map((candidate) => candidate.name),
  );
  throw new SpillwayError('USAGE', `there is no metric ${name}`, {
    hint:
      near === undefined ? 'spillway metrics lists them; --metrics names a folder with more' : `did you mean ${near}?`,
  });
}
