import { useEffect, useState } from 'react';
import { formatMoment } from '../format/time.ts';
import { useLive } from '../live/use-live.ts';
import { StateLine } from './state-line.tsx';
import { TextButton } from './text-button.tsx';

/** After so many wall milliseconds the header alone says which run it is. */
const SHOWN_MS = 60_000;

/** Says that another run has taken the place of the one before. */
export function ReplacedLine() {
  const replaced = useLive((live) => live.replaced);
  const run = useLive((live) => live.run);
  const [seen, setSeen] = useState(replaced);
  useEffect(() => {
    if (replaced === seen) return;
    const timer = setTimeout(() => setSeen(replaced), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [replaced, seen]);
  if (replaced === seen || run === undefined) return null;
  const text = `The one before stopped where it was and can be looked at under its name. This one begins ${formatMoment(run.from)} UTC.`;
  return (
    <StateLine kind="replaced" words={{ title: `Now playing: run ${run.run}.`, text }}>
      <TextButton onClick={() => setSeen(replaced)}>Close</TextButton>
    </StateLine>
  );
}
