import type { ReplayStatus } from '../../../src/model/status.ts';
import type { Replay } from '../../../src/replay/replay.ts';
import { STATUS } from './fixture.ts';

/** A film that does at once what it is told, and remembers it. */
export interface FakeFilm {
  readonly controls: Replay;
  readonly told: string[];
  /** Its state from now on. */
  become(state: ReplayStatus['state']): void;
}

export function fakeFilm(): FakeFilm {
  const told: string[] = [];
  let status: ReplayStatus = STATUS.replay;
  const change = (what: string, changes: Partial<ReplayStatus>): void => {
    told.push(what);
    status = { ...status, ...changes };
  };
  const controls: Replay = {
    status: () => status,
    pause: () => change('pause', { state: 'paused', speedReached: 0 }),
    resume: () => change('resume', { state: 'playing' }),
    setSpeed: (speed) => change(`speed ${speed}`, { speed }),
    step: () => change('step', { state: 'playing' }),
    stop: () => change('stop', { state: 'stopped' }),
    finished: new Promise(() => undefined),
  };
  return {
    controls,
    told,
    become: (state) => {
      status = { ...status, state };
    },
  };
}
