import { inspect } from 'node:util';
import type { Failure, Outcome, Skip } from './outcome.ts';

/** Of what a failing file wrote, the last lines are shown. */
const SHOWN_LINES = 60;

/** The part of node:test's events that is used here (https://nodejs.org/api/test.html#class-testsstream). */
interface TestEvent {
  readonly name: string;
  readonly nesting: number;
  readonly skip?: string | boolean | undefined;
  readonly todo?: string | boolean | undefined;
  readonly details: { readonly type?: string | undefined; readonly error?: unknown };
}

/** Counts the tests of one file. A test with subtests counts as one of its own, as node:test counts it. */
export class Tally {
  readonly #file: string;
  readonly #failures: Failure[] = [];
  readonly #skips: Skip[] = [];
  #passed = 0;
  #names: string[] = [];
  #awaited: string[] = [];
  #declaresNone = false;
  #written = '';

  constructor(file: string) {
    this.#file = file;
  }

  enqueue(event: { name: string }): void {
    if (event.name !== this.#file) this.#awaited.push(event.name);
  }

  start(event: { name: string; nesting: number }): void {
    this.#names = [...this.#names.slice(0, event.nesting), event.name];
  }

  pass(event: TestEvent): void {
    this.#report(event);
    if (event.name === this.#file) {
      this.#declaresNone = true;
    } else if (event.skip !== undefined || event.todo !== undefined) {
      this.#addSkip(event);
    } else if (event.details.type !== 'suite') {
      this.#passed += 1;
    }
  }

  fail(event: TestEvent, endedBecause: string | undefined): void {
    this.#report(event);
    const { error } = event.details;
    if (event.todo !== undefined) this.#addSkip(event);
    // A suite, or a test, that failed because of a test within it is not a second failure.
    if (event.todo !== undefined || property(error, 'failureType') === 'subtestsFailed') return;
    if (event.name === this.#file) this.#addFailure('the file', endedBecause ?? describeEnd(error));
    else this.#addFailure(this.#path(event), describe(error));
  }

  write(text: string): void {
    this.#written += text;
  }

  /** To be called once, at the end. */
  outcome(): Outcome {
    // node:test itself says nothing about tests that were cut off by process.exit().
    if (this.#awaited.length > 0) this.#addFailure('the file', `it ended before: ${this.#awaited.join(', ')}`);
    else if (this.#declaresNone) this.#addFailure('the file', 'it declares no test');
    const [first, ...others] = this.#failures;
    const lines = this.#written.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n');
    const withOutput = first && lines ? { ...first, detail: `${first.detail}\n\nthe file wrote:\n${lines}` } : first;
    return { passed: this.#passed, failures: withOutput ? [withOutput, ...others] : [], skips: this.#skips };
  }

  #report(event: TestEvent): void {
    const index = this.#awaited.indexOf(event.name);
    if (index >= 0) this.#awaited.splice(index, 1);
  }

  #path(event: TestEvent): string {
    return [...this.#names.slice(0, event.nesting), event.name].join(' > ');
  }

  #addFailure(title: string, detail: string): void {
    this.#failures.push({ title, detail });
  }

  #addSkip(event: TestEvent): void {
    const reason = [event.skip, event.todo].find((value) => typeof value === 'string' && value !== '');
    this.#skips.push({ title: this.#path(event), reason: typeof reason === 'string' ? reason : 'no reason given' });
  }
}

/** A property that node:test's errors have beyond those of an Error. */
function property(error: unknown, name: 'failureType' | 'exitCode' | 'signal'): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
}

/** How the process of a file ended, when that alone is what failed. */
function describeEnd(error: unknown): string {
  const [code, signal] = [property(error, 'exitCode'), property(error, 'signal')];
  return signal ? `its process was ended by ${signal}` : `its process ended with exit code ${code}`;
}

/** The error a test threw, without node:test's wrapping and without the stack inside of Node. */
function describe(error: unknown): string {
  const thrown = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const text = typeof thrown === 'string' ? thrown : inspect(thrown, { colors: false, depth: 6 });
  return text
    .split('\n')
    .filter((line) => !/^\s+at .*\(?node:internal/.test(line))
    .join('\n');
}
