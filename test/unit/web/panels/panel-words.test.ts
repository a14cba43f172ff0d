import assert from 'node:assert/strict';
import test from 'node:test';
import { fileName } from '../../../../web/src/panels/file-name.ts';
import { panelOrder } from '../../../../web/src/panels/panel-order.ts';
import { emptyWords, ignoredWords, many, overWords, shownWords } from '../../../../web/src/panels/panel-words.ts';
import { at, dataOf, hoursOf, JOINS, metricOf, SPILL, TABLES } from '../charts/fixture.ts';

const HOURS = hoursOf('fffo');

test('a panel says what it is over', () => {
  assert.equal(overWords(SPILL, dataOf([], []), HOURS, undefined), '4 hours');
  assert.equal(overWords(SPILL, dataOf([], []), HOURS, { from: at(11), to: at(13) }), 'Tue 12 Mar 11:00 – 13:00');
  const hour = dataOf([], [], { over: { from: at(13), to: at(14) } });
  assert.equal(overWords(TABLES, hour, HOURS, undefined), 'hour Tue 12 Mar 13:00, open');
  const final = dataOf([], [], { over: { from: at(12), to: at(13) } });
  assert.equal(overWords(TABLES, final, HOURS, undefined), 'hour Tue 12 Mar 12:00');
});

test('a sum says that open hours are part of it', () => {
  const open = dataOf(
    ['num_joins', 'state'],
    [
      [1, 'final'],
      [2, 'open'],
    ],
  );
  assert.equal(overWords(JOINS, open, HOURS, undefined), 'sum of 4 hours, open ones included');
  assert.equal(overWords(JOINS, dataOf(['num_joins', 'state'], [[1, 'final']]), HOURS, undefined), 'sum of 4 hours');
});

test('how many are shown is said only where some are not', () => {
  const shown = (of: number, all: number) => shownWords(dataOf([], [], { shown: { of: 'table_id', shown: of, all } }));
  assert.equal(shown(10, 4312), '10 of 4,312 tables');
  assert.equal(shown(7, 7), undefined);
  assert.equal(shownWords(dataOf([], [])), undefined);
});

test('keys have plurals', () => {
  assert.deepEqual(['instance_id', 'num_joins', 'class', 'query', 'day'].map(many), [
    ...['instances', 'joins', 'classes', 'queries', 'days'],
  ]);
});

test('a filter that changes nothing is named', () => {
  assert.equal(
    ignoredWords(dataOf([], [], { ignored: ['query_type'] })),
    'not filtered: query type is not told apart here',
  );
  assert.match(ignoredWords(dataOf([], [], { ignored: ['class', 'phase'] })) ?? '', /class and phase are not/);
  assert.equal(ignoredWords(dataOf([], [])), undefined);
});

test('empty says why and what would fill it', () => {
  assert.deepEqual(emptyWords(dataOf([], []), false), {
    why: 'Nothing to count in these 4 hours.',
    fill: 'It fills as queries arrive.',
  });
  const hour = dataOf([], [], { over: { from: at(13), to: at(14) } });
  assert.match(emptyWords(hour, true).why, /^Nothing matches the filters in the hour Tue 12 Mar 13:00\.$/);
});

test('known metrics come in their order, others by name, those without a panel not at all', () => {
  const named = (name: string) => metricOf({ name, keys: [], measures: [] }, {});
  const metrics = [
    named('zebra'),
    named('apple'),
    named('repetition'),
    named('spill'),
    { ...named('hidden'), panel: null },
  ];
  assert.deepEqual(
    panelOrder(metrics).map(({ name }) => name),
    ['spill', 'repetition', 'apple', 'zebra'],
  );
});

test('a file is named after what it holds', () => {
  assert.equal(fileName('spill', { from: at(10), to: at(14) }, 'csv'), 'spillway-spill-20240312T10-20240312T14.csv');
});
