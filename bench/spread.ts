import type { Figure, Unit } from './case.ts';

/** The figures of the same name of several measurements. */
export interface Spread {
  readonly name: string;
  readonly unit: Unit;
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Median and range of every figure, in the order of the first measurement. */
export function spreadOf(measurements: readonly (readonly Figure[])[]): Spread[] {
  const [first = []] = measurements;
  return first.map(({ name, unit }) => {
    const values = measurements
      .flatMap((figures) => figures.filter((figure) => figure.name === name).map(({ value }) => value))
      .sort((a, b) => a - b);
    return { name, unit, median: median(values), min: values[0] ?? Number.NaN, max: values.at(-1) ?? Number.NaN };
  });
}

/** Of an even number of values the mean of the two in the middle. */
function median(sorted: readonly number[]): number {
  const low = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  const high = sorted[Math.ceil((sorted.length - 1) / 2)] ?? Number.NaN;
  return (low + high) / 2;
}
