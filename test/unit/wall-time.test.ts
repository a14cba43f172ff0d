import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSources, type SourceFile, withoutComments } from '../support/source-files.ts';

/** Everything in Node that tells what time it is, or how long something took. */
const WALL_TIME =
  /\bDate\s*\.\s*now\b|\bperformance\s*\.\s*(?:now|timeOrigin)\b|\bhrtime\b|\buptime\s*\(|\bDate\s*\(\s*\)|\bTemporal\s*\.\s*Now\b/;

/** The lines outside of src/time that read the wall clock, as `file:line`. */
function wallTimeReads(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => !path.startsWith('src/time/'))
    .flatMap(({ path, text }) =>
      withoutComments(text)
        .split('\n')
        .flatMap((line, index) => (WALL_TIME.test(line) ? [`${path}:${index + 1}`] : [])),
    );
}

test('wall time is read in src/time only', () => {
  const files = readSources('src/**/*.ts');
  assert.ok(files.length > 0);
  assert.deepEqual(wallTimeReads(files), []);
});

test('every way to read the wall clock is seen', () => {
  const ways = [
    'const a = Date.now();',
    'const now = Date.now;',
    'const a = performance.now();',
    'const a = process.hrtime.bigint();',
    'const a = process.uptime();',
    'const a = new Date();',
    'const a = Temporal.Now.instant();',
  ];
  for (const text of ways)
    assert.deepEqual(wallTimeReads([{ path: 'src/bus/memory.ts', text }]), ['src/bus/memory.ts:1']);
});

test('a given instant, a comment and src/time itself are no reads of the wall clock', () => {
  assert.deepEqual(
    wallTimeReads([
      { path: 'src/bus/memory.ts', text: 'const a = new Date(eventTime); // not Date.now()' },
      { path: 'src/time/clock.ts', text: 'const a = Date.now();' },
    ]),
    [],
  );
});
