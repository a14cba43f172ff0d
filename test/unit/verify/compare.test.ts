import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparePairs, onlyDifferent } from '../../../src/verify/compare.ts';
import type { Difference } from '../../../src/verify/report.ts';
import { withSession } from '../../support/duckdb.ts';

interface Outcome {
  readonly differences: number;
  readonly examples: readonly Difference[];
}

/** Compares VALUES of (k, v). */
async function compare(expected: string, found: string): Promise<Outcome> {
  const select = (values: string): string =>
    `SELECT CAST(k AS BIGINT) AS k, CAST(v AS BIGINT) AS v FROM (VALUES ${values}) AS rows(k, v)`;
  return await withSession((session) =>
    comparePairs(session, { keys: ['k'], values: ['v'], expected: select(expected), found: select(found) }),
  );
}

test('equal rows in any order have no difference, nulls included', async () => {
  assert.equal((await compare('(1, 10), (2, NULL), (NULL, 30)', '(NULL, 30), (1, 10), (2, NULL)')).differences, 0);
});

test('a null is neither zero nor any other value, as key and as value', async () => {
  assert.equal((await compare('(1, NULL)', '(1, 0)')).differences, 1);
  assert.equal((await compare('(NULL, 1)', '(0, 1)')).differences, 2);
});

test('integers that a DOUBLE would take for equal are different', async () => {
  const { examples } = await compare('(1, 9007199254740992)', '(1, 9007199254740993)');
  assert.deepEqual(examples, [
    { problem: 'different', key: { k: 1 }, expected: { v: '9007199254740992' }, found: { v: '9007199254740993' } },
  ]);
});

test('each kind of difference is named', async () => {
  const { differences, examples } = await compare(
    '(1, 1), (2, 2), (3, 3), (5, 5)',
    '(2, 2), (2, 2), (3, 4), (4, 4), (5, 5)',
  );
  assert.equal(differences, 4);
  assert.deepEqual(examples, [
    { problem: 'missing', key: { k: 1 }, expected: { v: 1 }, found: undefined },
    { problem: 'double', key: { k: 2 }, expected: { rows: 1 }, found: { rows: 2 } },
    { problem: 'different', key: { k: 3 }, expected: { v: 3 }, found: { v: 4 } },
    { problem: 'extra', key: { k: 4 }, expected: undefined, found: { v: 4 } },
  ]);
});

test('a key that is expected twice is a difference, even if it is there twice', async () => {
  const { examples } = await compare('(1, 1), (1, 1)', '(1, 1), (1, 1)');
  assert.deepEqual(examples, [{ problem: 'double', key: { k: 1 }, expected: { rows: 2 }, found: { rows: 2 } }]);
});

test('of two rows only the values that differ are told', () => {
  assert.deepEqual(onlyDifferent({ a: 1, b: 2, c: null }, { a: 1, b: 3, c: 0 }), {
    expected: { b: 2, c: null },
    found: { b: 3, c: 0 },
  });
});
