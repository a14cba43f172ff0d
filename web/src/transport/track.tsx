import { type MouseEvent, useState } from 'react';
import type { StatusMessage } from '../../../src/api/live/messages.ts';
import { formatDay, formatMoment, isoOf } from '../format/time.ts';
import { dayTicks, finalUntil, momentAt, type Span, shareOf } from './timeline.ts';
import css from './track.module.css';

interface TrackProps {
  readonly status: StatusMessage;
  readonly jumpable: boolean;
  /** Somebody points at a moment of the run and wants the film to go there. */
  readonly onJump: (ms: number) => void;
}

/** The run from its first hour to its end: what is final, what is open, where the film is. */
export function Track({ status, jumpable, onJump }: TrackProps) {
  const [pointed, setPointed] = useState<number>();
  const atMs = Date.parse(status.replay.at);
  const span: Span = { fromMs: Date.parse(status.replay.from), toMs: Date.parse(status.replay.to) };
  const place = (event: MouseEvent): number => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    // Enter and Space on the button have no place: they ask about where the film is.
    return event.detail === 0 && event.type === 'click' ? atMs : momentAt(span, (event.clientX - left) / width);
  };
  const film = shareOf(span, atMs);
  const final = Math.min(film, shareOf(span, finalUntil(span, status.processor.lastFinal)));
  return (
    <div className={css.track}>
      <span className={css.end}>{formatDay(status.replay.from)}</span>
      <button
        type="button"
        className={css.bar}
        disabled={!jumpable}
        aria-label={`${placeWords(film, final)}${jumpable ? '. Jump to another place' : ''}`}
        onClick={(event) => onJump(place(event))}
        onMouseMove={(event) => setPointed(place(event))}
        onMouseLeave={() => setPointed(undefined)}
      >
        <span className={css.open} style={{ width: percent(film) }} />
        <span className={css.final} style={{ width: percent(final) }} />
        {dayTicks(span).map(({ ms, share }) => (
          <span key={ms} className={css.tick} style={{ left: percent(share) }} />
        ))}
        <span className={css.head} style={{ left: percent(film) }} />
        {pointed === undefined ? null : (
          <span
            className={css.pointed}
            style={{ left: `clamp(90px, ${percent(shareOf(span, pointed))}, 100% - 90px)` }}
          >
            {pointedText(pointed, jumpable)}
          </span>
        )}
      </button>
      <span className={css.end}>{formatDay(status.replay.to)}</span>
    </div>
  );
}

function placeWords(film: number, final: number): string {
  return `The film is ${Math.floor(film * 100)} % through the run, ${Math.floor(final * 100)} % is final`;
}

function pointedText(ms: number, jumpable: boolean): string {
  const moment = formatMoment(isoOf(Math.floor(ms / 60_000) * 60_000)).slice(0, -3);
  return jumpable ? `${moment} UTC: click to jump` : `${moment} UTC`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(3)}%`;
}
