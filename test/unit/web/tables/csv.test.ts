import assert from 'node:assert/strict';
import test from 'node:test';
import { compareCells } from '../../../../web/src/tables/compare.ts';
import { csvOf } from '../../../../web/src/tables/csv.ts';
import { headOf, metricColumns } from '../../../../web/src/tables/table-columns.ts';
import { plain, SPILL, TABLES } from '../charts/fixture.ts';

const NAMES = ['hour', 'query_type', 'queries', 'mbytes_spilled', 'spill_rate', 'state', 'revision'];
const COLUMNS = metricColumns(SPILL, NAMES);

test('a CSV has units in its header, exact values and lines that end with CR LF', () => {
  const rows = [
    ['2024-03-12T10:00:00Z', 'copy', '9223372036854775807', 12, 0.1, 'final', 1],
    ['2024-03-12T11:00:00Z', 'copy', 3, 0, null, 'open', 0],
  ];
  assert.equal(
    csvOf(COLUMNS, { columns: NAMES, rows }),
    'hour,query_type,queries (queries),mbytes_spilled (MB),spill_rate (ratio),state,revision\r\n' +
      '2024-03-12T10:00:00Z,copy,9223372036854775807,12,0.1,final,1\r\n' +
      '2024-03-12T11:00:00Z,copy,3,0,,open,0\r\n',
  );
});

test('commas, quotes, line breaks and outer spaces are put in quotes', () => {
  const column = [{ name: 'a,b', unit: undefined }];
  const rows = [['say "so"'], ['two\nlines'], [' space'], ['plain'], [true], [{ a: 1 }]];
  assert.equal(
    csvOf(column, { columns: ['a,b'], rows }),
    '"a,b"\r\n"say ""so"""\r\n"two\nlines"\r\n" space"\r\nplain\r\ntrue\r\n"{""a"":1}"\r\n',
  );
});

test('no rows leave the header', () => {
  assert.equal(csvOf([{ name: 'n', unit: 'queries' }], { columns: ['n'], rows: [] }), 'n (queries)\r\n');
});

test('cells are written for reading: hours with their day, whole numbers exact, shares in percent', () => {
  const cells = ['2024-03-12T10:00:00Z', 'copy', '9223372036854775807', 1234, 0.125, 'open', 0];
  assert.deepEqual(
    COLUMNS.map(({ write }, i) => plain(write(cells[i]))),
    ['Tue 12 Mar 10:00', 'copy', '9,223,372,036,854,775,807', '1,234', '12.5 %', 'open', '0'],
  );
  assert.deepEqual(
    COLUMNS.map(({ write }) => write(null)),
    ['–', '(none)', '–', '–', '–', '–', '–'].map((text, i) => (i === 0 ? '(none)' : text)),
  );
});

test('numbers stand on the right, headers say units that cells do not', () => {
  assert.deepEqual(
    COLUMNS.map(({ numeric }) => numeric),
    [false, false, true, true, true, false, true],
  );
  assert.deepEqual(
    COLUMNS.map((column) => headOf(column).unit),
    [undefined, undefined, undefined, 'MB', ...[undefined, undefined, undefined]],
  );
  assert.equal(COLUMNS[0]?.label, 'hour (UTC)');
});

test('ids are numbers without separators', () => {
  const [table] = metricColumns(TABLES, ['table_id']);
  assert.equal(table?.numeric, true);
  assert.equal(table?.write(8833576), '8833576');
});

test('an unknown column is shown as it stands', () => {
  const [odd] = metricColumns(SPILL, ['odd_one']);
  assert.deepEqual([odd?.label, odd?.write('x')], ['odd one', 'x']);
});

test('numbers are sorted by size beyond 2^53, names with the numbers in them', () => {
  const numbers = ['9007199254740993', '9007199254740992', 5, 1.5];
  assert.deepEqual(
    [...numbers].sort((a, b) => compareCells(a, b, true)),
    [1.5, 5, '9007199254740992', '9007199254740993'],
  );
  const names = ['provisioned-10', 'provisioned-9', 'Provisioned-1'];
  assert.deepEqual(
    [...names].sort((a, b) => compareCells(a, b, false)),
    ['Provisioned-1', 'provisioned-9', 'provisioned-10'],
  );
});
