import { QueryClient, type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { LiveState } from '../live/live-state.ts';
import { useLive } from '../live/use-live.ts';
import type { Store } from '../store/store.ts';
import type { HourBody, InstancesBody, MetricsBody, RevisionsBody, TopBody } from './answers.ts';
import type { ApiProblem } from './problem.ts';
import { request } from './request.ts';
import { tokenOf } from './token.ts';
import { useToken } from './use-token.ts';

export { type ReplayControl, useReplayControl } from './use-replay-control.ts';

/** How often what an open hour says is asked again, wall milliseconds. */
const OPEN_HOUR_EVERY_MS = 2_000;
/** How often it is asked whether there are new instances, wall milliseconds. */
const INSTANCES_EVERY_MS = 30_000;

const METRICS = '/api/metrics';

/** What is asked besides the live stream. What has been told stays true until the stream says that it changed. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // This machine's own server answers without any network, too.
        networkMode: 'always',
        staleTime: Number.POSITIVE_INFINITY,
        refetchOnWindowFocus: false,
        // What the server refuses it would refuse again; where it is gone, `askAgainOnReturn` does the rest.
        retry: (failures, error) => failures < 3 && 'unreachable' in error && error.unreachable === true,
        retryDelay: (failures) => Math.min(500 * 2 ** failures, 4_000),
      },
      mutations: { networkMode: 'always' },
    },
  });
}

/** Asks everything anew once a server that was gone is back: it may be another one, and what failed meanwhile may not. */
export function askAgainOnReturn(client: QueryClient, live: Store<LiveState>): void {
  let was = live.get().connection.state;
  live.subscribe(() => {
    const is = live.get().connection.state;
    if (was === 'broken' && is === 'live') void client.invalidateQueries();
    was = is;
  });
}

/** Every metric of the run with its panel; asked again when another run has taken its place or a metric has failed. */
export function useMetrics(): UseQueryResult<MetricsBody, ApiProblem> {
  const failed = useLive(({ status }) => Object.keys(status?.processor.failedMetrics ?? {}).join(','));
  return useQuery(useQuestion<MetricsBody>(METRICS, [failed]));
}

/** One hour with its receipts and, while it is open, what holds it open. Nothing is asked for `undefined`. */
export function useHour(hour: string | undefined): UseQueryResult<HourBody, ApiProblem> {
  const line = useLive(({ hours }) => hours.find((one) => one.hour === hour));
  const version = [line?.state, line?.revision, line?.late, line?.rejected, line?.duplicate];
  return useQuery(
    useQuestion<HourBody>(
      hour === undefined ? undefined : `/api/hours/${hour}`,
      version,
      line?.state === 'open' ? OPEN_HOUR_EVERY_MS : undefined,
    ),
  );
}

/** What each revision of an hour counted. Nothing is asked for `undefined`. */
export function useRevisions(hour: string | undefined): UseQueryResult<RevisionsBody, ApiProblem> {
  const revision = useLive(({ hours }) => hours.find((one) => one.hour === hour)?.revision);
  return useQuery(
    useQuestion<RevisionsBody>(hour === undefined ? undefined : `/api/hours/${hour}/revisions`, [revision]),
  );
}

/** The instances that the run has heard of, with their queries so far. */
export function useInstances(): UseQueryResult<InstancesBody, ApiProblem> {
  // Not with every hour: at full speed that would be all the time.
  const begun = useLive(({ status }) => (status?.processor.counted ?? 0) > 0);
  return useQuery(useQuestion<InstancesBody>('/api/instances', [begun], INSTANCES_EVERY_MS));
}

/** As many values of a key as anybody looks through. */
const MOST_VALUES = 250;

/** The values of a metric's key in the hours in view, whatever is filtered, those with most of its first measure first. */
export function useKeyValues(metric: string, key: string): UseQueryResult<TopBody, ApiProblem> {
  const from = useLive((live) => live.window?.from);
  const to = useLive((live) => live.window?.to);
  const query = new URLSearchParams({ group: key, k: String(MOST_VALUES), from: from ?? '', to: to ?? '' });
  return useQuery(useQuestion<TopBody>(from === undefined ? undefined : `/api/metrics/${metric}/top?${query}`, []));
}

/** Asks for what `useMetrics` is going to ask for. Never fails: who shows it says what is wrong. */
export function prefetchMetrics(client: QueryClient, token: string | undefined): Promise<void> {
  return client.prefetchQuery(questionOf<MetricsBody>(METRICS, { run: 0, token, version: [''] }));
}

/** An answer of the run that is shown, asked again when what `version` holds changes. */
function useQuestion<T>(path: string | undefined, version: readonly unknown[], everyMs?: number) {
  // Not its name: that is known only once the stream has begun, and what is asked before is of the same run.
  const run = useLive((live) => live.replaced);
  const token = tokenOf(useToken());
  return { ...questionOf<T>(path, { run, token, version }), refetchInterval: everyMs ?? (false as const) };
}

interface Asked {
  /** How many runs have been shown before. */
  readonly run: number;
  readonly token: string | undefined;
  readonly version: readonly unknown[];
}

function questionOf<T>(path: string | undefined, { run, token, version }: Asked) {
  return {
    queryKey: [path, run, token, ...version],
    queryFn: ({ signal }: { readonly signal: AbortSignal }) => request<T>(path ?? '', { token, signal }),
    enabled: path !== undefined,
    // While a newer version is asked for the older one stays, but no figures of another hour or run in place of these.
    placeholderData: (before: T | undefined, query: { readonly queryKey: readonly unknown[] } | undefined) =>
      query?.queryKey[0] === path && query?.queryKey[1] === run ? before : undefined,
  };
}
