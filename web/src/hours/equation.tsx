import { Fragment } from 'react';
import type { HourBody } from '../../../src/api/routes/hours.ts';
import { formatCount } from '../format/numbers.ts';
import css from './hour-receipt.module.css';
import { afterClosing, equationOf, equationText, imbalance, partitionLines } from './receipt-model.ts';

/** What became of everything received, as a sum; and whether the partitions add up to the same. */
export function Equation({ body }: { readonly body: HourBody }) {
  const equation = equationOf(body);
  return (
    <section aria-label="What became of every record">
      <p className={css.equation} role="img" aria-label={equationText(equation)}>
        {equation.terms.map(({ name, count, meaning }, i) => (
          <Fragment key={name}>
            {i === 0 ? null : <span className={css.sign}>+</span>}
            <span className={css.term} title={meaning}>
              <strong>{formatCount(String(count))}</strong>
              <span>{name}</span>
            </span>
          </Fragment>
        ))}
        <span className={css.sign}>=</span>
        <span className={css.term}>
          <strong>{formatCount(String(equation.received))}</strong>
          <span>received</span>
        </span>
      </p>
      <Balance body={body} />
    </section>
  );
}

function Balance({ body }: { readonly body: HourBody }) {
  const difference = imbalance(body);
  const after = afterClosing(partitionLines(body));
  if (difference !== 0n && body.state === 'final') {
    return (
      <p role="alert" className={css.wrong}>
        The partitions' receipts add up to {formatCount(String(equationOf(body).received - difference))}: they differ by{' '}
        {formatCount(String(difference))}.
      </p>
    );
  }
  const late =
    after === 0n
      ? ''
      : ` ${formatCount(String(after))} of them came after closing: they stand beside the frozen receipt and changed no figure.`;
  return (
    <p className={css.muted}>
      {difference === 0n ? "The partitions' receipts add up to the same." : 'Counted on while this was read.'}
      {late}
    </p>
  );
}
