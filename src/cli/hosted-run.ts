import { existsSync, rmSync } from 'node:fs';
import { settingInfo } from '../config/schema.ts';
import type { HotStore } from '../hot-store/hot-store.ts';
import type { Logger } from '../observe/logger.ts';
import type { Pipeline, PipelineOptions } from '../pipeline.ts';
import type { Call } from './command.ts';
import { behindGate, openGate } from './gate.ts';
import type { RunPaths } from './layout.ts';
import { requireFolder, runPaths, shownPath } from './layout.ts';
import { openOwned, refuseIfOwned } from './ownership.ts';

/** A run that this process plays. */
export interface HostedRun {
  /** What it was started with. */
  readonly options: PipelineOptions;
  readonly paths: RunPaths;
  readonly pipeline: Pipeline;
  readonly logger: Logger;
  /** For those who read it from outside. Throws NOT_READY once the run is being left. */
  readonly store: HotStore;
  readonly amend: Pipeline['amend'];
  /**
   * Turns new readers away, interrupts those that have not finished after so much wall time, and stops the pipeline after
   * the batch under way. Safe to call twice.
   */
  close(readersMs: number): Promise<void>;
}

/** Opens a run that no other process holds, or makes it. Throws RUN_OWNED and what starting a pipeline throws. */
export async function openRun(call: Pick<Call, 'io' | 'settings'>, options: PipelineOptions): Promise<HostedRun> {
  const { io, settings } = call;
  const paths = runPaths(settings, options.run);
  requireFolder(settingInfo('dataDir'), settings.dataDir);
  if (settings.archive !== undefined) requireFolder(settingInfo('archive'), settings.archive);
  await refuseIfOwned(paths.dir);
  const onProgress = (what: string): void => io.stderr.write(`${what}\n`);
  onProgress(`opening the trace ${shownPath(options.trace, io.cwd)}`);
  const [{ createLogger }, { startPipeline }] = await Promise.all([
    import('../observe/logger.ts'),
    import('../pipeline.ts'),
  ]);
  const logger = createLogger(settings.logLevel, paths.log);
  const parts = { clock: io.clock, logger, onProgress };
  const pipeline = await openOwned(paths.dir, io.clock, () => startPipeline(options, parts));
  // Whoever waits for the run hears of its failure, but may come to wait only later.
  pipeline.finished.catch(() => undefined);
  const gate = openGate(options.run, io.clock);
  return {
    options,
    paths,
    pipeline,
    logger,
    store: behindGate(pipeline.store, gate),
    amend: (range) => gate.pass(() => pipeline.amend(range)),
    close: async (readersMs) => {
      await gate.close(readersMs);
      await pipeline.stop();
    },
  };
}

/** Whether there is anything of a run with this name. */
export function isThere(settings: Call['settings'], run: string): boolean {
  const { dir, archive } = runPaths(settings, run);
  return existsSync(dir) || existsSync(archive);
}

/** Removes what there is of a run that could not be started. */
export function removeRun(settings: Call['settings'], run: string): void {
  const { dir, archive } = runPaths(settings, run);
  for (const folder of [dir, archive]) rmSync(folder, { recursive: true, force: true });
}
