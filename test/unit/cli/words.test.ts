import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quoted, sameCommand } from '../../../src/cli/words.ts';
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
