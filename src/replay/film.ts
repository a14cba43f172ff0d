import type { Session } from '../engine/session.ts';
import { faultsOf, faultsText, NO_FAULTS } from '../model/faults.ts';
import type { Manifest } from '../model/manifest.ts';
import type { ReplayTime } from '../model/time.ts';
import { eventTime, replayTime } from '../model/time.ts';
import type { Trace } from '../trace/trace.ts';
import { DisturbedSource } from './disturbed.ts';
import type { Reel, Skip, Span } from './reel.ts';
import { ReelLoader } from './reel.ts';
import { createRoutes } from './routes.ts';
import type { Silence } from './silence.ts';
import { filmEnd, silenceOf } from './silence.ts';
import { UndisturbedSource } from './undisturbed.ts';

/** Events of a reel: large enough to read Parquet well, small enough that two of them are little memory. */
const REEL_ROWS = 120_000;

/** What a run sends, from any place on: pieces of it are loaded ahead, each while the one before it plays. */
export interface Film {
  readonly end: ReplayTime;
  /** How far watermarks stay behind, microseconds: the longest delay of an event that is on time. */
  readonly delayMicros: number;
  readonly silence: Silence | undefined;
  /** Every reel from `start` on. `skip` names what is not wanted. May be asked for once. */
  reels(start: ReplayTime, skip: Skip, signal: AbortSignal): AsyncGenerator<Reel>;
  close(): void;
}

/** The film of a run. `reelRows`: about how many events a reel has; no influence on what is sent. */
export async function openFilm(trace: Trace, manifest: Manifest, reelRows = REEL_ROWS): Promise<Film> {
  const faults = faultsOf(manifest);
  const end = filmEnd(manifest, faults);
  const loading = await trace.session();
  await createRoutes(loading, trace, manifest);
  const source = sourceOf({ trace, manifest, session: loading, reelRows });
  const loader = new ReelLoader(source, loading, await trace.session());
  return {
    end,
    delayMicros: faults.disorderMicros,
    silence: silenceOf(manifest, faults),
    reels: (start, skip, signal) =>
      reelsOf(loader, { start, spans: spansOf(trace, manifest, { start, end, reelRows }), skip, signal }),
    close: () => loader.close(),
  };
}

function sourceOf(of: { trace: Trace; manifest: Manifest; session: Session; reelRows: number }) {
  const { trace, manifest, session, reelRows } = of;
  // Nothing to compute, nothing to set aside: the way that costs least is a way of its own.
  if (manifest.faults === faultsText(NO_FAULTS)) return new UndisturbedSource(trace, manifest, session);
  return new DisturbedSource(trace, manifest, session, reelRows);
}

/** The pieces of the film from `start` on: as long as events arrive, of about as many each; then the rest. */
function spansOf(
  trace: Trace,
  manifest: Manifest,
  { start, end, reelRows }: { start: ReplayTime; end: ReplayTime; reelRows: number },
): readonly Span[] {
  const { to } = manifest;
  const slices = start < to ? trace.slices({ from: eventTime(start), to }, reelRows) : [];
  const rest = replayTime(Math.max(start, to));
  return [
    ...slices.map((slice) => ({ from: replayTime(slice.from), to: replayTime(slice.to) })),
    ...(rest < end ? [{ from: rest, to: end }] : []),
  ];
}

async function* reelsOf(
  loader: ReelLoader,
  of: { start: ReplayTime; spans: readonly Span[]; skip: Skip; signal: AbortSignal },
): AsyncGenerator<Reel> {
  const { start, spans, skip, signal } = of;
  let firstSeq = await loader.seek(start);
  const load = (index: number): Promise<Reel> | undefined => {
    const span = spans[index];
    return span === undefined || signal.aborted ? undefined : loader.load(span, firstSeq, skip);
  };
  let next = load(0);
  try {
    for (let index = 0; next !== undefined; index++) {
      const reel = await next;
      firstSeq += reel.rows;
      next = load(index + 1);
      // An error of the reel being loaded ahead is met when its turn comes.
      next?.catch(() => undefined);
      yield reel;
    }
  } finally {
    // A connection that is closed under its statement never lets the process end.
    await next?.catch(() => undefined);
  }
}
