import { type UseMutationResult, useMutation } from '@tanstack/react-query';
import type { ApiProblem } from './problem.ts';
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
        if (token !== undefined && isRefusal(error)) store.refuse(token);
        throw error;
      }
    },
  });
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'status' in error && error.status === 401;
}
