import { useLive, useRetry } from '../live/use-live.ts';
import { StateLine } from './state-line.tsx';
import { TextButton } from './text-button.tsx';
import { useNow } from './use-now.ts';
import { connectionWords } from './words.ts';

/** Says that the figures are old, or that the server is gone; nothing while all is well. */
export function ConnectionLine() {
  const connection = useLive((live) => live.connection);
  const run = useLive((live) => live.run?.run);
  const retry = useRetry();
  const { state } = connection;
  const now = useNow(state === 'stale' || state === 'broken');
  const words = connectionWords(connection, now, run);
  if (words === undefined || (state !== 'stale' && state !== 'broken')) return null;
  return (
    <StateLine kind={state} words={words}>
      {state === 'broken' && <TextButton onClick={retry}>Try now</TextButton>}
    </StateLine>
  );
}
