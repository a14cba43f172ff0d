import { existsSync } from 'node:fs';
import type { Command } from './command.ts';
import { Interrupted } from './failure.ts';
import { injectedText } from './injected.ts';
import { runPaths } from './layout.ts';
import { announce, newToken, refuseIfOwned } from './ownership.ts';
import { runNotFound } from './run-reader.ts';
import { sameCommand } from './words.ts';

export const serve: Command = {
  name: 'serve',
  summary: 'Serve a finished or idle run over HTTP.',
  examples: ['spillway serve --data-dir ./data --run march --port 8080'],
  async run(call) {
    const { io, settings } = call;
    const { port, run } = settings;
    const paths = runPaths(settings, run);
    if (!existsSync(paths.store)) throw runNotFound(settings, run, io.cwd);
    await refuseIfOwned(paths.dir);
    const [{ createLogger }, { openCorrections }, { startServer }, { idleStatus }] = await Promise.all([
      import('../observe/logger.ts'),
      import('./corrections.ts'),
      import('../api/server.ts'),
      import('./idle-status.ts'),
    ]);
    const logger = createLogger(settings.logLevel, paths.log);
    const { store, amend, close } = await openCorrections(settings, paths, io.clock, logger);
    try {
      const now = await idleStatus(store);
      const token = newToken();
      const server = await startServer({
        ...{ store, metrics: store.metrics, status: () => now, amend },
        ...{ traceRange: store.manifest, token, snapshotRoot: paths.dir, port, logger, clock: io.clock },
      });
      const withdraw = announce({ dir: paths.dir, run, address: server.url, token }, io);
      const injected = injectedText(store.manifest);
      if (injected !== undefined) io.stderr.write(`${injected}\n`);
      io.stderr.write(`serving run ${run} at ${server.url} until Ctrl-C\n`);
      await new Promise<void>((resolve) => io.interrupts.listen(resolve));
      withdraw();
      await server.close();
      throw new Interrupted(`stopped. Serve it again with: ${sameCommand(call)}`);
    } finally {
      await close();
    }
  },
};
