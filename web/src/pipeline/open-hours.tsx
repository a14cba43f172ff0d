import { Popover } from '@mantine/core';
import { useState } from 'react';
import { formatHour } from '../format/time.ts';
import { useLive } from '../live/use-live.ts';
import { useNow } from '../states/use-now.ts';
import { useChangeView } from '../view-state/use-view.ts';
import { type OpenHour, type OpenHourContext, openHourWords } from './open-hour-words.ts';
import css from './open-hours.module.css';

/** Why each open hour is still open. */
export function OpenHoursPopover() {
  const [opened, setOpened] = useState(false);
  const open = useLive(({ status }) => status?.openHours.length ?? 0);
  if (open === 0) return null;
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus returnFocus width="min(480px, 92vw)">
      <Popover.Target>
        <button type="button" className={css.why} onClick={() => setOpened(!opened)}>
          Why still open?
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Why hours are still open">
        <OpenHours onChoose={() => setOpened(false)} />
      </Popover.Dropdown>
    </Popover>
  );
}

/** More would be a page of its own. */
const MOST_HOURS = 6;

function OpenHours({ onChoose }: { readonly onChoose: () => void }) {
  const openHours = useLive(({ status }) => status?.openHours ?? []);
  const context = useOpenHourContext();
  const change = useChangeView();
  const more = openHours.length - MOST_HOURS;
  return (
    <div className={css.list}>
      {openHours.length === 0 ? <p>Every hour is final.</p> : null}
      {openHours.slice(0, MOST_HOURS).map((open) => (
        <section key={open.hour}>
          <h3 className={css.hour}>
            <button
              type="button"
              className={css.link}
              onClick={() => {
                onChoose();
                change({ receipt: open.hour });
              }}
            >
              {formatHour(open.hour)}
            </button>
          </h3>
          <WhyOpen open={open} context={context} />
        </section>
      ))}
      {more > 0 ? <p>and {more} later ones</p> : null}
    </div>
  );
}

/** What one open hour waits for. */
export function WhyOpen({ open, context }: { readonly open: OpenHour; readonly context: OpenHourContext }) {
  const { sentence, holders, others } = openHourWords(open, context);
  return (
    <>
      <p className={css.sentence}>{sentence}</p>
      <ul className={css.holders}>
        {holders.map(({ who, place, behind, since }) => (
          <li key={who + place}>
            <span>{who}</span>
            <span>{[place, behind, since].filter((part) => part !== undefined).join(', ')}</span>
          </li>
        ))}
        {others > 0 ? <li>and {others} more, further along</li> : null}
      </ul>
    </>
  );
}

/** What `WhyOpen` has to know of the run; moves with the wall. */
export function useOpenHourContext(): OpenHourContext {
  const nowMs = useNow(true);
  const at = useLive(({ status }) => status?.replay.at ?? '');
  const played = useLive(({ status }) => status?.replay.state !== 'idle' && status?.replay.state !== 'stopped');
  return { nowMs, at, played };
}
