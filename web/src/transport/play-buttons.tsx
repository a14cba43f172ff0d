import { Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { type KeyAction, keyOf } from '../keys/keys.ts';
import { BackIcon, PauseIcon, PlayIcon, StepIcon } from './icons.tsx';
import css from './transport-bar.module.css';
import type { PlayerControls } from './use-player.ts';

/** An hour back, play or pause, an hour forward. Going back asks first: it starts a new run. */
export function PlayButtons({ controls, onBack }: { readonly controls: PlayerControls; readonly onBack: () => void }) {
  const { player, playing, toggle, step } = controls;
  const locked = !player.control.allowed;
  return (
    <fieldset className={css.buttons} aria-label="Player">
      <PlayerButton action="back" name="An hour back, as a new run" disabled={!player.jump.allowed} onClick={onBack}>
        <BackIcon />
      </PlayerButton>
      <PlayerButton action="play" name={playing ? 'Pause' : 'Play'} disabled={locked} onClick={toggle}>
        {playing ? <PauseIcon /> : <PlayIcon />}
      </PlayerButton>
      <PlayerButton action="step" name="Play to the end of the hour" disabled={locked} onClick={step}>
        <StepIcon />
      </PlayerButton>
    </fieldset>
  );
}

interface PlayerButtonProps {
  readonly action: KeyAction;
  readonly name: string;
  readonly disabled: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

function PlayerButton({ action, name, disabled, onClick, children }: PlayerButtonProps) {
  const main = action === 'play' ? css.main : undefined;
  return (
    <Tooltip label={`${name} (${keyOf(action)})`} openDelay={400}>
      <button
        type="button"
        className={[css.button, main].join(' ')}
        aria-label={name}
        data-action={action}
        disabled={disabled}
        onClick={onClick}
      >
        {children}
      </button>
    </Tooltip>
  );
}
