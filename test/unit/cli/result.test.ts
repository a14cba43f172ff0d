import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatResult } from '../../../src/cli/result.ts';
import { colored, uncolored } from '../../../src/cli/style.ts';
import { width } from '../../../src/cli/text.ts';
import type { QueryResult } from '../../../src/hot-store/hot-store.ts';

const RESULT: QueryResult = {
  columns: [
    { name: 'hour', type: 'TIMESTAMP' },
    { name: 'n', type: 'BIGINT' },
    { name: 'name', type: 'VARCHAR' },
  ],
  rows: [
    ['2024-03-01T14:00:00Z', 7, 'plain'],
    ['2024-03-01T15:00:00Z', '9223372036854775807', 'a "quoted", text\nof two lines'],
    [null, null, ''],
  ],
  truncated: false,
};

test('JSON is one array of row objects, 64-bit integers exact', () => {
  const text = formatResult(RESULT, 'json', uncolored, undefined);
  assert.deepEqual(JSON.parse(text), [
    { hour: '2024-03-01T14:00:00Z', n: 7, name: 'plain' },
    { hour: '2024-03-01T15:00:00Z', n: '9223372036854775807', name: 'a "quoted", text\nof two lines' },
    { hour: null, n: null, name: '' },
  ]);
  assert.equal(formatResult({ ...RESULT, rows: [] }, 'json', uncolored, undefined), '[]\n');
});

test('columns of one name all stay in a JSON row', () => {
  const columns = ['n', 'n', 'n_2', 'n'].map((name) => ({ name, type: 'INTEGER' }));
  const text = formatResult({ columns, rows: [[1, 2, 3, 4]], truncated: false }, 'json', uncolored, undefined);
  assert.deepEqual(JSON.parse(text), [{ n: 1, n_2: 2, n_2_2: 3, n_3: 4 }]);
});

test('CSV is RFC 4180, and tells a null from an empty text', () => {
  assert.equal(
    formatResult(RESULT, 'csv', uncolored, undefined),
    [
      'hour,n,name',
      '2024-03-01T14:00:00Z,7,plain',
      '2024-03-01T15:00:00Z,9223372036854775807,"a ""quoted"", text\nof two lines"',
      ',,""',
      '',
    ].join('\r\n'),
  );
});

test('a table is aligned, numbers to the right, and every row stays on its line', () => {
  assert.equal(
    formatResult(RESULT, 'table', uncolored, undefined),
    [
      'hour                                    n  name',
      '────────────────────  ───────────────────  ──────────────────────────────',
      '2024-03-01T14:00:00Z                    7  plain',
      '2024-03-01T15:00:00Z  9223372036854775807  a "quoted", text\\nof two lines',
      'NULL                                 NULL',
      '',
    ].join('\n'),
  );
});

test('a table of nothing still says its columns', () => {
  const text = formatResult(
    { columns: [{ name: 'x', type: 'VARCHAR' }], rows: [], truncated: false },
    'table',
    uncolored,
    80,
  );
  assert.equal(text, 'x\n─\n');
});

test('on a terminal the widest texts give way, numbers never', () => {
  const text = formatResult(RESULT, 'table', colored, 60);
  for (const line of text.split('\n')) assert.ok(width(line) <= 60, line);
  assert.match(text, /9223372036854775807/);
  assert.match(text, /…/);
});

test('escape sequences in data reach no terminal', () => {
  const rows = [['\u001b[31mred']];
  const text = formatResult(
    { columns: [{ name: 'raw', type: 'VARCHAR' }], rows, truncated: false },
    'table',
    uncolored,
    80,
  );
  assert.ok(!text.includes('\u001b'));
});
