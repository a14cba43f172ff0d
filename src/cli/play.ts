import { settingInfo } from '../config/schema.ts';
import type { Logger } from '../observe/logger.ts';
import type { Pipeline, PipelineOptions } from '../pipeline.ts';
import type { Call } from './command.ts';
import type { Display } from './display.ts';
import { openDisplay } from './display.ts';
import { Interrupted } from './failure.ts';
import { EXIT } from './io.ts';
import { requireFolder, runPaths, shownPath } from './layout.ts';
import { announce, newToken, openOwned, refuseIfOwned } from './ownership.ts';
import { sameCommand } from './words.ts';

/** A run to play, and what to do when it has been played. */
export interface PlaySpec {
  readonly options: PipelineOptions;
  /** Exit when every hour is final; otherwise stay and serve, and say so in these words. */
  readonly whenDone: 'exit' | ((address: string) => string);
  readonly json: boolean;
}

/**
 * Plays a run in this process until it is done or interrupted: holds its store, serves its API, shows it. Returns the
 * exit code; throws what made the run fail.
 */
export async function play(call: Call, spec: PlaySpec): Promise<number> {
  const { io, settings } = call;
  const paths = runPaths(settings, spec.options.run);
  const interruption = interruptionOf(call);
  requireFolder(settingInfo('dataDir'), settings.dataDir);
  if (settings.archive !== undefined) requireFolder(settingInfo('archive'), settings.archive);
  await refuseIfOwned(paths.dir);
  const onProgress = (what: string): void => io.stderr.write(`${what}\n`);
  onProgress(`opening the trace ${shownPath(spec.options.trace, io.cwd)}`);
  const [{ createLogger }, { startPipeline }] = await Promise.all([
    import('../observe/logger.ts'),
    import('../pipeline.ts'),
  ]);
  const logger = createLogger(settings.logLevel, paths.log);
  const parts = { clock: io.clock, logger, onProgress };
  const opening = openOwned(paths.dir, io.clock, () => startPipeline(spec.options, parts));
  const pipeline = await Promise.race([opening, interruption.promise]);
  if (pipeline === 'interrupted') {
    // Nothing has been played yet, and opening may be killed at any point.
    opening.catch(() => undefined);
    throw new Interrupted(goOn(call, 'stopped'));
  }
  let ending: Ending;
  try {
    ending = await serveAndShow(call, spec, { pipeline, logger, interruption });
  } finally {
    await pipeline.stop();
    interruption.forget();
  }
  if (ending === 'done') return EXIT.done;
  throw new Interrupted(goOn(call, ending));
}

/** How a run ends: every hour final, interrupted before that, or interrupted while it only served what was done. */
type Ending = 'done' | 'stopped' | 'served';

function goOn(call: Call, ending: Exclude<Ending, 'done'>): string {
  const same = sameCommand(call);
  return ending === 'served'
    ? `stopped. Serve it again with: ${same}`
    : `stopped; nothing is lost. Go on with: ${same}`;
}

interface Live {
  readonly pipeline: Pipeline;
  readonly logger: Logger;
  readonly interruption: Interruption;
}

async function serveAndShow(call: Call, spec: PlaySpec, live: Live): Promise<Ending> {
  const { io, settings } = call;
  const { pipeline, logger } = live;
  const { dir } = runPaths(settings, spec.options.run);
  const { startServer } = await import('../api/server.ts');
  const token = newToken();
  const { store, metrics, replay: controls } = pipeline;
  const status = (): ReturnType<Pipeline['status']> => pipeline.status();
  const server = await startServer({
    store,
    metrics,
    status,
    amend: (range) => pipeline.amend(range),
    controls,
    token,
    traceRange: store.manifest,
    snapshotRoot: dir,
    port: settings.port,
    logger,
    clock: io.clock,
  });
  const withdraw = announce({ dir, run: store.run, address: server.url, token }, io);
  try {
    const { fillUntil } = spec.options.pace;
    const display = await openDisplay({ pipeline, address: server.url, fillUntil, json: spec.json }, io, logger);
    const ending = await untilOver(spec, live, display, server.url).catch(async (error: unknown) => {
      // What made the run fail is the news; that it can be shown no more may well follow from it.
      await display.close().catch(() => undefined);
      throw error;
    });
    await display.close();
    return ending;
  } finally {
    withdraw();
    await server.close();
  }
}

/** Waits for the end: every hour final, or an interruption, which may also come after that. */
async function untilOver(spec: PlaySpec, live: Live, display: Display, address: string): Promise<Ending> {
  const { pipeline, interruption } = live;
  const outcome = await Promise.race([pipeline.finished, interruption.promise]);
  if (outcome === 'done') {
    if (spec.whenDone === 'exit') return 'done';
    display.notice(spec.whenDone(address));
    await interruption.promise;
  }
  display.notice('stopping');
  // Nothing more is sent from here on, so that the figures shown last are those that stay.
  pipeline.replay.stop();
  return outcome === 'done' ? 'served' : 'stopped';
}

/** The user's wish to stop, from the first moment on. */
interface Interruption {
  readonly promise: Promise<'interrupted'>;
  forget(): void;
}

function interruptionOf({ io }: Call): Interruption {
  let forget = (): void => undefined;
  const promise = new Promise<'interrupted'>((resolve) => {
    forget = io.interrupts.listen(() => resolve('interrupted'));
  });
  return { promise, forget: () => forget() };
}
