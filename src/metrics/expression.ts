import type { KeyColumn } from './metric.ts';
import { correlation, leastSquaresSlope } from './moments.ts';
import { didYouMean } from './names.ts';
import type { Token } from './token.ts';
import { ExpressionFault, tokenize } from './token.ts';

/*
 *   sum     = product { ("+" | "-") product }
 *   product = factor { ("*" | "/") factor }
 *   factor  = "-" factor | number | measure | function "(" argument { "," argument } ")" | "(" sum ")"
 *
 * Everything is in double precision. A division by zero, a logarithm of what has none and a result beyond the range of
 * a double give null; null in arithmetic gives null; min and max leave nulls out.
 */

/** The names that an expression may use. */
export interface Scope {
  readonly keys: readonly KeyColumn[];
  readonly measures: readonly string[];
}

/** The rows of one group after summing, as an expression sees them. */
export interface Group {
  /** Sum of a measure over the group; null if no row has a value. */
  measure(name: string): number | null;
  /** The group's rows told apart by an integer key, smallest first; rows without that key are left out. */
  by(key: string): readonly { readonly x: number; readonly group: Group }[];
  /** This group and all that differ from it in `key` only, summed; the group itself where it is not told apart by `key`. */
  over(key: string): Group;
}

/** A derived value's expression, checked. */
export interface Expression {
  readonly text: string;
  /** Keys whose rows must be told apart below the group: those of `corr` and `slope`. */
  readonly detailKeys: readonly string[];
  /** Keys of which every value must be among the rows: those of `share`. */
  readonly completeKeys: readonly string[];
  evaluate(group: Group): number | null;
}

type Evaluate = (group: Group) => number | null;
type Argument = { readonly key: string } | { readonly value: Evaluate };

interface ExpressionFunction {
  /** What each argument is: a key, a key with integer values, or a value. `values` stands for one or more. */
  readonly takes: readonly ('key' | 'integer key' | 'value' | 'values')[];
  /** Whether it looks at more than the group's sums. Such functions do not nest. */
  readonly ofRows: boolean;
  readonly usage: string;
  build(keys: readonly string[], values: readonly Evaluate[]): Evaluate;
}

const FUNCTIONS: ReadonlyMap<string, ExpressionFunction> = new Map(
  Object.entries<ExpressionFunction>({
    min: { takes: ['values'], ofRows: false, usage: 'min(a, b, ...)', build: (_, values) => extreme(values, Math.min) },
    max: { takes: ['values'], ofRows: false, usage: 'max(a, b, ...)', build: (_, values) => extreme(values, Math.max) },
    exp: { takes: ['value'], ofRows: false, usage: 'exp(a)', build: (_, [a]) => apply((x) => Math.exp(x), a) },
    ln: { takes: ['value'], ofRows: false, usage: 'ln(a)', build: (_, [a]) => apply((x) => Math.log(x), a) },
    share: {
      takes: ['value', 'key'],
      ofRows: true,
      usage: 'share(a, key)',
      build:
        ([key = ''], [a = nothing]) =>
        (group) =>
          divide(a(group), a(group.over(key))),
    },
    corr: {
      takes: ['integer key', 'value', 'value', 'value'],
      ofRows: true,
      usage: 'corr(key, n, sum_y, sum_yy)',
      build:
        ([key = ''], [n = nothing, y = nothing, yy = nothing]) =>
        (group) =>
          finite(correlation(points(group, key, n, y, yy))),
    },
    slope: {
      takes: ['integer key', 'value', 'value'],
      ofRows: true,
      usage: 'slope(key, n, sum_y)',
      build:
        ([key = ''], [n = nothing, y = nothing]) =>
        (group) =>
          finite(leastSquaresSlope(points(group, key, n, y, () => 0))),
    },
  }),
);

/**
 * Functions of an expression, for documentation. `a` is any expression without `share`, `corr` or `slope`.
 *
 * - `min`, `max`: smallest, largest; nulls are left out.
 * - `exp`, `ln`: natural exponential and logarithm.
 * - `share(a, key)`: `a` of the group, divided by `a` of all groups together that differ from it in `key` only.
 * - `corr(key, n, sum_y, sum_yy)`: Pearson's r of x and y, where each value x of `key` stands for n points whose y and
 *   y² sum up to `sum_y` and `sum_yy`; `slope(key, n, sum_y)`: slope of the least-squares line of y on x. Formulas in
 *   `moments.ts`.
 */
export const EXPRESSION_FUNCTIONS: readonly string[] = [...FUNCTIONS.values()].map(({ usage }) => usage);

/** Longest expression taken: deeper nesting would only end the stack. */
const MAX_LENGTH = 1000;

/** Parses an expression. Throws ExpressionFault, which says where and why. */
export function compileExpression(text: string, scope: Scope): Expression {
  if (text.length > MAX_LENGTH) throw new ExpressionFault(1, `longer than ${MAX_LENGTH} characters`);
  const parser = new Parser(tokenize(text), scope);
  const evaluate = parser.whole();
  return { text, detailKeys: [...parser.detailKeys], completeKeys: [...parser.completeKeys], evaluate };
}

class Parser {
  readonly detailKeys = new Set<string>();
  readonly completeKeys = new Set<string>();
  readonly #tokens: readonly Token[];
  readonly #scope: Scope;
  #next = 0;
  /** Name of the row function whose arguments are being read. */
  #inside: string | undefined;

  constructor(tokens: readonly Token[], scope: Scope) {
    this.#tokens = tokens;
    this.#scope = scope;
  }

  whole(): Evaluate {
    const evaluate = this.#sum();
    const rest = this.#tokens[this.#next];
    if (rest !== undefined && rest.kind !== 'end')
      this.#fail(rest, `expected an operator or the end, found "${rest.text}"`);
    return evaluate;
  }

  #sum(): Evaluate {
    let left = this.#product();
    for (;;) {
      if (this.#take('+')) left = combine((a, b) => a + b, left, this.#product());
      else if (this.#take('-')) left = combine((a, b) => a - b, left, this.#product());
      else return left;
    }
  }

  #product(): Evaluate {
    let left = this.#factor();
    for (;;) {
      if (this.#take('*')) left = combine((a, b) => a * b, left, this.#factor());
      else if (this.#take('/')) left = combine(divide, left, this.#factor());
      else return left;
    }
  }

  #factor(): Evaluate {
    if (this.#take('-')) return apply((x) => -x, this.#factor());
    const token = this.#advance();
    if (token.kind === 'number') return () => token.value;
    if (token.kind === 'name') return this.#take('(') ? this.#call(token) : this.#measure(token);
    if (token.text !== '(') this.#fail(token, `expected a number, a measure or "(", found ${describe(token)}`);
    const inner = this.#sum();
    this.#expect(')');
    return inner;
  }

  #measure(token: Token): Evaluate {
    const { keys, measures } = this.#scope;
    const name = token.text;
    if (measures.includes(name)) return (group) => group.measure(name);
    const known = FUNCTIONS.get(name);
    if (known !== undefined) this.#fail(token, `"${name}" is a function: ${known.usage}`);
    if (keys.some((key) => key.name === name)) this.#fail(token, `"${name}" is a key, not a measure`);
    this.#fail(token, `no measure "${name}"${didYouMean(name, measures)}`);
  }

  #call(token: Token): Evaluate {
    const known = FUNCTIONS.get(token.text);
    if (known === undefined) {
      this.#fail(token, `no function "${token.text}"${didYouMean(token.text, FUNCTIONS.keys())}`);
    }
    if (known.ofRows && this.#inside !== undefined) {
      this.#fail(token, `${token.text}() cannot stand inside ${this.#inside}()`);
    }
    const outer = this.#inside;
    if (known.ofRows) this.#inside = token.text;
    const { keys, values } = this.#arguments(token, known);
    this.#inside = outer;
    return known.build(keys, values);
  }

  #arguments(token: Token, known: ExpressionFunction): { keys: string[]; values: Evaluate[] } {
    const [keys, values]: [string[], Evaluate[]] = [[], []];
    const many = known.takes[0] === 'values';
    for (let i = 0; i === 0 || this.#take(','); i++) {
      const takes = many ? 'values' : known.takes[i];
      if (takes === undefined) this.#fail(token, `too many arguments: ${known.usage}`);
      const argument: Argument = takes.startsWith('value') ? { value: this.#sum() } : { key: this.#key(takes, known) };
      if ('key' in argument) keys.push(argument.key);
      else values.push(argument.value);
    }
    this.#expect(')');
    if (!many && keys.length + values.length < known.takes.length)
      this.#fail(token, `too few arguments: ${known.usage}`);
    return { keys, values };
  }

  #key(takes: string, known: ExpressionFunction): string {
    const token = this.#advance();
    const key = this.#scope.keys.find(({ name }) => name === token.text);
    if (key === undefined) {
      const names = this.#scope.keys.map(({ name }) => name);
      this.#fail(token, `expected a key of the metric, found ${describe(token)}${didYouMean(token.text, names)}`);
    }
    if (takes === 'key') this.completeKeys.add(key.name);
    else if (key.type === 'BIGINT') this.detailKeys.add(key.name);
    else this.#fail(token, `${known.usage} needs a key of integers; ${key.name} is ${key.type}`);
    return key.name;
  }

  #advance(): Token {
    const token = this.#tokens[this.#next];
    if (token === undefined) throw new Error('read beyond the end of an expression');
    this.#next += 1;
    return token;
  }

  #take(text: string): boolean {
    const token = this.#tokens[this.#next];
    if (token?.kind !== 'sign' || token.text !== text) return false;
    this.#next += 1;
    return true;
  }

  #expect(text: string): void {
    if (this.#take(text)) return;
    const token = this.#advance();
    this.#fail(token, `expected "${text}", found ${describe(token)}`);
  }

  #fail(token: Token, reason: string): never {
    throw new ExpressionFault(token.position, reason);
  }
}

function describe(token: Token): string {
  return token.kind === 'end' ? 'the end' : `"${token.text}"`;
}

function nothing(): null {
  return null;
}

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

function divide(a: number | null, b: number | null): number | null {
  return a === null || b === null || b === 0 ? null : finite(a / b);
}

function apply(operation: (a: number) => number, of: Evaluate = nothing): Evaluate {
  return (group) => {
    const a = of(group);
    return a === null ? null : finite(operation(a));
  };
}

function combine(operation: (a: number, b: number) => number | null, left: Evaluate, right: Evaluate): Evaluate {
  return (group) => {
    const [a, b] = [left(group), right(group)];
    return a === null || b === null ? null : finite(operation(a, b));
  };
}

function extreme(values: readonly Evaluate[], choose: (...candidates: number[]) => number): Evaluate {
  return (group) => {
    const candidates = values.map((value) => value(group)).filter((value) => value !== null);
    return candidates.length === 0 ? null : choose(...candidates);
  };
}

/** One entry per value of the key that has all its sums and at least one point. */
function points(group: Group, key: string, n: Evaluate, y: Evaluate, yy: Evaluate) {
  return group.by(key).flatMap(({ x, group: rows }) => {
    const [count, sumY, sumYy] = [n(rows), y(rows), yy(rows)];
    return count === null || count <= 0 || sumY === null || sumYy === null ? [] : [{ x, n: count, sumY, sumYy }];
  });
}
