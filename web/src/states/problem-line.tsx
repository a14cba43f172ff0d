import { useLive, useRetry } from '../live/use-live.ts';
import { useView } from '../view-state/use-view.ts';
import { DEFAULT_VIEW } from '../view-state/view-state.ts';
import { StateLine } from './state-line.tsx';
import { TextButton } from './text-button.tsx';
import { problemWords } from './words.ts';

/** Says what the server says is wrong. */
export function ProblemLine() {
  const problem = useLive((live) => live.problem);
  const [, change] = useView();
  const retry = useRetry();
  if (problem === undefined) return null;
  const { hour, tier, filters, where } = DEFAULT_VIEW;
  return (
    <StateLine kind="problem" words={problemWords(problem)}>
      {problem.code === 'REQUEST_INVALID' ? (
        <TextButton onClick={() => change({ hour, tier, filters, where })}>Show without filters</TextButton>
      ) : (
        <TextButton onClick={retry}>Try now</TextButton>
      )}
    </StateLine>
  );
}
