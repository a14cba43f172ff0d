import { formatMoment, isoOf } from '../format/time.ts';
import css from './transport-bar.module.css';
import { useFilmClock } from './use-film-clock.ts';

/** The film's clock, drawn by itself several times a second. It is no live region: nobody wants that read out. */
export function FilmTime() {
  const atMs = useFilmClock();
  const moment = atMs === undefined ? undefined : isoOf(Math.floor(atMs / 1_000) * 1_000);
  return (
    <div className={css.clock} role="timer" aria-label="Time of the film">
      <time dateTime={moment}>{moment === undefined ? '–' : formatMoment(moment)}</time>{' '}
      <span className={css.zone}>UTC</span>
    </div>
  );
}
