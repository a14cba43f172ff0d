import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { problemOf } from '../../../src/api/problem.ts';
import type { ErrorCode } from '../../../src/errors.ts';
import { ERROR_CODES, SpillwayError } from '../../../src/errors.ts';
import { silentLogger } from '../../../src/observe/logger.ts';
import { apiFixture, STATUS } from './fixture.ts';

test('every code has a status of its domain, and a title', () => {
  const range = { user: [400, 499], external: [503, 503], internal: [500, 500] } as const;
  for (const [code, { domain }] of Object.entries(ERROR_CODES)) {
    const problem = problemOf(new SpillwayError(code as ErrorCode, 'what happened'));
    const [low, high] = code === 'QUERY_TIMEOUT' ? [504, 504] : range[domain];
    assert.ok(problem.status >= low && problem.status <= high, `${code} is ${problem.status}`);
    assert.match(problem.title, /^[A-Z][a-z ]+$/);
    assert.equal(problem.type, `urn:spillway:error:${code}`);
  }
});

test('a problem carries what the error says, and no hint where there is none', () => {
  assert.deepEqual(problemOf(new SpillwayError('RUN_NOT_FOUND', 'no run "x"')), {
    type: 'urn:spillway:error:RUN_NOT_FOUND',
    title: 'Run not found',
    status: 404,
    detail: 'no run "x"',
    code: 'RUN_NOT_FOUND',
  });
});

describe('a failure inside', () => {
  test('is answered without stack or message, and logged with both', async (t) => {
    const logged: Record<string, unknown>[] = [];
    const logger = {
      ...silentLogger,
      error: (fields: Readonly<Record<string, unknown>>) => logged.push({ ...fields }),
    };
    const { get } = await apiFixture(t, {
      logger,
      status: () => {
        throw new Error('secret inside');
      },
    });
    const response = await get('/api/status');
    assert.deepEqual(response.json(), {
      type: 'urn:spillway:error:INTERNAL',
      title: 'Internal',
      status: 500,
      detail: 'something unexpected failed in Spillway',
      code: 'INTERNAL',
      hint: "the run's log holds the details",
    });
    assert.equal(logged.length, 1);
    assert.match(String(logged[0]?.stack), /secret inside[\s\S]*problem\.test\.ts/);
    assert.equal(logged[0]?.url, '/api/status');
  });

  test('that the world caused asks to try again', async (t) => {
    const { get } = await apiFixture(t, {
      status: () => {
        throw new SpillwayError('IO', 'reading the disk', { hint: 'free some space' });
      },
    });
    const response = await get('/api/status');
    assert.equal(response.statusCode, 503);
    assert.equal(response.json().detail, 'reading the disk');
  });

  test('of an answer that breaks its own schema is ours, not the client’s', async (t) => {
    const broken = { ...STATUS, replay: { ...STATUS.replay, eventsPerSecond: Number.NaN } };
    const { get } = await apiFixture(t, { status: () => broken });
    assert.equal((await get('/api/status')).statusCode, 500);
  });
});
