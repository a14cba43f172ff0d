import { useEffect, useState } from 'react';
import type { ApiProblem } from '../api/problem.ts';
import { useReplayControl } from '../api/queries.ts';
import { useLive } from '../live/use-live.ts';
import { faster, type Speed, slower } from './speeds.ts';
import { type Player, playerOf } from './transport-model.ts';

/** The player and what can be done with it. */
export interface PlayerControls {
  readonly player: Player;
  /** Whether it plays, as far as was asked for. */
  readonly playing: boolean;
  /** The speed, as far as was asked for. */
  readonly speed: Speed | undefined;
  /** Why the last command came to nothing. */
  readonly problem: string | undefined;
  readonly toggle: () => void;
  readonly setSpeed: (speed: Speed) => void;
  readonly slower: () => void;
  readonly faster: () => void;
  readonly step: () => void;
}

/** What was asked for and no status has confirmed yet: shown at once, so that a click is felt. */
interface Asked {
  readonly playing?: boolean;
  readonly speed?: Speed;
}

/** A status may have been on its way when the command came: then it is believed no longer than this. */
const CONFIRMED_WITHIN_MS = 2_500;

export function usePlayer(): PlayerControls {
  const status = useLive((live) => live.status);
  const run = useLive((live) => live.run);
  const connection = useLive((live) => live.connection.state);
  const control = useReplayControl();
  const [asked, setAsked] = useState<Asked>({});
  const [problem, setProblem] = useState<string>();
  useForgotten(asked, setAsked);
  const player = playerOf({ connection, run, status, token: control.token.state });
  const playing = asked.playing ?? status?.replay.state === 'playing';
  const speed = asked.speed ?? status?.replay.speed;
  const outcome = {
    onSuccess: () => setProblem(undefined),
    onError: (error: ApiProblem) => {
      setAsked({});
      setProblem([error.message, error.hint].filter((part) => part !== undefined).join('; '));
    },
  };
  const setSpeed = (next: Speed): void => {
    setAsked({ ...asked, speed: next });
    control.speed.mutate(next, outcome);
  };
  return {
    player,
    playing,
    speed,
    problem,
    setSpeed,
    toggle: () => {
      setAsked({ ...asked, playing: !playing });
      (playing ? control.pause : control.play).mutate(undefined, outcome);
    },
    slower: () => speed !== undefined && setSpeed(slower(speed)),
    faster: () => speed !== undefined && setSpeed(faster(speed)),
    step: () => control.step.mutate(undefined, outcome),
  };
}

/** Forgets what was asked for once a status says the same, or none has for a while. */
function useForgotten(asked: Asked, setAsked: (asked: Asked) => void): void {
  const replay = useLive(({ status }) => status?.replay);
  useEffect(() => {
    if (asked.playing === undefined && asked.speed === undefined) return;
    const playing = asked.playing === undefined || asked.playing === (replay?.state === 'playing');
    if (playing && (asked.speed === undefined || asked.speed === replay?.speed)) setAsked({});
  }, [asked, replay, setAsked]);
  useEffect(() => {
    if (asked.playing === undefined && asked.speed === undefined) return;
    const timer = setTimeout(() => setAsked({}), CONFIRMED_WITHIN_MS);
    return () => clearTimeout(timer);
  }, [asked, setAsked]);
}
