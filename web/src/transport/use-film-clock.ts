import { useEffect, useState } from 'react';
import { useLive } from '../live/use-live.ts';
import { filmAt, filmSample } from './film-clock.ts';

/** Often enough for seconds that tick, seldom enough to cost nothing. */
const TICK_MS = 250;

/**
 * Where the film is, event milliseconds: carried on between statuses while it plays, standing still while it is paused
 * or nothing is heard of it. Undefined before the first status.
 */
export function useFilmClock(): number | undefined {
  const status = useLive((live) => live.status);
  const heard = useLive(({ connection }) => connection.state === 'live');
  const [shownMs, setShownMs] = useState<number>();
  useEffect(() => {
    if (!heard || status === undefined) return;
    const sample = filmSample(status, performance.now());
    const tick = (): void => setShownMs((before) => filmAt(sample, performance.now(), before));
    tick();
    if (!sample.playing) return;
    const timer = setInterval(tick, TICK_MS);
    return () => clearInterval(timer);
  }, [status, heard]);
  return status === undefined ? undefined : shownMs;
}
