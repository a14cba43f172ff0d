import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { ERROR_CODES, SpillwayError } from '../../src/errors.ts';

test('docs/errors.md lists the same codes as the code, with the same domain and retry hint', async () => {
  const page = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  const listed = [...page.matchAll(/^\| `([A-Z_]+)` \| (\w+) \| (yes|no) \|/gm)].map(([, code, domain, retry]) => [
    code,
    { domain, retry: retry === 'yes' },
  ]);
  assert.deepEqual(Object.fromEntries(listed), ERROR_CODES);
});

test('an error knows who can mend it, whether to try again, and what to do', () => {
  const error = new SpillwayError('QUERY_TIMEOUT', 'query: no answer within 5 ms', { hint: 'ask for fewer hours' });
  assert.deepEqual(
    [error.domain, error.retry, error.hint, error.name],
    ['user', true, 'ask for fewer hours', 'SpillwayError'],
  );
});
