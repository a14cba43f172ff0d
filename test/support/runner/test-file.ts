import { run } from 'node:test';
import type { Outcome } from './outcome.ts';
import { Tally } from './tally.ts';
import { Watchdog } from './watchdog.ts';

/** A single test may take this long unless it names its own timeout. */
const TEST_LIMIT_MS = 120_000;

/** Runs one test file in its own process and collects what its tests came to. */
export async function runTestFile(file: string, stop: AbortSignal): Promise<Outcome> {
  const watchdog = new Watchdog();
  const tally = new Tally(file);
  const stream = run({
    files: [file],
    execArgv: [`--test-timeout=${TEST_LIMIT_MS}`],
    signal: AbortSignal.any([stop, watchdog.signal]),
  });
  stream.on('test:dequeue', (event) => {
    if (event.name !== file) watchdog.note(1);
  });
  stream.on('test:complete', (event) => {
    if (event.name !== file) watchdog.note(-1);
  });
  stream.on('test:enqueue', (event) => tally.enqueue(event));
  stream.on('test:start', (event) => tally.start(event));
  stream.on('test:pass', (event) => tally.pass(event));
  stream.on('test:fail', (event) => tally.fail(event, watchdog.reason));
  stream.on('test:stdout', (event) => tally.write(event.message));
  stream.on('test:stderr', (event) => tally.write(event.message));
  // Errors after a test's end come this way; node:test's own statistics do too, but name no file.
  stream.on('test:diagnostic', (event) => event.file !== undefined && tally.write(`${event.message}\n`));
  // The stream ends only when its objects are taken off, though the events above say the same.
  for await (const _ of stream);
  watchdog.stop();
  return tally.outcome();
}
