import { Button, Popover, TextInput, Tooltip } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { keyOf } from '../keys/keys.ts';
import { DownIcon } from './icons.tsx';
import { parseSpeed, SPEEDS, type Speed, speedMeaning, speedText } from './speeds.ts';
import css from './transport-bar.module.css';
import type { PlayerControls } from './use-player.ts';

/** The wanted speed: a few to choose from, any number to type; slower and faster have buttons for the keys to press. */
export function SpeedPicker({ controls }: { readonly controls: PlayerControls }) {
  const { player, speed, setSpeed, slower, faster } = controls;
  const [opened, setOpened] = useState(false);
  const locked = !player.control.allowed;
  const choose = (next: Speed): void => {
    setSpeed(next);
    setOpened(false);
  };
  return (
    <fieldset className={css.speed} aria-label="Speed">
      <SpeedButton action="slower" name="Slower" locked={locked} onClick={slower} />
      <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus returnFocus width={272}>
        <Popover.Target>
          <button
            type="button"
            className={css.button}
            disabled={locked}
            aria-label={`Speed ${speed === undefined ? 'unknown' : speedText(speed)}: choose another`}
            onClick={() => setOpened(!opened)}
          >
            <span className={css.speedText}>{speed === undefined || speed === 0 ? '–' : speedText(speed)}</span>
            <DownIcon />
          </button>
        </Popover.Target>
        <Popover.Dropdown aria-label="Speed">
          <SpeedList speed={speed} choose={choose} />
          <OtherSpeed choose={choose} />
        </Popover.Dropdown>
      </Popover>
      <SpeedButton action="faster" name="Faster" locked={locked} onClick={faster} />
    </fieldset>
  );
}

interface SpeedButtonProps {
  readonly action: 'slower' | 'faster';
  readonly name: string;
  readonly locked: boolean;
  readonly onClick: () => void;
}

function SpeedButton({ action, name, locked, onClick }: SpeedButtonProps) {
  return (
    <Tooltip label={`${name} (${keyOf(action)})`} openDelay={400}>
      <button
        type="button"
        className={css.button}
        aria-label={name}
        data-action={action}
        disabled={locked}
        onClick={onClick}
      >
        {action === 'slower' ? '−' : '+'}
      </button>
    </Tooltip>
  );
}

interface ChooseSpeed {
  readonly choose: (speed: Speed) => void;
}

function SpeedList({ speed, choose }: ChooseSpeed & { readonly speed: Speed | undefined }) {
  return (
    <ul className={css.speeds}>
      {SPEEDS.map((one) => (
        <li key={one}>
          <button type="button" className={css.choice} aria-pressed={one === speed} onClick={() => choose(one)}>
            <span>
              {one === speed ? '✓ ' : ''}
              {speedText(one)}
            </span>
            <span className={css.meaning}>{speedMeaning(one)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function OtherSpeed({ choose }: ChooseSpeed) {
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const speed = parseSpeed(text);
    setWrong(speed === undefined);
    if (speed !== undefined) choose(speed);
  };
  return (
    <form className={css.other} onSubmit={submit}>
      <TextInput
        label="Another speed"
        placeholder="120"
        size="xs"
        inputMode="decimal"
        value={text}
        error={wrong ? 'Expected max or a number above 0.' : undefined}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
      />
      <Button type="submit" size="xs" variant="default" className={css.set}>
        Set
      </Button>
    </form>
  );
}
