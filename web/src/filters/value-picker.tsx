import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { TextButton } from '../states/text-button.tsx';
import css from './filter-bar.module.css';
import { meantValues } from './filter-model.ts';

/** A value to choose, and what is said beside it. */
export interface Choice {
  readonly value: string;
  readonly note?: string;
}

interface ValuePickerProps {
  /** What one chooses: `instances`. */
  readonly what: string;
  readonly choices: readonly Choice[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}

/** More are found by typing. */
const MOST_SHOWN = 250;

/** Any number of values: checked in a list that typing narrows, or typed where the list does not have them. */
export function ValuePicker({ what, choices, chosen, onChange }: ValuePickerProps) {
  const [text, setText] = useState('');
  // What was chosen when this was opened stands first, and stays there: nothing moves under the pointer.
  const [first] = useState(chosen);
  const ordered = choices.toSorted((a, b) => Number(first.includes(b.value)) - Number(first.includes(a.value)));
  const found = ordered.filter(({ value }) => value.toLowerCase().includes(text.trim().toLowerCase()));
  // What is chosen and no panel shows any more can still be taken away.
  const gone = chosen.filter((value) => !choices.some((choice) => choice.value === value)).map((value) => ({ value }));
  const add = (event: FormEvent): void => {
    event.preventDefault();
    onChange([
      ...new Set([
        ...chosen,
        ...meantValues(
          text,
          found.map(({ value }) => value),
        ),
      ]),
    ]);
    setText('');
  };
  return (
    <form className={css.picker} onSubmit={add}>
      <div className={css.search}>
        <TextInput
          aria-label={`Search ${what}, or type any`}
          placeholder="search, or type any"
          size="xs"
          value={text}
          data-autofocus
          onChange={({ currentTarget }) => setText(currentTarget.value)}
        />
        <Button type="submit" size="xs" variant="default" disabled={text.trim() === ''}>
          Add
        </Button>
      </div>
      <Choices
        what={what}
        found={text.trim() === '' ? [...gone, ...found] : found}
        chosen={chosen}
        onChange={onChange}
      />
      <div className={css.foot}>
        <span>
          {chosen.length === 0 ? `all ${what}` : `${chosen.length} chosen`}
          {found.length > MOST_SHOWN ? `, ${found.length - MOST_SHOWN} more: type to narrow` : ''}
        </span>
        <TextButton disabled={chosen.length === 0} onClick={() => onChange([])}>
          clear
        </TextButton>
      </div>
    </form>
  );
}

interface ChoicesProps extends Pick<ValuePickerProps, 'what' | 'chosen' | 'onChange'> {
  readonly found: readonly Choice[];
}

function Choices({ what, found, chosen, onChange }: ChoicesProps) {
  const shown = found.slice(0, MOST_SHOWN);
  if (shown.length === 0) return <p className={css.none}>None of the {what} seen so far has this in its name.</p>;
  return (
    <fieldset className={css.choices} aria-label={what}>
      {shown.map(({ value, note }) => (
        <label key={value} className={css.choice}>
          <input
            type="checkbox"
            checked={chosen.includes(value)}
            onChange={({ currentTarget }) =>
              onChange(currentTarget.checked ? [...chosen, value] : chosen.filter((one) => one !== value))
            }
          />
          <span className={css.value}>{value}</span>
          <span className={css.note}>{note}</span>
        </label>
      ))}
    </fieldset>
  );
}
