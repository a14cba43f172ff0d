import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openToken, tokenOf } from '../../../../web/src/api/token.ts';

/** A tab: its fragment and what it keeps. */
function setUp(hash = '', kept: string | null | undefined = null) {
  const tab = { hash, kept, changed: (): void => undefined };
  const open = () =>
    openToken({
      hash: () => tab.hash,
      clearHash: () => {
        tab.hash = '';
      },
      onHashChange: (changed) => {
        tab.changed = changed;
      },
      stored: () => tab.kept,
      store: (token) => {
        if (tab.kept !== undefined) tab.kept = token;
      },
    });
  return { tab, open };
}

test('the token leaves the address at once and is kept for the tab', () => {
  const { tab, open } = setUp('#token=secret');
  assert.deepEqual(open().get(), { state: 'given', token: 'secret' });
  assert.equal(tab.hash, '');
  assert.deepEqual(open().get(), { state: 'given', token: 'secret' }, 'after a reload');
});

test('a page that was opened without a token has none', () => {
  const { open } = setUp();
  assert.deepEqual(open().get(), { state: 'none' });
  assert.equal(tokenOf(open().get()), undefined);
});

test('a link with a token that is opened in the same tab takes effect', () => {
  const { tab, open } = setUp('', 'old');
  const token = open();
  tab.hash = '#token=new';
  tab.changed();
  assert.deepEqual(token.get(), { state: 'given', token: 'new' });
  assert.equal(tab.hash, '');
});

test('a fragment of another kind is left alone', () => {
  const { tab, open } = setUp('#figures', 'old');
  assert.equal(tokenOf(open().get()), 'old');
  assert.equal(tab.hash, '#figures');
});

test('a refused token is not sent again, unless another has come meanwhile', () => {
  const { open } = setUp('#token=a');
  const token = open();
  token.refuse('b');
  assert.equal(tokenOf(token.get()), 'a');
  token.refuse('a');
  assert.deepEqual(token.get(), { state: 'refused' });
  assert.equal(tokenOf(token.get()), undefined);
});

test('where nothing can be kept the token lasts as long as the page', () => {
  const { open } = setUp('#token=secret', undefined);
  assert.equal(tokenOf(open().get()), 'secret');
});
