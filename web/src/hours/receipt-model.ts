import type { HourBody } from '../../../src/api/routes/hours.ts';
import { formatCount } from '../format/numbers.ts';
import { HOUR_MS, isoOf, msOf } from '../format/time.ts';

type Receipt = HourBody['receipts'][number];

/** A term of the sum that a receipt is. */
export interface Term {
  readonly name: 'counted' | 'late' | 'rejected' | 'duplicate';
  readonly count: bigint;
  readonly meaning: string;
}

/** counted + late + rejected + duplicate = received. */
export interface Equation {
  readonly terms: readonly Term[];
  readonly received: bigint;
}

const MEANINGS: Readonly<Record<Term['name'], string>> = {
  counted: 'part of the figures of this hour',
  late: 'came after the hour and the lateness',
  rejected: 'failed a sanity check',
  duplicate: 'had been counted already',
};

/** What became of all that was received for an hour. */
export function equationOf(hour: Pick<HourBody, Term['name']>): Equation {
  const names: readonly Term['name'][] = ['counted', 'late', 'rejected', 'duplicate'];
  const terms = names.map((name) => ({ name, count: BigInt(hour[name]), meaning: MEANINGS[name] }));
  return { terms, received: sum(terms.map(({ count }) => count)) };
}

/** `91,204 counted + 12 late + 41 rejected + 0 duplicate = 91,257 received`. */
export function equationText({ terms, received }: Equation): string {
  const text = terms.map(({ name, count }) => `${formatCount(String(count))} ${name}`).join(' + ');
  return `${text} = ${formatCount(String(received))} received`;
}

/** One partition's part: what stood in the receipt when the hour was closed, and what came after. */
export interface PartitionLine {
  readonly partition: number;
  readonly state: Receipt['state'];
  readonly counted: bigint;
  readonly late: bigint;
  readonly lateAfter: bigint;
  readonly rejected: bigint;
  readonly rejectedAfter: bigint;
  readonly duplicate: bigint;
  readonly received: bigint;
  /** `1,204 – 9,411`; undefined without a record. */
  readonly offsets: string | undefined;
  readonly watermark: string | null;
}

export function partitionLines({ receipts }: Pick<HourBody, 'receipts'>): PartitionLine[] {
  return receipts.map((receipt) => {
    const parts = {
      counted: BigInt(receipt.counted),
      late: BigInt(receipt.late),
      lateAfter: BigInt(receipt.late_after),
      rejected: BigInt(receipt.rejected),
      rejectedAfter: BigInt(receipt.rejected_after),
      duplicate: BigInt(receipt.duplicate),
    };
    const { partition, state, watermark } = receipt;
    return { partition, state, ...parts, received: sum(Object.values(parts)), offsets: offsetsOf(receipt), watermark };
  });
}

function offsetsOf({ first_offset, last_offset }: Receipt): string | undefined {
  if (first_offset === null || last_offset === null) return undefined;
  return `${formatCount(first_offset)} – ${formatCount(last_offset)}`;
}

/**
 * By how many records the hour's line and its partitions' receipts differ; 0 if they balance. Only a final hour has to:
 * of an open one the two may be from different moments.
 */
export function imbalance(hour: HourBody): bigint {
  return equationOf(hour).received - sum(partitionLines(hour).map(({ received }) => received));
}

/** Records that came after the hour was closed: they stand beside the frozen receipt. */
export function afterClosing(lines: readonly PartitionLine[]): bigint {
  return sum(lines.map(({ lateAfter, rejectedAfter }) => lateAfter + rejectedAfter));
}

/** What the state of an hour means, in words. */
export function stateWords({ state, revision }: Pick<HourBody, 'state' | 'revision'>): {
  readonly word: string;
  readonly meaning: string;
} {
  if (state === 'open') return { word: 'open', meaning: 'Provisional: its figures grow until the hour is closed.' };
  if (state === 'skipped') return { word: 'skipped', meaning: 'This run does not have the hour.' };
  if (revision <= 1) return { word: 'final', meaning: 'Closed: its figures do not change, but by a new revision.' };
  return { word: `amended, revision ${revision}`, meaning: 'Closed, and computed once more with what came late.' };
}

/** Hours beside this one, within the run. */
export function neighbours(hour: string, run: { readonly from: string; readonly to: string }) {
  const within = (ms: number): string | undefined =>
    ms >= msOf(run.from) && ms < msOf(run.to) ? isoOf(ms) : undefined;
  return { previous: within(msOf(hour) - HOUR_MS), next: within(msOf(hour) + HOUR_MS) };
}

function sum(counts: readonly bigint[]): bigint {
  return counts.reduce((total, count) => total + count, 0n);
}
