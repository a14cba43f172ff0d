/** A message that has come to the browser: so many events of `part` (all, or those of one hour) are in what it shows. */
export interface Receipt {
  readonly part: string;
  /** Wall milliseconds. */
  readonly atMs: number;
  readonly count: number;
}

/** The event of rank `rank` (from 1, in the order of sending) of its part. */
export interface SentEvent {
  readonly part: string;
  readonly rank: number;
  /** Wall milliseconds. */
  readonly sentMs: number;
}

/** For each event the milliseconds from its sending to the first message that includes it; none if there was none. */
export function agesMs(events: readonly SentEvent[], receipts: readonly Receipt[]): number[] {
  const raises = raisesByPart(receipts);
  return events.flatMap(({ part, rank, sentMs }) => {
    const first = firstAtLeast(raises.get(part) ?? [], rank);
    return first === undefined ? [] : [first.atMs - sentMs];
  });
}

/** Per part, the messages that include more than all before them, in order of time. */
function raisesByPart(receipts: readonly Receipt[]): Map<string, Receipt[]> {
  const raises = new Map<string, Receipt[]>();
  for (const receipt of [...receipts].sort((a, b) => a.atMs - b.atMs)) {
    const known = raises.get(receipt.part) ?? [];
    if (receipt.count <= (known.at(-1)?.count ?? 0)) continue;
    known.push(receipt);
    raises.set(receipt.part, known);
  }
  return raises;
}

function firstAtLeast(raises: readonly Receipt[], rank: number): Receipt | undefined {
  let [low, high] = [0, raises.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((raises[middle]?.count ?? 0) < rank) low = middle + 1;
    else high = middle;
  }
  return raises[low];
}

/** The value of rank ceil(q n); NaN where there is none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

/** The slope of the least-squares line through the points, in units of y per unit of x; NaN for fewer than two. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const n = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / n;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / n;
  const covariance = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const variance = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return variance === 0 ? Number.NaN : covariance / variance;
}

/**
 * The wall milliseconds at which a film played at `speed` is due at 1970, from which every event's time of sending
 * follows. Each look at the run says where the film is (`at`) and how long ago that was due (`driftMs`), as of some
 * moment between asking and the answer: what all looks agree on is the plan, to within the shortest answer's time.
 */
export function planOrigin(looks: readonly Look[], speed: number): number {
  const earliest = Math.max(...looks.map(({ askedMs, driftMs, atMs }) => askedMs - driftMs - atMs / speed));
  const latest = Math.min(...looks.map(({ answeredMs, driftMs, atMs }) => answeredMs - driftMs - atMs / speed));
  if (!(earliest <= latest + CLOCK_STEP_MS)) throw new Error(`the film keeps no plan: ${earliest} .. ${latest}`);
  return Math.min(earliest, latest);
}

export interface Look {
  readonly askedMs: number;
  readonly answeredMs: number;
  readonly driftMs: number;
  /** The film's place, milliseconds since 1970. */
  readonly atMs: number;
}

/** What the clock on the wall tells whole milliseconds of. */
const CLOCK_STEP_MS = 2;
