import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { groupKeys, keyFilters, splitValues } from '../../../src/api/series.ts';
import { SpillwayError } from '../../../src/errors.ts';
import { TRAFFIC } from './fixture.ts';

function refusal(work: () => unknown): { readonly message: string; readonly hint: string | undefined } {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof SpillwayError);
    assert.equal(error.code, 'REQUEST_INVALID');
    return { message: error.message, hint: error.hint };
  }
  throw new assert.AssertionError({ message: 'expected a refusal' });
}

test('values are separated by commas, and a backslash keeps a comma or a backslash in its value', () => {
  assert.deepEqual(splitValues('a'), ['a']);
  assert.deepEqual(splitValues('a,b'), ['a', 'b']);
  assert.deepEqual(splitValues(''), ['']);
  assert.deepEqual(splitValues('a,'), ['a', '']);
  assert.deepEqual(splitValues('a\\,b,c'), ['a,b', 'c']);
  assert.deepEqual(splitValues('a\\\\,b'), ['a\\', 'b']);
  assert.deepEqual(splitValues('a\\b\\'), ['a\\b\\']);
  assert.deepEqual(splitValues('ü,🙂,\n'), ['ü', '🙂', '\n']);
});

describe('groups', () => {
  test('come in the order of the metric, once each, without the hour that is always there', () => {
    assert.deepEqual(groupKeys(TRAFFIC, ''), []);
    assert.deepEqual(groupKeys(TRAFFIC, 'table_id, instance_id,table_id,hour'), ['instance_id', 'table_id']);
  });

  test('are keys, and a near miss is named', () => {
    assert.deepEqual(
      refusal(() => groupKeys(TRAFFIC, 'instance')),
      {
        message: 'query parameter "group": expected keys of traffic, found "instance"',
        hint: 'did you mean "instance_id"? its keys are hour, instance_id, table_id, is_read, since',
      },
    );
    for (const text of [
      'bytes',
      'state',
      ',',
      'instance_id,',
      '1',
      '*',
      'instance_id;--',
      '"instance_id"',
      'INSTANCE_ID',
    ]) {
      refusal(() => groupKeys(TRAFFIC, text));
    }
  });
});

describe('filters', () => {
  test('are literals of their key’s type', () => {
    const filters = keyFilters(TRAFFIC, {
      instance_id: "it's",
      table_id: ['-9223372036854775808,007', '9223372036854775807'],
      is_read: 'true,false',
      since: '2024-01-01',
    });
    assert.deepEqual(
      filters.map(({ key, values }) => [key.name, values.map(({ sql }) => sql)]),
      [
        ['instance_id', ["'it''s'"]],
        [
          'table_id',
          ["CAST('-9223372036854775808' AS BIGINT)", "CAST('7' AS BIGINT)", "CAST('9223372036854775807' AS BIGINT)"],
        ],
        ['is_read', ['true', 'false']],
        ['since', ['make_timestamp(1704067200000000)']],
      ],
    );
  });

  const wrong: readonly (readonly [string, readonly string[]])[] = [
    [
      'table_id',
      [
        '',
        ' 1',
        '1.0',
        '1e3',
        '0x1',
        '9223372036854775808',
        '-9223372036854775809',
        '1 OR 1=1',
        'NULL',
        '--1',
        '99999999999999999999',
      ],
    ],
    ['is_read', ['', '1', 'TRUE', 'yes', 'null']],
    ['since', ['', 'now', '2024-02-30', '24:00', '2024-01-01T00:00:00Z; --', '1704067200000000']],
    ['instance_id', ['a\0b', '\0']],
  ];
  for (const [key, values] of wrong) {
    for (const value of values) {
      test(`on ${key} are not ${JSON.stringify(value)}`, () => {
        const { message } = refusal(() => keyFilters(TRAFFIC, { [key]: value }));
        assert.match(message, new RegExp(`^query parameter "${key}": expected .+, found "`));
      });
    }
  }

  test('are keys of the metric, and the time is chosen otherwise', () => {
    assert.equal(
      refusal(() => keyFilters(TRAFFIC, { bytes: '1' })).hint,
      'its keys are hour, instance_id, table_id, is_read, since',
    );
    assert.match(String(refusal(() => keyFilters(TRAFFIC, { form: '1' })).hint), /^did you mean "from"\?/);
    assert.equal(refusal(() => keyFilters(TRAFFIC, { hour: '2024-03-01' })).hint, 'use "from" and "to"');
    refusal(() => keyFilters(TRAFFIC, { 'instance_id" OR 1=1 --': 'x' }));
    refusal(() => keyFilters(TRAFFIC, { constructor: 'x' }));
  });
});
