import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSources } from '../support/source-files.ts';

const [SPEC] = readSources('SPEC.md');
const text = SPEC?.text ?? '';

/** The part of each invariant, its heading first. */
const INVARIANTS = text.split(/^## /m).slice(1);

/** Every test that the page names, as file and title. */
function namedTests(part: string): { file: string; title: string }[] {
  return Array.from(part.matchAll(/^- `([^`]+)`: (.+)$/gm), ([, file = '', title = '']) => ({ file, title }));
}

/** Titles of a file's tests, as far as they are written out. */
function titlesIn(source: string): Set<string> {
  return new Set(Array.from(source.matchAll(/\btest\(\s*'((?:[^'\\]|\\.)*)'/g), ([, title = '']) => title));
}

test('SPEC.md has ten invariants, in their order', () => {
  assert.deepEqual(
    INVARIANTS.map((part) => Number.parseInt(part, 10)),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
});

test('every test that SPEC.md names is there', () => {
  const sources = new Map(readSources('test/**/*.ts').map((file) => [file.path, titlesIn(file.text)]));
  const named = namedTests(text);
  assert.ok(named.length >= INVARIANTS.length);
  const missing = named.filter(({ file, title }) => sources.get(file)?.has(title) !== true);
  assert.deepEqual(missing, []);
});

test('an invariant of SPEC.md without a test says that it has none yet', () => {
  for (const part of INVARIANTS) {
    assert.ok(namedTests(part).length > 0 || /^Not yet: /m.test(part), part.split('\n')[0]);
  }
});

test('every line of SPEC.md that looks like a test names one', () => {
  const listed = text.split('\n').filter((line) => line.startsWith('- '));
  assert.equal(namedTests(text).length, listed.length);
});

test('a title is found however its call is broken into lines', () => {
  assert.deepEqual(
    titlesIn("test('one', () => {});\n  test(\n    'it is two', async () => {});\nrest('three')"),
    new Set(['one', 'it is two']),
  );
});
