import fc from 'fast-check';

/** Wall milliseconds that one property may take, the search for a smaller counterexample included. */
const TIME_LIMIT_MS = 25_000;

/**
 * Checks a property for a number of random values: the same ones each time, unless `PROPERTY_SEED` says otherwise.
 * `PROPERTY_RUNS` multiplies the number of values, for a search that takes its time.
 */
export async function check<T>(property: fc.IAsyncProperty<T> | fc.IProperty<T>, runs: number): Promise<void> {
  const times = Number(process.env.PROPERTY_RUNS ?? 1);
  await fc.assert(property, {
    seed: Number(process.env.PROPERTY_SEED ?? 20_240_301),
    numRuns: runs * times,
    interruptAfterTimeLimit: TIME_LIMIT_MS * times,
  });
}
