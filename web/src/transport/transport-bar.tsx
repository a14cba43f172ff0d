import { useState } from 'react';
import type { StatusMessage } from '../../../src/api/live/messages.ts';
import { HOUR_MS } from '../format/time.ts';
import { useLive } from '../live/use-live.ts';
import { FilmTime } from './film-time.tsx';
import { JumpDialog } from './jump-dialog.tsx';
import { PlayButtons } from './play-buttons.tsx';
import { SpeedPicker } from './speed-picker.tsx';
import { hourOf } from './timeline.ts';
import { Track } from './track.tsx';
import css from './transport-bar.module.css';
import { dataThrough, endsWords, reachedWords } from './transport-model.ts';
import { type PlayerControls, usePlayer } from './use-player.ts';

/** The film: where it is, how fast it goes, and the player. */
export function TransportBar() {
  const run = useLive((live) => live.run);
  const status = useLive((live) => live.status);
  const controls = usePlayer();
  const [proposal, setProposal] = useState<number>();
  const place = Date.parse(status?.replay.at ?? run?.from ?? '');
  return (
    <section className={css.bar} aria-label="The film">
      <div className={css.row}>
        <PlayButtons controls={controls} onBack={() => setProposal(hourBack(place))} />
        <SpeedPicker controls={controls} />
        <button
          type="button"
          className={css.button}
          data-action="jump"
          disabled={!controls.player.jump.allowed}
          onClick={() => setProposal(place)}
        >
          Jump…
        </button>
        <FilmTime />
        <Words controls={controls} status={status} />
        <span className={css.space} />
        {status === undefined ? null : <Through status={status} />}
      </div>
      {status === undefined ? null : (
        <Track status={status} jumpable={controls.player.jump.allowed} onJump={setProposal} />
      )}
      <Hindrance controls={controls} />
      {run === undefined ? null : <JumpDialog run={run} proposal={proposal} onClose={() => setProposal(undefined)} />}
    </section>
  );
}

/** The start of the hour in which the film is, or of the one before where it has just begun. */
function hourBack(ms: number): number {
  return ms - hourOf(ms) < HOUR_MS / 60 ? hourOf(ms) - HOUR_MS : ms - HOUR_MS;
}

function Words({
  controls,
  status,
}: {
  readonly controls: PlayerControls;
  readonly status: StatusMessage | undefined;
}) {
  const words = [
    controls.player.words,
    status === undefined ? undefined : reachedWords(status.replay),
    status === undefined ? undefined : endsWords(status),
  ].filter((part) => part !== undefined);
  return (
    <ul className={css.words} data-phase={controls.player.phase}>
      {words.map((part) => (
        <li key={part}>{part}</li>
      ))}
    </ul>
  );
}

function Through({ status }: { readonly status: StatusMessage }) {
  const stale = useLive(({ connection }) => connection.state === 'stale' || connection.state === 'broken');
  const { text, age } = dataThrough(status);
  return (
    <span
      className={stale ? css.stale : css.through}
      title="Lowest watermark of all partitions: up to there nothing on time is still to come."
    >
      {text}
      {age === '' ? null : <span className={css.age}>{age}</span>}
      {stale ? <span className={css.age}>when last heard of</span> : null}
    </span>
  );
}

/** Why the player cannot be used and what to do about it, or what the last command failed at. */
function Hindrance({ controls }: { readonly controls: PlayerControls }) {
  const { control } = controls.player;
  const text = controls.problem ?? (control.allowed ? undefined : control.reason);
  return (
    <p className={css.hindrance} role="status">
      {text}
    </p>
  );
}
