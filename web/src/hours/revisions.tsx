import type { RevisionsBody } from '../../../src/api/routes/revisions.ts';
import { useRevisions } from '../api/queries.ts';
import { NO_VALUE, words } from '../format/cells.ts';
import { formatCount } from '../format/numbers.ts';
import { formatMoment } from '../format/time.ts';
import css from './hour-receipt.module.css';
import { lastChange, type MeasureDiff, madeWords } from './revision-diff.ts';

/** The figures of an amended hour before and after, side by side. */
export function Revisions({ hour }: { readonly hour: string }) {
  const { data, error } = useRevisions(hour);
  if (error !== null && data === undefined) return <p className={css.wrong}>{error.message}</p>;
  if (data === undefined) return <p className={css.muted}>Asking for the revisions…</p>;
  return (
    <section aria-label="Revisions">
      <h3 className={css.heading}>What the revisions changed</h3>
      <ol className={css.revisions}>
        {data.revisions.map((one) => (
          <li key={one.revision} value={one.revision}>
            {madeWords(one)}
            {one.events === null ? '' : `, ${formatCount(one.events)} events counted`}
            {one.madeAt === null ? '' : `, ${formatMoment(one.madeAt)} UTC on the wall`}
          </li>
        ))}
      </ol>
      <Change revisions={data.revisions} />
    </section>
  );
}

function Change({ revisions }: Pick<RevisionsBody, 'revisions'>) {
  const diff = lastChange(revisions);
  if (diff === undefined) return null;
  const { before, after, changed, unchanged, problems } = diff;
  return (
    <>
      {changed.length === 0 ? (
        <p className={css.muted}>No figure is another than in revision {before.revision}.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reached by keyboard
        <section className={css.scroll} tabIndex={0} aria-label="Figures before and after">
          <table className={css.table}>
            <thead>
              <tr>
                <th scope="col">figure</th>
                <th scope="col">revision {before.revision}</th>
                <th scope="col">revision {after.revision}</th>
                <th scope="col">difference</th>
              </tr>
            </thead>
            <tbody>
              {changed.map((one) => (
                <DiffLine key={`${one.metric}.${one.measure}`} diff={one} />
              ))}
            </tbody>
          </table>
        </section>
      )}
      {unchanged.length === 0 ? null : (
        <p className={css.muted}>The same as before: {unchanged.map(words).join(', ')}.</p>
      )}
      {problems.map(({ metric, problem }) => (
        <p key={metric} className={css.muted}>
          {words(metric)}: {problem}
        </p>
      ))}
    </>
  );
}

function DiffLine({ diff }: { readonly diff: MeasureDiff }) {
  const { metric, measure, before, after, difference } = diff;
  const write = (value: bigint | undefined): string => (value === undefined ? NO_VALUE : formatCount(String(value)));
  return (
    <tr>
      <th scope="row">
        {words(metric)}: {words(measure)}
      </th>
      <td>{write(before)}</td>
      <td>{write(after)}</td>
      <td>{difference > 0n ? `+${write(difference)}` : write(difference)}</td>
    </tr>
  );
}
