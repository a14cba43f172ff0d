import type { Parameter } from './parameters.ts';

/** Something that has a value for each group; null where it cannot be computed. */
export type Evaluate = (group: Group) => number | null;

/** The rows of one group after summing, as an expression sees them. */
export interface Group {
  /** Sum of a measure over the group; null if no row has a value. */
  measure(name: string): number | null;
  /** A parameter's value for the group; null if it has none. */
  parameter(name: Parameter): number | null;
  /** What `of` gives for this group, computed once: a derived value may be used by many others. */
  value(of: Evaluate): number | null;
  /** The group's rows told apart by an integer key, smallest first; rows without that key are left out. */
  by(key: string): readonly Part[];
  /** This group and all that differ from it in `key` only, summed; the group itself where it is not told apart by `key`. */
  over(key: string): Group;
}

/** The rows of a group that have the value `x` in a key. */
export interface Part {
  readonly x: number;
  readonly group: Group;
}

export function nothing(): null {
  return null;
}

/** The number, or null in the place of one beyond the range of a double. */
export function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

export function divide(a: number | null, b: number | null): number | null {
  return a === null || b === null || b === 0 ? null : finite(a / b);
}

export function apply(operation: (a: number) => number, of: Evaluate = nothing): Evaluate {
  return (group) => {
    const a = of(group);
    return a === null ? null : finite(operation(a));
  };
}

export function combine(
  operation: (a: number, b: number) => number | null,
  left: Evaluate = nothing,
  right: Evaluate = nothing,
): Evaluate {
  return (group) => {
    const a = left(group);
    const b = right(group);
    return a === null || b === null ? null : finite(operation(a, b));
  };
}

/** The one of the values that `choose` takes; nulls are left out. */
export function extreme(values: readonly Evaluate[], choose: (a: number, b: number) => number): Evaluate {
  return (group) => {
    let chosen: number | null = null;
    for (const value of values) {
      const candidate = value(group);
      if (candidate !== null) chosen = chosen === null ? candidate : choose(chosen, candidate);
    }
    return chosen;
  };
}
