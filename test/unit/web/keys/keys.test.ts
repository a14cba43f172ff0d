import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionOf, KEYS, type KeyPlace, type KeyPress, keyGroups, keyOf } from '../../../../web/src/keys/keys.ts';

function press(key: string, parts: Partial<KeyPress> = {}): KeyPress {
  return { key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, altGraph: false, ...parts };
}

/** What a key does there, by name. */
function action(key: string, place: KeyPlace = 'page', parts: Partial<KeyPress> = {}): string | undefined {
  return actionOf(press(key, parts), place)?.action;
}

test('no key has two meanings', () => {
  const keys = KEYS.flatMap((binding) => [...binding.keys]);
  assert.equal(new Set(keys).size, keys.length);
});

test('every key that the help shows does something, and every action is shown', () => {
  const shown = keyGroups().flatMap(({ keys }) => keys);
  assert.equal(shown.length, KEYS.length);
  for (const { action: name, keys } of KEYS) for (const key of keys) assert.equal(action(key), name, key);
});

test('a number goes to the panel of that place', () => {
  assert.deepEqual(actionOf(press('1'), 'page'), { action: 'panel', index: 0 });
  assert.deepEqual(actionOf(press('9'), 'page'), { action: 'panel', index: 8 });
  assert.equal(action('0'), undefined);
});

test('while somebody types, and in a dialog, no key is taken away', () => {
  for (const { keys } of KEYS)
    for (const key of keys)
      for (const place of ['field', 'dialog'] as const)
        assert.equal(action(key, place), undefined, `${key} in a ${place}`);
});

test('a button keeps Space, and what moves with arrows keeps those', () => {
  assert.equal(action(' ', 'control'), undefined);
  assert.equal(action('ArrowLeft', 'control'), 'previousHour');
  assert.equal(action('ArrowLeft', 'mover'), undefined);
  assert.equal(action(' ', 'mover'), undefined);
  assert.equal(action('t', 'control'), 'table');
});

test("the browser's own shortcuts stay the browser's", () => {
  for (const modifier of ['ctrlKey', 'metaKey', 'altKey'] as const) {
    assert.equal(action('f', 'page', { [modifier]: true }), undefined, modifier);
    assert.equal(action('r', 'page', { [modifier]: true }), undefined, modifier);
  }
});

test('a bracket that is typed with AltGr is a bracket', () => {
  assert.equal(action('[', 'page', { ctrlKey: true, altKey: true, altGraph: true }), 'slower');
  assert.equal(action('[', 'page', { ctrlKey: true, altKey: true }), undefined);
});

test('a key that is held down plays and pauses once, but goes through hours', () => {
  assert.equal(action(' ', 'page', { repeat: true }), undefined);
  assert.equal(action('ArrowRight', 'page', { repeat: true }), 'nextHour');
});

test('a button can say its key', () => {
  assert.equal(keyOf('play'), 'Space');
  assert.equal(keyOf('faster'), ']');
});
