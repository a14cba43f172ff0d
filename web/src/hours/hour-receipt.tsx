import type { KeyboardEvent } from 'react';
import type { HourBody } from '../../../src/api/routes/hours.ts';
import { useHour } from '../api/queries.ts';
import { Dialog } from '../dialogs/dialog.tsx';
import { formatMoment, formatRange, HOUR_MS, isoOf, msOf } from '../format/time.ts';
import { useLive } from '../live/use-live.ts';
import { openHourOf } from '../pipeline/open-hour-words.ts';
import { useOpenHourContext, WhyOpen } from '../pipeline/open-hours.tsx';
import { useChangeView, useViewPart } from '../view-state/use-view.ts';
import { Equation } from './equation.tsx';
import css from './hour-receipt.module.css';
import { PartitionTable } from './partition-table.tsx';
import { Proof } from './proof.tsx';
import { neighbours, stateWords } from './receipt-model.ts';
import { ReceiptNav } from './receipt-nav.tsx';
import { Revisions } from './revisions.tsx';

/** What became of every record of the hour that `view.receipt` names. */
export function HourReceipt() {
  const hour = useViewPart((view) => view.receipt);
  const change = useChangeView();
  const run = useLive((live) => live.run);
  const beside = hour === undefined || run === undefined ? undefined : neighbours(hour, run);
  const go = (to: string | undefined): void => {
    if (to !== undefined) change({ receipt: to });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowLeft') go(beside?.previous);
    if (event.key === 'ArrowRight') go(beside?.next);
  };
  return (
    <Dialog
      opened={hour !== undefined}
      onClose={() => change({ receipt: undefined })}
      size="xl"
      title={hour === undefined ? undefined : `Receipt of ${hourRange(hour)} UTC`}
      onKeyDown={onKeyDown}
    >
      {hour === undefined ? null : (
        <div className={css.receipt}>
          <ReceiptNav previous={beside?.previous} next={beside?.next} go={go} />
          <Receipt hour={hour} />
        </div>
      )}
    </Dialog>
  );
}

function hourRange(hour: string): string {
  return formatRange(hour, isoOf(msOf(hour) + HOUR_MS));
}

function Receipt({ hour }: { readonly hour: string }) {
  const { data, error } = useHour(hour);
  if (error !== null && data === undefined) {
    return (
      <p role="alert" className={css.wrong}>
        {[error.message, error.hint].filter((part) => part !== undefined).join('; ')}
      </p>
    );
  }
  if (data === undefined) return <p className={css.muted}>Asking for the receipt…</p>;
  return (
    <>
      <State body={data} />
      <Equation body={data} />
      <PartitionTable body={data} />
      {data.revision > 1 ? <Revisions hour={data.hour} /> : null}
      <Proof />
    </>
  );
}

/** Open, final or amended, what that means, and for an open hour what it waits for. */
function State({ body }: { readonly body: HourBody }) {
  const { word, meaning } = stateWords(body);
  return (
    <section aria-label="State">
      <p className={css.state} data-state={body.state}>
        <strong>{word}</strong> {meaning}
      </p>
      {body.state === 'open' ? <Waiting body={body} /> : null}
      {body.state === 'final' && body.finalized_at !== null ? (
        <p className={css.muted}>
          Closed at {formatMoment(body.finalized_at)} UTC on the wall
          {body.watermark === null ? '' : `, when every partition was complete up to ${formatMoment(body.watermark)}`}.
        </p>
      ) : null}
    </section>
  );
}

function Waiting({ body }: { readonly body: HourBody }) {
  const context = useOpenHourContext();
  // The status is a second old at most; the hour is asked for more seldom.
  const told = useLive(({ status }) => status?.openHours.find(({ hour }) => hour === body.hour));
  if (told === undefined && msOf(body.hour) >= msOf(context.at)) return <p>The film has not come to this hour yet.</p>;
  return <WhyOpen open={told ?? openHourOf(body)} context={context} />;
}
