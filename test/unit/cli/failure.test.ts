import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Interrupted, reportFailure } from '../../../src/cli/failure.ts';
import type { ErrorCode } from '../../../src/errors.ts';
import { ERROR_CODES, SpillwayError } from '../../../src/errors.ts';
import { testIo } from './test-io.ts';

function reported(error: unknown): { code: number; stderr: string } {
  const { io, stdout, stderr } = testIo();
  const code = reportFailure(error, io);
  assert.equal(stdout(), '');
  return { code, stderr: stderr() };
}

test('each code ends the process by its domain, and only our own mistakes show a stack', () => {
  for (const code of Object.keys(ERROR_CODES) as ErrorCode[]) {
    const { domain } = ERROR_CODES[code];
    const { code: exit, stderr } = reported(new SpillwayError(code, 'what happened', { hint: 'what to do' }));
    assert.equal(exit, domain === 'user' ? 2 : 1, code);
    if (domain === 'internal') assert.match(stderr, /what happened\n {4}at /);
    else assert.equal(stderr, `error: what happened [${code}]\nhint: what to do\n`);
  }
});

test('a message of several lines, or with escape sequences, is one printable line', () => {
  const { stderr } = reported(new SpillwayError('IO', 'first\n  second\n\u001b[2Jthird'));
  assert.equal(stderr, 'error: first; second; \\u001b[2Jthird [IO]\n');
});

test('anything else that is thrown is our mistake: exit 1, with its stack and what caused it', () => {
  const { code, stderr } = reported(new Error('outer', { cause: new Error('inner') }));
  assert.equal(code, 1);
  assert.match(stderr, /^error: this is a mistake in Spillway, not in what you did\nError: outer\n {4}at /);
  assert.match(stderr, /caused by: Error: inner\n {4}at /);
  assert.deepEqual(reported('a text').code, 1);
});

test('what the system refuses is no mistake of ours', () => {
  const refused = Object.assign(new Error("EACCES: permission denied, mkdir '/x'"), { code: 'EACCES' });
  assert.deepEqual(reported(refused), { code: 1, stderr: "error: EACCES: permission denied, mkdir '/x' [IO]\n" });
});

test('an interruption exits 130 and says how to go on', () => {
  assert.deepEqual(reported(new Interrupted('go on like this')), { code: 130, stderr: 'go on like this\n' });
});
