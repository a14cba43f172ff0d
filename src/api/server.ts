import { SpillwayError } from '../errors.ts';
import { buildApp } from './app.ts';
import { isLoopback } from './guard.ts';
import type { Api, ApiOptions } from './options.ts';

export type { ApiOptions } from './options.ts';

/** How many ports are tried, the wanted one included. */
const PORTS_TRIED = 20;

export interface ServerOptions extends ApiOptions {
  /** Default 127.0.0.1. On any address but loopback every request needs the token. */
  readonly host?: string;
  /** Wanted port; where it is taken, the next free one. 0 is any free port. */
  readonly port: number;
}

export interface ApiServer {
  /** With the address at which this machine reaches it, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Stops listening and closes every connection. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Serves the API. Throws PORT_TAKEN if the wanted port and the next ones are taken, USAGE if the address is not this
 * machine's or the port needs rights that the process has not.
 */
export async function startServer(options: ServerOptions): Promise<ApiServer> {
  const { host = '127.0.0.1' } = options;
  if (!isLoopback(host) && options.token === '') {
    throw new SpillwayError('USAGE', `address ${host} can be reached by others, and there is no token to ask them for`);
  }
  const address = { host, port: options.port };
  const app = await buildApp(options, address);
  try {
    await listen(app, address);
  } catch (error) {
    await app.close();
    throw error;
  }
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    closed ??= app.close().then(() => undefined);
    await closed;
  };
  return { url: `http://${ownName(host)}:${address.port}`, port: address.port, close };
}

/** Listens at the first free port and leaves it in `address`, where the guard reads it. */
async function listen(app: Api, address: { readonly host: string; port: number }): Promise<void> {
  const { host, port: wanted } = address;
  const last = wanted === 0 ? 0 : Math.min(wanted + PORTS_TRIED - 1, 65_535);
  for (let port = wanted; port <= last; port++) {
    try {
      await app.listen({ host, port });
      const bound = app.server.address();
      address.port = bound !== null && typeof bound === 'object' ? bound.port : port;
      return;
    } catch (error) {
      if (codeOf(error) !== 'EADDRINUSE') throw listenError(error, host, port);
    }
  }
  const hint = 'choose another with --port';
  throw new SpillwayError('PORT_TAKEN', `the ports ${wanted} to ${last} of ${host} are all taken`, { hint });
}

function listenError(error: unknown, host: string, port: number): unknown {
  const found: Readonly<Record<string, readonly [string, string]>> = {
    EACCES: ['the system does not allow it', 'choose a port above 1023 with --port'],
    EADDRNOTAVAIL: ['this machine does not have that address', 'choose one of its own with --host'],
    ENOTFOUND: ['no such address', 'choose one of this machine with --host'],
  };
  const [reason, hint] = found[codeOf(error)] ?? [];
  if (reason === undefined || hint === undefined) return error;
  return new SpillwayError('USAGE', `listening on ${host}:${port}: ${reason}`, { hint, cause: error });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** The name under which this machine reaches an address: one that stands for all of them is no name to ask for. */
function ownName(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
