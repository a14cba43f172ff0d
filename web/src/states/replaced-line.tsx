import { useEffect, useState } from 'react';
import { useLive } from '../live/use-live.ts';
import { StateLine } from './state-line.tsx';
import { TextButton } from './text-button.tsx';
import { replacedWords } from './words.ts';

/** After so many wall milliseconds the header alone says which run it is. */
const SHOWN_MS = 60_000;

/** Says that another run has taken the place of the one before. */
export function ReplacedLine() {
  const replaced = useLive((live) => live.replaced);
  const run = useLive((live) => live.run);
  const [seen, setSeen] = useState(replaced);
  const before = useNameBefore(run?.run);
  useEffect(() => {
    if (replaced === seen) return;
    const timer = setTimeout(() => setSeen(replaced), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [replaced, seen]);
  if (replaced === seen || run === undefined) return null;
  return (
    <StateLine kind="replaced" words={replacedWords(run, before)}>
      <TextButton onClick={() => setSeen(replaced)}>Close</TextButton>
    </StateLine>
  );
}

/** The name that was shown before this one. */
function useNameBefore(name: string | undefined): string | undefined {
  const [names, setNames] = useState<{ readonly name: string | undefined; readonly before?: string | undefined }>({
    name,
  });
  if (names.name === name) return names.before;
  setNames({ name, before: names.name });
  return names.name;
}
