import css from './filter-bar.module.css';

interface SegmentsProps<T> {
  readonly label: string;
  readonly options: readonly { readonly value: T; readonly text: string }[];
  readonly value: T;
  readonly onChange: (value: T) => void;
}

/** One of a few, side by side. */
export function Segments<T>({ label, options, value, onChange }: SegmentsProps<T>) {
  return (
    <fieldset className={css.segments} aria-label={label}>
      {options.map((option) => (
        <button
          key={option.text}
          type="button"
          className={css.segment}
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
        >
          {option.text}
        </button>
      ))}
    </fieldset>
  );
}
