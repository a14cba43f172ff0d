/** Shapes that tell the states apart without their colour. */
const SHAPES = {
  /** A clock: old. */
  stale: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M8 4.5V8l2.5 1.5',
  /** A line that is cut: no connection. */
  broken: 'M1.5 8H5m6 0h3.5M6 5l-1.5 3L6 11m4-6 1.5 3L10 11',
  /** A triangle with a mark: something went wrong. */
  problem: 'M8 2 15 14H1L8 2Zm0 4.5v3.2m0 1.8v.4',
  /** Two arrows: something has taken the place of something else. */
  replaced: 'M2 5.5h10l-3-3m5 8H4l3 3',
  /** A box without anything in it: empty. */
  empty: 'M2 5.5 8 2l6 3.5v5L8 14l-6-3.5v-5Zm0 0L8 9l6-3.5M8 9v5',
} as const;

export type StateIconName = keyof typeof SHAPES;

/** Says nothing that the text beside it does not. */
export function StateIcon({ name, size = 16 }: { readonly name: StateIconName; readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path
        d={SHAPES[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth={1.5}
        strokeLinejoin="round"
        strokeLinecap="round"
      />
    </svg>
  );
}
