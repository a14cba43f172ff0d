import { type UseMutationResult, useMutation } from '@tanstack/react-query';
import { useLive } from '../live/use-live.ts';
import type { ApiProblem } from './problem.ts';
import { request } from './request.ts';
import { type TokenState, tokenOf } from './token.ts';
import { useToken, useTokenStore } from './use-token.ts';

/** What can be done to the film. What comes of it is told by the live stream. */
export interface ReplayControl {
  readonly token: TokenState;
  /** Whether the film obeys this page. */
  readonly canControl: boolean;
  /** Whether the film can go on from another place, as a new run. */
  readonly canJump: boolean;
  /** Why it cannot be controlled and what to do about it, in words; undefined where it can. */
  readonly why: string | undefined;
  readonly play: Command<void>;
  readonly pause: Command<void>;
  readonly speed: Command<number | 'max'>;
  /** Plays to the end of the hour in which the film is, then pauses. */
  readonly step: Command<void>;
  /** A new run that begins `leadHours` before `to`, an ISO-8601 time. */
  readonly jump: Command<{ readonly to: string; readonly leadHours: number }>;
}

export type Command<V> = UseMutationResult<unknown, ApiProblem, V>;

export function useReplayControl(): ReplayControl {
  const token = useToken();
  const controllable = useLive(({ run }) => run?.controllable ?? false);
  const jumpable = useLive(({ run }) => run?.jumpable ?? false);
  const known = useLive(({ run }) => run !== undefined);
  const given = token.state === 'given';
  return {
    token,
    canControl: given && controllable,
    canJump: given && jumpable,
    why: whyNot(token, known, controllable),
    play: useCommand('play', () => ({})),
    pause: useCommand('pause', () => ({})),
    speed: useCommand('speed', (speed: number | 'max') => ({ speed })),
    step: useCommand('step', () => ({})),
    jump: useCommand('jump', (jump: { readonly to: string; readonly leadHours: number }) => jump),
  };
}

function whyNot(token: TokenState, known: boolean, controllable: boolean): string | undefined {
  if (!known) return 'Waiting for the run.';
  if (!controllable) return 'This run is only served: there is no film to control.';
  if (token.state === 'none') return 'To control the film, open the link that the terminal printed.';
  if (token.state === 'refused')
    return 'The server does not know this page any more: open the link that the terminal printed.';
  return undefined;
}

function useCommand<V>(name: string, bodyOf: (given: V) => unknown): Command<V> {
  const store = useTokenStore();
  return useMutation<unknown, ApiProblem, V>({
    mutationFn: async (given) => {
      const token = tokenOf(store.get());
      try {
        return await request<unknown>(`/api/replay/${name}`, { body: bodyOf(given), token });
      } catch (error) {
        if (token !== undefined && isRefusal(error)) store.refuse(token);
        throw error;
      }
    },
  });
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'status' in error && error.status === 401;
}
