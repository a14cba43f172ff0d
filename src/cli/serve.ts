import { existsSync } from 'node:fs';
import { openBrowser } from './browser.ts';
import type { Command } from './command.ts';
import { dashboardAddress, isBuilt, NOT_BUILT, webDirOption } from './dashboard.ts';
import { Interrupted } from './failure.ts';
import { injectedText } from './injected.ts';
import { runPaths } from './layout.ts';
import { announce, refuseIfOwned } from './ownership.ts';
import { runNotFound } from './run-reader.ts';
import { keptToken } from './token.ts';
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
      const token = keptToken(settings.dataDir);
      const server = await startServer({
        ...{ store, metrics: store.metrics, status: () => now, amend },
        ...{
          traceRange: store.manifest,
          token,
          snapshotRoot: paths.dir,
          archiveRoot: paths.archiveRoot,
          port,
          logger,
          clock: io.clock,
          ...webDirOption(),
        },
      });
      const withdraw = announce({ dir: paths.dir, run, address: server.url, token }, io);
      const injected = injectedText(store.manifest);
      if (injected !== undefined) io.stderr.write(`${injected}\n`);
      const address = dashboardAddress(server.url, token);
      if (!isBuilt()) io.stderr.write(`${NOT_BUILT}\n`);
      // An address is copied whole only from a line of its own.
      io.stderr.write(`serving run ${run} until Ctrl-C:\n${address}\n`);
      if (settings.open) openBrowser(address, io, (text) => io.stderr.write(`${text}:\n${address}\n`));
      await new Promise<void>((resolve) => io.interrupts.listen(resolve));
      withdraw();
      await server.close();
      throw new Interrupted(`stopped. Serve it again with: ${sameCommand(call)}`);
    } finally {
      await close();
    }
  },
};
