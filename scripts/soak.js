/**
 * `npm run soak`: what takes too long for every change. A hundred kills of a disturbed run, and ten times as many random
 * cases of each property, from another seed than `npm test` has. `CRASH_KILLS`, `PROPERTY_RUNS` and `PROPERTY_SEED` say
 * otherwise; the output says which ones they were.
 */
process.env.CRASH_KILLS ??= '100';
process.env.PROPERTY_RUNS ??= '10';
process.env.PROPERTY_SEED ??= String(Math.floor(Math.random() * 2 ** 31));
const { CRASH_KILLS, PROPERTY_RUNS, PROPERTY_SEED } = process.env;
process.stdout.write(`${CRASH_KILLS} kills, ${PROPERTY_RUNS} times the random cases, seed ${PROPERTY_SEED}\n`);
process.argv.push('test/crash', 'test/property');
await import('./test.js');
