import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launcher, quoted, sameCommand, withFlags } from '../../../src/cli/words.ts';
import { testIo } from './test-io.ts';

const command = (argv: readonly string[], env: Record<string, string> = {}): string =>
  sameCommand({ argv, io: testIo({ env }).io });

test('the command to go on with is the one that was typed', () => {
  assert.equal(command(['run', '--trace', './my trace/*']), "spillway run --trace './my trace/*'");
  assert.equal(command(['demo', '--port', '1'], { npm_command: 'exec' }), 'npx spillway demo --port 1');
  assert.equal(command(['demo'], { npm_lifecycle_event: 'start' }), 'npm start');
  assert.equal(command(['demo', '--port', '1'], { npm_lifecycle_event: 'start' }), 'npm start -- --port 1');
});

test('a word is quoted so that a shell reads it back', () => {
  assert.deepEqual(['a-b/c.d', '', "it's", '$HOME'].map(quoted), ['a-b/c.d', "''", `'it'\\''s'`, "'$HOME'"]);
});

test('a flag that is given anew takes the place of the one before, however that was written', () => {
  const flags = { '--run': 'b', '--from': '2024-03-01' };
  const after = ['run', '--trace', 'x', '--port=1', '--run', 'b', '--from', '2024-03-01'];
  for (const before of [
    ['run', '--trace', 'x', '--port=1'],
    ['run', '--run', 'a', '--trace', 'x', '--port=1'],
    ['run', '--trace', 'x', '--from=2024-02-01', '--port=1', '--run=a'],
  ]) {
    assert.deepEqual(withFlags(before, flags), after);
  }
});

test('another command is started as this one was', () => {
  const word = (env: Record<string, string>): string => launcher(testIo({ env }).io);
  assert.equal(word({}), 'spillway');
  assert.equal(word({ npm_command: 'exec' }), 'npx spillway');
  assert.equal(word({ npm_lifecycle_event: 'start' }), 'npx spillway');
});
