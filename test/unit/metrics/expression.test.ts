import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Group, Scope } from '../../../src/metrics/expression.ts';
import { compileExpression } from '../../../src/metrics/expression.ts';
import { ExpressionFault } from '../../../src/metrics/token.ts';

const SCOPE: Scope = {
  keys: [
    { name: 'hour', type: 'TIMESTAMP' },
    { name: 'joins', type: 'BIGINT' },
  ],
  measures: ['a', 'b', 'zero', 'missing'],
};

/** A group of one row: a = 6, b = 4, zero = 0, missing = null. */
const GROUP: Group = {
  measure: (name) => ({ a: 6, b: 4, zero: 0 })[name] ?? null,
  by: () => [],
  over: () => GROUP,
};

function evaluate(text: string): number | null {
  return compileExpression(text, SCOPE).evaluate(GROUP);
}

function faultOf(text: string): string {
  try {
    compileExpression(text, SCOPE);
  } catch (error) {
    assert.ok(error instanceof ExpressionFault, String(error));
    return `${error.position}: ${error.message}`;
  }
  return assert.fail(`"${text}" was accepted`);
}

describe('arithmetic', () => {
  const cases: readonly (readonly [text: string, value: number])[] = [
    ['a / b', 1.5],
    ['a - b - 1', 1],
    ['a / b / 2', 0.75],
    ['a + b * 2', 14],
    ['(a + b) * 2', 20],
    ['-a + b', -2],
    ['--a', 6],
    ['a - -b', 10],
    ['2 * -b', -8],
    ['min(a, b, 5)', 4],
    ['max(a, b, 5)', 6],
    ['min(a)', 6],
    ['1.5e2 + 0.5', 150.5],
    ['exp(0)', 1],
    ['ln(exp(2))', 2],
    ['max(0, 1 - b / a)', 1 - 4 / 6],
  ];
  for (const [text, value] of cases) {
    test(`${text} is ${value}`, () => assert.equal(evaluate(text), value));
  }
});

describe('what cannot be computed is null', () => {
  for (const text of [
    'a / zero',
    'a / (b - 4)',
    'missing',
    'missing + 1',
    '1 / missing',
    '-missing',
    'ln(zero)',
    'ln(-a)',
  ]) {
    test(text, () => assert.equal(evaluate(text), null));
  }
  test('a result beyond a double', () => assert.equal(evaluate('exp(1000)'), null));
  test('and min and max leave it out', () => {
    assert.equal(evaluate('max(0, missing)'), 0);
    assert.equal(evaluate('min(a, a / zero)'), 6);
    assert.equal(evaluate('max(missing, missing)'), null);
  });
});

describe('an expression that is no expression is refused at its place', () => {
  const cases: readonly (readonly [text: string, message: string])[] = [
    ['', '1: expected a number, a measure or "(", found the end'],
    ['a /', '4: expected a number, a measure or "(", found the end'],
    ['a b', '3: expected an operator or the end, found "b"'],
    ['(a + b', '7: expected ")", found the end'],
    ['a + b)', '6: expected an operator or the end, found ")"'],
    ['a % b', '3: unexpected "%"'],
    ['a; DROP', '2: unexpected ";"'],
    ['.5', '1: unexpected "."'],
    ['1e999', '1: 1e999 is too large'],
    ['missin', '1: no measure "missin"; did you mean "missing"?'],
    ['hour / a', '1: "hour" is a key, not a measure'],
    ['constructor', '1: no measure "constructor"'],
    ['constructor(a)', '1: no function "constructor"'],
    ['mim(a, b)', '1: no function "mim"; did you mean "min"?'],
    ['a + max', '5: "max" is a function: max(a, b, ...)'],
    ['min()', '5: expected a number, a measure or "(", found ")"'],
    ['exp(a, b)', '1: too many arguments: exp(a)'],
    ['share(a)', '1: too few arguments: share(a, key)'],
    ['share(a, b)', '10: expected a key of the metric, found "b"'],
    ['corr(hour, a, b, a)', '6: corr(key, n, sum_y, sum_yy) needs a key of integers; hour is TIMESTAMP'],
    ['share(share(a, joins), hour)', '7: share() cannot stand inside share()'],
    ['slope(joins, a, max(b, corr(joins, a, b, a)))', '24: corr() cannot stand inside slope()'],
    ['('.repeat(2000), '1: longer than 1000 characters'],
  ];
  for (const [text, message] of cases) test(text.slice(0, 50), () => assert.equal(faultOf(text), message));
});

test('an expression says which keys it needs told apart, and which whole', () => {
  const expression = compileExpression('corr(joins, a, b, a) + share(a, hour) + share(b, joins)', SCOPE);
  assert.deepEqual(expression.detailKeys, ['joins']);
  assert.deepEqual(expression.completeKeys, ['hour', 'joins']);
});
