import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { HotStore } from '../hot-store/hot-store.ts';
import type { Metric } from '../metrics/metric.ts';
import type { RunStatus } from '../model/status.ts';
import type { EventTime } from '../model/time.ts';
import type { Logger } from '../observe/logger.ts';
import type { Replay } from '../replay/replay.ts';
import type { Clock } from '../time/clock.ts';

/** The Fastify instance with which routes are declared: schemas are zod's, and types follow from them. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/**
 * What the API shows: one run, live or finished. Members are read anew for every request: after a jump they are those of
 * the run that has taken the place of the one before.
 */
export interface ApiOptions {
  readonly store: HotStore;
  readonly metrics: readonly Metric[];
  status(): RunStatus;
  /** The replay under way; absent for a run that is only served. */
  readonly controls?: Replay;
  /** Goes on from another place of the trace, as a new run; absent where that cannot be. Throws REQUEST_INVALID. */
  jump?(to: JumpSpec): Promise<{ readonly run: string }>;
  /** The range that can be jumped to; the run's own where it cannot. */
  readonly traceRange: { readonly from: EventTime; readonly to: EventTime };
  /** Folds late events of final hours in [from, to) into these. */
  amend(range: { readonly from: EventTime; readonly to: EventTime }): Promise<readonly Amendment[]>;
  /** The owner's token: changing requests carry it, and every request does where the address is not loopback. */
  readonly token: string;
  /** Absolute folder inside which `POST /api/snapshot` may write. */
  readonly snapshotRoot: string;
  /** Folder of all runs' archives; those of the run lie in its folder `<run>`. */
  readonly archiveRoot: string;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Folder with the built dashboard; without one the API stands alone. */
  readonly webDir?: string;
}

/** Where a jump goes to. */
export interface JumpSpec {
  readonly to: EventTime;
  /** Hours before `to` that are played at full speed first, so that there is something to compare with. */
  readonly leadHours: number;
}

/** An hour that was computed once more, late events included. */
export interface Amendment {
  readonly hour: EventTime;
  readonly revision: number;
  readonly amended: number;
  readonly lateDuplicate: number;
}

/** Where the server listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}
