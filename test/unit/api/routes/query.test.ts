import assert from 'node:assert/strict';
import { test } from 'node:test';
import { queryBody } from '../../../../src/api/routes/query.ts';
import { apiFixture } from '../fixture.ts';

test('a query', async (t) => {
  const { post } = await apiFixture(t);

  await t.test('gives exact integers, ISO times and the state of every row', async () => {
    const sql = 'SELECT hour, sum(bytes) AS bytes, state FROM traffic GROUP BY hour, state ORDER BY hour';
    const response = await post('/api/query', { sql });
    assert.deepEqual(response.json(), {
      columns: [
        { name: 'hour', type: 'TIMESTAMP' },
        { name: 'bytes', type: 'HUGEINT' },
        { name: 'state', type: 'VARCHAR' },
      ],
      rows: [
        ['2024-03-01T22:00:00Z', '9007199254740998', 'final'],
        ['2024-03-01T23:00:00Z', 10, 'final'],
        ['2024-03-02T00:00:00Z', 7, 'open'],
      ],
      truncated: false,
    });
    queryBody.strict().parse(response.json());
  });

  await t.test('stops at the rows it may give, and says that there are more', async () => {
    const body = (await post('/api/query', { sql: 'SELECT hour FROM hours ORDER BY 1', maxRows: 1 })).json();
    assert.deepEqual(body.rows, [['2024-03-01T22:00:00Z']]);
    assert.equal(body.truncated, true);
  });

  await t.test('is interrupted after its time', async () => {
    const sql = 'SELECT sum(sin(a.range)) FROM range(100000000) a, range(1000) b, hours';
    const response = await post('/api/query', { sql, timeoutMs: 100 });
    const { hint, ...problem } = response.json();
    assert.deepEqual(problem, {
      type: 'urn:spillway:error:QUERY_TIMEOUT',
      title: 'Query timeout',
      status: 504,
      detail: 'query: no answer within 100 ms',
      code: 'QUERY_TIMEOUT',
    });
    assert.ok(hint.length > 0);
  });

  const statements = [
    'SELEC 1',
    'SELECT * FROM nothing_here',
    'DELETE FROM hours',
    'DROP VIEW hours',
    'SELECT 1; SELECT 2',
    ';',
    '-- nothing',
  ];
  const reaching = [
    "COPY hours TO '/tmp/x.csv'",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SET memory_limit = '9GB'",
    "ATTACH '/tmp/x.db'",
  ];
  for (const sql of [...statements, ...reaching, 'SELECT $1', 'INSTALL httpfs']) {
    await t.test(`that is more or less than one SELECT over the tables is refused: ${sql}`, async () => {
      const response = await post('/api/query', { sql });
      assert.equal(response.statusCode, 400);
      assert.equal(response.json().code, 'QUERY_INVALID');
      assert.ok(!/\n\s+at /.test(response.body));
    });
  }

  const bodies: readonly (readonly [unknown, string])[] = [
    [null, 'body: Invalid input: expected object, received null; found null'],
    [[], 'body: Invalid input: expected object, received array; found []'],
    [{}, 'body field "sql": Invalid input: expected string, received undefined; found nothing'],
    [{ sql: 1 }, 'body field "sql": Invalid input: expected string, received number; found 1'],
    [{ sql: '' }, 'body field "sql": Too small: expected string to have >=1 characters; found ""'],
    [{ sql: 'SELECT 1\0, 2' }, 'body field "sql": expected text without a NUL character; found "SELECT 1\\u0000, 2"'],
    [{ sql: 'x', maxRows: 0 }, 'body field "maxRows": Too small: expected number to be >=1; found 0'],
    [{ sql: 'x', maxRows: 1.5 }, 'body field "maxRows": Invalid input: expected int, received number; found 1.5'],
    [{ sql: 'x', maxRows: '5' }, 'body field "maxRows": Invalid input: expected number, received string; found "5"'],
    [{ sql: 'x', maxRows: 1e9 }, 'body field "maxRows": Too big: expected number to be <=100000; found 1000000000'],
    [{ sql: 'x', timeoutMs: -1 }, 'body field "timeoutMs": Too small: expected number to be >=1; found -1'],
    [{ sql: 'x', timeout: 5 }, 'body: Unrecognized key: "timeout"; found {"sql":"x","timeout":5}'],
  ];
  for (const [body, detail] of bodies) {
    await t.test(`is not ${JSON.stringify(body)}`, async () => {
      assert.deepEqual((await post('/api/query', body)).json(), {
        type: 'urn:spillway:error:REQUEST_INVALID',
        title: 'Request invalid',
        status: 400,
        detail,
        code: 'REQUEST_INVALID',
        hint: 'GET /api/docs shows what each route takes',
      });
    });
  }
});
