import type { Share } from './buckets.ts';
import { readShare } from './buckets.ts';
import type { Evaluate } from './evaluate.ts';
import { apply, combine, divide } from './evaluate.ts';
import type { Arguments, ExpressionFunction, Takes } from './expression-functions.ts';
import { FUNCTIONS } from './expression-functions.ts';
import type { KeyColumn } from './metric.ts';
import { didYouMean } from './names.ts';
import type { Parameter } from './parameters.ts';
import { isParameter, PARAMETERS } from './parameters.ts';
import type { Token } from './token.ts';
import { ExpressionFault, tokenize } from './token.ts';

export type { Group, Part } from './evaluate.ts';
export { EXPRESSION_FUNCTIONS } from './expression-functions.ts';

/*
 *   sum     = product { ("+" | "-") product }
 *   product = factor { ("*" | "/") factor }
 *   factor  = "-" factor | number | name | function "(" argument { "," argument } ")" | "(" sum ")"
 *
 * A name is a measure, a derived value that is defined above, or a parameter. Everything is in double precision. A division
 * by zero, a logarithm of what has none and a result beyond the range of a double give null; null in arithmetic gives null;
 * min and max leave nulls out.
 */

/** The names that an expression may use, besides the parameters. */
export interface Scope {
  readonly keys: readonly KeyColumn[];
  readonly measures: readonly string[];
  /** Derived values defined above this one. */
  readonly above?: ReadonlyMap<string, Expression>;
  /** All derived values of the metric, to say what is wrong with those that are not above. */
  readonly derived?: readonly string[];
}

/** A derived value's expression, checked. */
export interface Expression {
  readonly text: string;
  /** Keys whose rows must be told apart below the group: those of `corr`, `slope` and `quantile`. */
  readonly detailKeys: ReadonlySet<string>;
  /** Keys of which every value must be among the rows: those of `share`. */
  readonly completeKeys: ReadonlySet<string>;
  readonly parameters: ReadonlySet<Parameter>;
  /** The function by which it looks at more than the group's sums, if it does. */
  readonly ofRows: string | undefined;
  readonly evaluate: Evaluate;
}

/** Longest expression taken: deeper nesting would only end the stack. */
const MAX_LENGTH = 1000;

/** Parses an expression. Throws ExpressionFault, which says where and why. */
export function compileExpression(text: string, scope: Scope): Expression {
  if (text.length > MAX_LENGTH) throw new ExpressionFault(1, `longer than ${MAX_LENGTH} characters`);
  const parser = new Parser(tokenize(text), scope);
  const evaluate = parser.whole();
  const { detailKeys, completeKeys, parameters, ofRows } = parser;
  return { text, detailKeys, completeKeys, parameters, ofRows, evaluate };
}

class Parser {
  readonly detailKeys = new Set<string>();
  readonly completeKeys = new Set<string>();
  readonly parameters = new Set<Parameter>();
  ofRows: string | undefined;
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
    if (token.kind === 'name') return this.#take('(') ? this.#call(token) : this.#name(token);
    if (token.text !== '(') this.#fail(token, `expected a number, a measure or "(", found ${describe(token)}`);
    const inner = this.#sum();
    this.#expect(')');
    return inner;
  }

  #name(token: Token): Evaluate {
    const name = token.text;
    if (this.#scope.measures.includes(name)) return (group) => group.measure(name);
    const expression = this.#scope.above?.get(name);
    if (expression !== undefined) return this.#derived(token, expression);
    if (isParameter(name)) {
      this.parameters.add(name);
      return (group) => group.parameter(name);
    }
    return this.#unknown(token);
  }

  #derived(token: Token, expression: Expression): Evaluate {
    const { evaluate, ofRows } = expression;
    if (ofRows !== undefined && this.#inside !== undefined) {
      this.#fail(token, `"${token.text}" uses ${ofRows}() and cannot stand inside ${this.#inside}()`);
    }
    this.ofRows ??= ofRows;
    for (const key of expression.detailKeys) this.detailKeys.add(key);
    for (const key of expression.completeKeys) this.completeKeys.add(key);
    for (const parameter of expression.parameters) this.parameters.add(parameter);
    return (group) => group.value(evaluate);
  }

  #unknown(token: Token): never {
    const { keys, measures, above = new Map<string, Expression>(), derived = [] } = this.#scope;
    const name = token.text;
    const known = FUNCTIONS.get(name);
    if (known !== undefined) this.#fail(token, `"${name}" is a function: ${known.usage}`);
    if (keys.some((key) => key.name === name)) this.#fail(token, `"${name}" is a key, not a measure`);
    if (derived.includes(name)) {
      this.#fail(token, `"${name}" is not defined above: a derived value may use those before it only`);
    }
    const names = [...measures, ...above.keys(), ...PARAMETERS.map((parameter) => parameter.name)];
    this.#fail(token, `no measure "${name}"${didYouMean(name, names)}`);
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
    if (known.ofRows) this.ofRows = this.#inside = token.text;
    const given = this.#arguments(token, known);
    this.#inside = outer;
    return known.build(given);
  }

  #arguments(token: Token, known: ExpressionFunction): Arguments {
    const [keys, values, shares]: [string[], Evaluate[], Share[]] = [[], [], []];
    const many = known.takes[0] === 'values';
    let count = 0;
    for (; count === 0 || this.#take(','); count++) {
      const takes = many ? 'values' : known.takes[count];
      if (takes === undefined) this.#fail(token, `too many arguments: ${known.usage}`);
      if (takes === 'value' || takes === 'values') values.push(this.#sum());
      else if (takes === 'share') shares.push(this.#share(known));
      else keys.push(this.#key(takes, known));
    }
    this.#expect(')');
    if (!many && count < known.takes.length) this.#fail(token, `too few arguments: ${known.usage}`);
    return { keys, values, shares };
  }

  #share(known: ExpressionFunction): Share {
    const token = this.#advance();
    const share = readShare(token.text);
    if (share !== undefined) return share;
    this.#fail(token, `${known.usage}: expected a number above 0 and up to 1, such as 0.95, found ${describe(token)}`);
  }

  #key(takes: Takes, known: ExpressionFunction): string {
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
