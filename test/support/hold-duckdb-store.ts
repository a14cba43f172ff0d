/** Holds the store of a run, whose folder is the argument, until its standard input ends. Says `open` once it has it. */
import { openDuckDBStore } from '../../src/hot-store/duckdb.ts';
import { systemClock } from '../../src/time/clock.ts';

const [dir = ''] = process.argv.slice(2);
const store = await openDuckDBStore({ dir, writable: [], memoryMb: 128, threads: 1, clock: systemClock });
process.stdout.write('open\n');
for await (const _ of process.stdin) {
  // Nothing is said to it: only the end counts.
}
await store.close();
