import { type UseMutationResult, useMutation } from '@tanstack/react-query';
import { ApiProblem } from './problem.ts';
import { request } from './request.ts';
import { type TokenState, tokenOf } from './token.ts';
import { useToken, useTokenStore } from './use-token.ts';

/** What can be done to the film, with the owner's token. What comes of it is told by the live stream. */
export interface ReplayControl {
  /** Without a given one every command is refused. */
  readonly token: TokenState;
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
  return {
    token: useToken(),
    play: useCommand('play', () => ({})),
    pause: useCommand('pause', () => ({})),
    speed: useCommand('speed', (speed: number | 'max') => ({ speed })),
    step: useCommand('step', () => ({})),
    jump: useCommand('jump', (jump: { readonly to: string; readonly leadHours: number }) => jump),
  };
}

function useCommand<V>(name: string, bodyOf: (given: V) => unknown): Command<V> {
  const store = useTokenStore();
  return useMutation<unknown, ApiProblem, V>({
    mutationFn: async (given) => {
      const token = tokenOf(store.get());
      try {
        return await request<unknown>(`/api/replay/${name}`, { body: bodyOf(given), token });
      } catch (error) {
        if (!isRefusal(error)) throw error;
        if (token !== undefined) store.refuse(token);
        throw new ApiProblem(
          401,
          error.code,
          'the server does not know this page',
          'open the link that the terminal printed',
        );
      }
    },
  });
}

function isRefusal(error: unknown): error is ApiProblem {
  return error instanceof ApiProblem && error.status === 401;
}
