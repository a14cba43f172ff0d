import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { keyGroups } from '../../../../web/src/keys/keys.ts';

test('the documentation lists the keys that the page obeys, in the same words', async () => {
  const page = await readFile(new URL('../../../../docs/dashboard.md', import.meta.url), 'utf8');
  const listed = [...page.matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].map(([, key, what]) => ({ shown: key, what }));
  const keys = keyGroups().flatMap((group) => group.keys);
  assert.deepEqual(listed.slice(0, keys.length), keys);
});
