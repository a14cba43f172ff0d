import type { ServerOptions } from '../api/server.ts';
import type { Logger } from '../observe/logger.ts';
import type { PipelineOptions } from '../pipeline.ts';
import { openBrowser } from './browser.ts';
import type { Call } from './command.ts';
import { dashboardAddress, isBuilt, NOT_BUILT, webDirOption } from './dashboard.ts';
import { Interrupted } from './failure.ts';
import { EXIT } from './io.ts';
import type { Ending } from './run-host.ts';
import { RunHost } from './run-host.ts';
import { keptToken } from './token.ts';
import { sameCommand } from './words.ts';

/** A run to play, and what to do when it has been played. */
export interface PlaySpec {
  readonly options: PipelineOptions;
  /** Exit when every hour is final; otherwise stay and serve, and say so in these words. */
  readonly whenDone: 'exit' | string;
  readonly json: boolean;
  /** One line that says how to go on with a run that a jump has made. */
  readonly goOn: (made: PipelineOptions) => string;
}

/**
 * Plays a run in this process until it is done or interrupted, and whatever run takes its place by a jump: holds its
 * store, serves its API, shows it. Returns the exit code; throws what made the run fail.
 */
export async function play(call: Call, spec: PlaySpec): Promise<number> {
  const interruption = interruptionOf(call);
  try {
    const host = await RunHost.open(call, spec.options, interruption.promise);
    if (host === undefined) throw new Interrupted(goOn(call, spec, spec.options, 'stopped'));
    const ending = await serveAndShow(call, spec, host);
    if (ending === 'done') return EXIT.done;
    throw new Interrupted(goOn(call, spec, host.current.options, ending));
  } finally {
    interruption.forget();
  }
}

/** How to go on: by the same command with the run that it names, and by another with the one that took its place. */
function goOn(call: Call, spec: PlaySpec, last: PipelineOptions, ending: Exclude<Ending, 'done'>): string {
  const same = sameCommand(call);
  const base = spec.options.run;
  if (last.run !== base) return `stopped; nothing is lost. Go on with run ${base}: ${same}\n${spec.goOn(last)}`;
  return ending === 'served'
    ? `stopped. Serve it again with: ${same}`
    : `stopped; nothing is lost. Go on with: ${same}`;
}

async function serveAndShow(call: Call, spec: PlaySpec, host: RunHost): Promise<Ending> {
  const { io, settings } = call;
  try {
    const { startServer } = await import('../api/server.ts');
    const token = keptToken(settings.dataDir);
    const server = await startServer(serverOptions(call, host, token));
    try {
      const address = dashboardAddress(server.url, token);
      if (!isBuilt()) io.stderr.write(`${NOT_BUILT}\n`);
      await host.show({ url: server.url, token, address, json: spec.json });
      if (settings.open) openBrowser(address, io, (text) => host.invite(text));
      return await untilHidden(spec, host);
    } finally {
      await server.close();
    }
  } finally {
    await host.close();
  }
}

async function untilHidden(spec: PlaySpec, host: RunHost): Promise<Ending> {
  const ending = await host.untilOver(spec.whenDone).catch(async (error: unknown) => {
    // What made the run fail is the news; that it can be shown no more may well follow from it.
    await host.hide().catch(() => undefined);
    throw error;
  });
  if (ending !== 'done') host.notice('stopping');
  await host.hide();
  return ending;
}

/** What the server is told about the run under way: asked anew each time, for a jump puts another in its place. */
function serverOptions({ io, settings }: Call, host: RunHost, token: string): ServerOptions {
  return {
    get store() {
      return host.current.store;
    },
    get metrics() {
      return host.current.pipeline.metrics;
    },
    get controls() {
      return host.current.pipeline.replay;
    },
    get traceRange() {
      return host.current.pipeline.traceRange;
    },
    get snapshotRoot() {
      return host.current.paths.dir;
    },
    status: () => host.current.pipeline.status(),
    amend: (range) => host.current.amend(range),
    jump: (to) => host.jump(to),
    token,
    archiveRoot: host.current.paths.archiveRoot,
    port: settings.port,
    logger: currentLogger(host),
    clock: io.clock,
    ...webDirOption(),
  };
}

/** What the server has to say belongs to the log of the run that it serves at the moment. */
function currentLogger(host: RunHost): Logger {
  return {
    debug: (fields, message) => host.current.logger.debug(fields, message),
    info: (fields, message) => host.current.logger.info(fields, message),
    warn: (fields, message) => host.current.logger.warn(fields, message),
    error: (fields, message) => host.current.logger.error(fields, message),
  };
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
