import { useContext, useEffect, useState } from 'react';
import { LiveContext } from '../live/use-live.ts';
import classes from './hidden.module.css';
import { announcement } from './words.ts';

/** Tells a screen reader what matters, once: a live region that nobody sees. */
export function Announcer() {
  const live = useContext(LiveContext);
  const [text, setText] = useState('');
  useEffect(() => {
    if (live === undefined) return;
    let before = live.get();
    return live.subscribe(() => {
      const after = live.get();
      const said = announcement(before, after);
      before = after;
      if (said !== undefined) setText(said);
    });
  }, [live]);
  return (
    <div role="status" aria-live="polite" className={classes.hidden}>
      {text}
    </div>
  );
}
