import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Expression, Group, Scope } from '../../../src/metrics/expression.ts';
import { compileExpression } from '../../../src/metrics/expression.ts';
import { ExpressionFault } from '../../../src/metrics/token.ts';

const SCOPE: Scope = {
  keys: [
    { name: 'hour', type: 'TIMESTAMP' },
    { name: 'joins', type: 'BIGINT' },
  ],
  measures: ['a', 'b', 'zero', 'missing'],
};

/** A group of one row: a = 6, b = 4, zero = 0, missing = null; 20 slot hours, and every weight 0.25. */
const GROUP: Group = {
  measure: (name) => ({ a: 6, b: 4, zero: 0 })[name] ?? null,
  parameter: (name) => (name === 'slot_hours' ? 20 : 0.25),
  value: (of) => of(GROUP),
  by: () => [],
  over: () => GROUP,
};

function evaluate(text: string): number | null {
  return compileExpression(text, SCOPE).evaluate(GROUP);
}

function faultOf(text: string, scope = SCOPE): string {
  try {
    compileExpression(text, scope);
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
    ['at_least(a, 6)', 1],
    ['at_least(b, a)', 0],
    ['above(a, b)', 1],
    ['above(a, 6)', 0],
    ['max(above(zero, 0), min(at_least(a, b), above(b, 3.9)))', 1],
    ['a / slot_hours', 0.3],
    ['weight_queue * 2 + weight_spill + weight_performance + weight_concurrency', 1.25],
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
    'at_least(missing, 1)',
    'above(1, a / zero)',
    'quantile(joins, a, 0.5)',
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
    ['at_least(a)', '1: too few arguments: at_least(a, b)'],
    ['slot_hour', '1: no measure "slot_hour"; did you mean "slot_hours"?'],
    ['slot_hours(1)', '1: no function "slot_hours"'],
    ['quantile(joins, a)', '1: too few arguments: quantile(bucket, n, q)'],
    ['quantile(hour, a, 0.5)', '10: quantile(bucket, n, q) needs a key of integers; hour is TIMESTAMP'],
    ['quantile(a, a, 0.5)', '10: expected a key of the metric, found "a"'],
    ['share(quantile(joins, a, 0.5), hour)', '7: quantile() cannot stand inside share()'],
    ['('.repeat(2000), '1: longer than 1000 characters'],
  ];
  for (const [text, message] of cases) test(text.slice(0, 50), () => assert.equal(faultOf(text), message));
});

describe('the share of a quantile is written plainly, above 0 and up to 1', () => {
  for (const q of ['0.5', '1', '1.0', '0.999']) {
    test(q, () => assert.equal(evaluate(`quantile(joins, a, ${q})`), null));
  }
  const cases: readonly (readonly [q: string, found: string])[] = [
    ['0', '0'],
    ['0.0', '0.0'],
    ['1.5', '1.5'],
    ['1.0000001', '1.0000001'],
    ['95', '95'],
    ['5e-1', '5e-1'],
    ['a', 'a'],
    ['(0.5)', '('],
    ['-0.5', '-'],
    ['0.1234567890123456', '0.1234567890123456'],
    ['', ')'],
  ];
  for (const [q, found] of cases) {
    const expected = 'quantile(bucket, n, q): expected a number above 0 and up to 1, such as 0.95';
    test(`not "${q}"`, () => assert.equal(faultOf(`quantile(joins, a, ${q})`), `20: ${expected}, found "${found}"`));
  }
});

test('an expression says which keys it needs told apart, which whole, and which parameters it uses', () => {
  const expression = compileExpression('corr(joins, a, b, a) + share(a, hour) + share(b, joins) / slot_hours', SCOPE);
  assert.deepEqual([...expression.detailKeys], ['joins']);
  assert.deepEqual([...expression.completeKeys], ['hour', 'joins']);
  assert.deepEqual([...expression.parameters], ['slot_hours']);
});

describe('derived values that are defined above', () => {
  const above = new Map<string, Expression>();
  const scope: Scope = { ...SCOPE, above, derived: ['half', 'busy', 'median', 'score'] };
  for (const [name, text] of [
    ['half', 'a / 2'],
    ['busy', 'half / slot_hours'],
    ['median', 'quantile(joins, a, 0.5)'],
  ] as const) {
    above.set(name, compileExpression(text, scope));
  }

  test('have their value, and pass on what they need', () => {
    const expression = compileExpression('busy * 100 + half', scope);
    assert.equal(expression.evaluate(GROUP), 18);
    assert.deepEqual([...expression.parameters], ['slot_hours']);
    assert.deepEqual([...compileExpression('1 + median', scope).detailKeys], ['joins']);
    assert.equal(compileExpression('share(half, hour)', scope).evaluate(GROUP), 1);
  });

  test('that are not above, or look at rows where they must not, are refused', () => {
    const order = 'is not defined above: a derived value may use those before it only';
    assert.equal(faultOf('a + score', scope), `5: "score" ${order}`);
    assert.equal(faultOf('halv', scope), '1: no measure "halv"; did you mean "half"?');
    assert.equal(
      faultOf('share(1 + median, hour)', scope),
      '11: "median" uses quantile() and cannot stand inside share()',
    );
  });

  test('are computed once for each group, however many use them', () => {
    const chain = new Map<string, Expression>();
    const names = Array.from({ length: 60 }, (_, i) => `d${i}`);
    chain.set('d0', compileExpression('a', SCOPE));
    names.slice(1).forEach((name, i) => {
      chain.set(name, compileExpression(`(d${i} + d${i}) / 2`, { ...SCOPE, above: chain }));
    });
    const values = new Map<unknown, number | null>();
    const group: Group = {
      ...GROUP,
      value: (of) => {
        const value = values.get(of) ?? of(group);
        values.set(of, value);
        return value;
      },
    };
    assert.equal(chain.get('d59')?.evaluate(group), 6);
    assert.equal(values.size, 59);
  });
});
