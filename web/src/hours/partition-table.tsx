import type { HourBody } from '../../../src/api/routes/hours.ts';
import { NO_VALUE } from '../format/cells.ts';
import { formatCount } from '../format/numbers.ts';
import { clockBeside } from '../pipeline/open-hour-words.ts';
import css from './hour-receipt.module.css';
import { type PartitionLine, partitionLines } from './receipt-model.ts';

/** Each partition's part of the receipt: frozen at closing, and what came after. */
export function PartitionTable({ body }: { readonly body: HourBody }) {
  const lines = partitionLines(body);
  if (lines.length === 0) return <p className={css.muted}>No partition has been heard of yet.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reached by keyboard
    <section className={css.scroll} tabIndex={0} aria-label="Receipts by partition">
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">partition</th>
            <th scope="col">counted</th>
            <th scope="col">late</th>
            <th scope="col">rejected</th>
            <th scope="col">duplicate</th>
            <th scope="col">received</th>
            <th scope="col">offsets</th>
            <th scope="col">watermark</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <Line key={line.partition} line={line} hour={body.hour} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Line({ line, hour }: { readonly line: PartitionLine; readonly hour: string }) {
  const { partition, counted, late, lateAfter, rejected, rejectedAfter, duplicate, received, offsets, watermark } =
    line;
  return (
    <tr>
      <th scope="row">{partition}</th>
      <td>{formatCount(String(counted))}</td>
      <td>{withAfter(late, lateAfter)}</td>
      <td>{withAfter(rejected, rejectedAfter)}</td>
      <td>{formatCount(String(duplicate))}</td>
      <td>{formatCount(String(received))}</td>
      <td>{offsets ?? 'no record'}</td>
      <td>{watermark === null ? NO_VALUE : clockBeside(hour, watermark)}</td>
    </tr>
  );
}

/** `2 + 10 after` where something came after closing. */
function withAfter(frozen: bigint, after: bigint): string {
  return after === 0n
    ? formatCount(String(frozen))
    : `${formatCount(String(frozen))} + ${formatCount(String(after))} after`;
}
