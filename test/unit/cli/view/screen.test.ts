import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lineUpdates, openScreen } from '../../../../src/cli/view/screen.ts';
import { testIo } from '../test-io.ts';

/** What a terminal shows after it has been sent `text`: it knows the sequences that updates are made of. */
function shown(before: readonly string[], text: string): string[] {
  const lines = [...before];
  for (const [, row = '', line = ''] of text.matchAll(/\p{Cc}\[(\d+);1H\p{Cc}\[0m(.*?)\p{Cc}\[0m\p{Cc}\[K/gsu)) {
    lines[Number(row) - 1] = line;
  }
  return lines;
}

const FRAME = fc.array(fc.stringMatching(/^[a-c]{0,3}$/), { maxLength: 6 });

test('after an update the terminal shows the new lines, and none of the old ones', () => {
  fc.assert(
    fc.property(FRAME, FRAME, (before, after) => {
      const lines = shown(before, lineUpdates(before, after));
      assert.deepEqual(lines.slice(0, after.length), after);
      for (const line of lines.slice(after.length)) assert.equal(line, '');
    }),
  );
});

test('only lines that changed are written', () => {
  assert.equal(lineUpdates(['a', 'b', 'c'], ['a', 'b', 'c']), '');
  assert.equal(lineUpdates(['a', 'b', 'c'], ['a', 'x', 'c']), '\u001b[2;1H\u001b[0mx\u001b[0m\u001b[K');
});

test('the terminal is taken over and given back, and the last lines stay on it', () => {
  const { io, stdout } = testIo({ terminal: { columns: 80, rows: 24 } });
  const screen = openScreen(io.stdout);
  assert.match(stdout(), /\[\?1049h.*\[\?25l/);
  screen.draw(['one']);
  screen.close(['one', 'bye']);
  screen.close(['again']);
  screen.draw(['too late']);
  assert.match(stdout(), /\[\?25h.*\[\?1049lone\nbye\n$/);
});

test('after the terminal changed its size everything is drawn anew', () => {
  const { io, stdout, resize } = testIo({ terminal: { columns: 80, rows: 24 } });
  const screen = openScreen(io.stdout);
  screen.draw(['one', 'two']);
  resize(100, 30);
  const before = stdout().length;
  screen.draw(['one', 'two']);
  assert.match(stdout().slice(before), /one.*two/);
});
