import { formatMoment, isoOf } from '../format/time.ts';
import css from './transport-bar.module.css';

/** The film's clock. It is no live region: nobody wants every second read out. */
export function FilmTime({ atMs }: { readonly atMs: number | undefined }) {
  const moment = atMs === undefined ? undefined : isoOf(Math.floor(atMs / 1_000) * 1_000);
  return (
    <div className={css.clock} role="timer" aria-label="Time of the film">
      <time dateTime={moment}>{moment === undefined ? '–' : formatMoment(moment)}</time>{' '}
      <span className={css.zone}>UTC</span>
    </div>
  );
}
