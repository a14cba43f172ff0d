import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seriesBody } from '../../../../src/api/routes/series.ts';
import type { Metric } from '../../../../src/metrics/metric.ts';
import { apiFixture, METRICS } from '../fixture.ts';

const WHOLE = { from: null, to: null, filters: {}, truncated: false };

test('a series', async (t) => {
  const { get } = await apiFixture(t);
  const rowsOf = async (url: string): Promise<Record<string, unknown>[]> => {
    const response = await get(url);
    assert.equal(response.statusCode, 200, response.body);
    // Answers go out unchecked: here they are held to what the API describes.
    return seriesBody.strict().parse(response.json()).rows;
  };

  await t.test('sums all keys but the hour, exactly, and says what is provisional', async () => {
    assert.deepEqual((await get('/api/metrics/traffic/series')).json(), {
      ...WHOLE,
      metric: 'traffic',
      grain: 'hour',
      group: [],
      rows: [
        {
          hour: '2024-03-01T22:00:00Z',
          queries: 3,
          bytes: '9007199254740998',
          mean_bytes: 9007199254740998 / 3,
          state: 'final',
          revision: 1,
        },
        { hour: '2024-03-01T23:00:00Z', queries: 4, bytes: 10, mean_bytes: 2.5, state: 'final', revision: 2 },
        { hour: '2024-03-02T00:00:00Z', queries: 2, bytes: 7, mean_bytes: 3.5, state: 'open', revision: 0 },
      ],
    });
  });

  await t.test('by day sums its hours, and is open while one of them is', async () => {
    assert.deepEqual((await get('/api/metrics/traffic/series?grain=day&group=is_read&from=2024-03-01T23:00Z')).json(), {
      ...WHOLE,
      from: '2024-03-01T23:00:00Z',
      metric: 'traffic',
      grain: 'day',
      group: ['is_read'],
      rows: [
        {
          hour: '2024-03-01T00:00:00Z',
          is_read: true,
          queries: 4,
          bytes: 10,
          mean_bytes: 2.5,
          state: 'final',
          revision: 2,
        },
        {
          hour: '2024-03-02T00:00:00Z',
          is_read: true,
          queries: 2,
          bytes: 7,
          mean_bytes: 3.5,
          state: 'open',
          revision: 0,
        },
      ],
    });
  });

  await t.test('tells the keys of its group apart, nulls last, and gives null for a zero denominator', async () => {
    assert.deepEqual(await rowsOf('/api/metrics/traffic/series?group=since,table_id&to=2024-03-01T22:00:01Z'), [
      {
        hour: '2024-03-01T22:00:00Z',
        table_id: -3,
        since: null,
        queries: 0,
        bytes: 5,
        mean_bytes: null,
        state: 'final',
        revision: 1,
      },
      {
        hour: '2024-03-01T22:00:00Z',
        table_id: 7,
        since: '2024-01-01T00:00:00Z',
        queries: 2,
        bytes: 9007199254740991,
        mean_bytes: 9007199254740991 / 2,
        state: 'final',
        revision: 1,
      },
      {
        hour: '2024-03-01T22:00:00Z',
        table_id: 8,
        since: '2024-01-02T00:00:00Z',
        queries: 1,
        bytes: 2,
        mean_bytes: 2,
        state: 'final',
        revision: 1,
      },
    ]);
  });

  await t.test('without derived values has none', async () => {
    assert.deepEqual(
      await rowsOf('/api/metrics/traffic/series?derived=false&from=2024-03-01T23:00:00Z&to=2024-03-02'),
      [{ hour: '2024-03-01T23:00:00Z', queries: 4, bytes: 10, revision: 2, state: 'final' }],
    );
  });

  await t.test('is filtered by values of every type, and says by which', async () => {
    const queries = async (filter: string): Promise<unknown[]> =>
      (await rowsOf(`/api/metrics/traffic/series?from=2024-03-01&to=2024-03-02&${filter}`)).map(({ queries: n }) => n);
    assert.deepEqual(await queries('instance_id=provisioned-1'), [3]);
    assert.deepEqual(await queries('instance_id=provisioned-1,serverless-1'), [3, 4]);
    assert.deepEqual(await queries('instance_id=provisioned-1&instance_id=serverless-1'), [3, 4]);
    assert.deepEqual(await queries('table_id=8'), [1]);
    assert.deepEqual(await queries('table_id=-3,9223372036854775807'), [0]);
    assert.deepEqual(await queries('is_read=false'), [1]);
    assert.deepEqual(await queries('since=2024-01-01T01:00:00%2B01:00'), [2, 4]);
    assert.deepEqual(await queries('instance_id=provisioned-1&table_id=8'), [1]);
    assert.deepEqual(await queries('instance_id=it%27s%5C, "odd"'.replaceAll(' ', '%20').replaceAll('"', '%22')), [0]);
    const { filters } = (await get('/api/metrics/traffic/series?table_id=007,8&is_read=true')).json();
    assert.deepEqual(filters, { table_id: ['7', '8'], is_read: ['true'] });
  });

  await t.test('cut at a limit says so, and keeps the earliest rows', async () => {
    const body = (await get('/api/metrics/traffic/series?limit=2')).json();
    assert.equal(body.truncated, true);
    assert.deepEqual(
      body.rows.map((row: { hour: string }) => row.hour),
      ['2024-03-01T22:00:00Z', '2024-03-01T23:00:00Z'],
    );
    assert.equal((await get('/api/metrics/traffic/series?limit=3')).json().truncated, false);
  });

  await t.test('takes a share of the whole, whatever of it is shown', async () => {
    const hour = 'from=2024-03-01T22:00Z&to=2024-03-01T23:00Z';
    const network = { class: 'network', queries: 6, sum_ms: 90, share: 0.75, ms_per_join: 10 };
    const cpu = { class: 'cpu', queries: 2, sum_ms: 400, share: 0.25, ms_per_join: 100 };
    const rest = { state: 'final', revision: 1 };
    const at = { hour: '2024-03-01T22:00:00Z' };
    assert.deepEqual(await rowsOf(`/api/metrics/classes/series?group=class&${hour}`), [
      { ...at, ...cpu, ...rest },
      { ...at, ...network, ...rest },
    ]);
    assert.deepEqual(await rowsOf(`/api/metrics/classes/series?group=class&class=network&${hour}`), [
      { ...at, ...network, ...rest },
    ]);
    const { class: _, ...summed } = network;
    assert.deepEqual(await rowsOf(`/api/metrics/classes/series?class=network&${hour}`), [
      { ...at, ...summed, ...rest },
    ]);
    const none = await rowsOf(`/api/metrics/classes/series?class=nothing&${hour}`);
    assert.deepEqual(none, []);
  });

  await t.test('counts its limit in rows answered, not in rows that a derived value needs', async () => {
    const body = (await get('/api/metrics/classes/series?limit=1')).json();
    assert.equal(body.rows.length, 1);
    assert.equal(body.rows[0].queries, 8);
    assert.equal(body.truncated, true);
  });
});

test('many rows give the same values as few: no time is cut apart', async (t) => {
  const { get, store } = await apiFixture(t);
  await store.ingest(async (session) => {
    await session.run(`INSERT INTO rollups.classes
      SELECT TIMESTAMP '2024-02-01' + to_hours(CAST(h AS INTEGER)), 'class ' || c, 0, 1 + h, 0, 1 FROM range(30) a(h), range(130) b(c)`);
    return { progress: await store.progress(), result: undefined };
  });
  const { rows } = (await get('/api/metrics/classes/series?group=class&to=2024-02-03')).json();
  assert.equal(rows.length, 30 * 130);
  for (const { hour, queries, share } of rows) {
    assert.equal(queries, 1 + (Date.parse(hour) - Date.parse('2024-02-01')) / 3_600_000);
    assert.equal(share, queries / (queries * 130));
  }
});

/** How many slot hours there are, and the part of busy time that an instance has. */
const LOADS: Metric = {
  name: 'loads',
  file: 'test',
  title: 'Loads',
  question: 'How full is it?',
  description: undefined,
  keys: [
    { name: 'hour', type: 'TIMESTAMP' },
    { name: 'instance_id', type: 'VARCHAR' },
  ],
  measures: [{ name: 'busy', unit: 'hours', note: undefined }],
  derived: [
    { name: 'capacity', expr: 'slot_hours', unit: 'hours', note: undefined },
    { name: 'waiting', expr: 'weight_queue', unit: 'ratio', note: undefined },
  ],
  panel: undefined,
  kpi: [],
  history: false,
  sql: 'SELECT hour, instance_id, count(*) AS busy FROM events GROUP BY ALL',
  hash: '1'.repeat(64),
};

test('slot hours', async (t) => {
  const relative: Metric = {
    ...LOADS,
    name: 'relative_loads',
    derived: [
      ...LOADS.derived,
      { name: 'part', expr: 'share(busy / slot_hours, instance_id)', unit: 'x', note: undefined },
    ],
  };
  const { get, store } = await apiFixture(t, { metrics: [...METRICS, LOADS, relative] });
  await store.ingest(async (session) => {
    for (const { name } of [LOADS, relative]) {
      await session.run(`INSERT INTO rollups.${name} VALUES
        (TIMESTAMP '2024-03-01 22:00:00', 'provisioned-1', 3, 1), (TIMESTAMP '2024-03-01 22:00:00', 'provisioned-2', 2, 1),
        (TIMESTAMP '2024-03-01 23:00:00', 'serverless-1', 4, 1)`);
    }
    return { progress: await store.progress(), result: undefined };
  });
  const answer = async (name: string, query: string, values: readonly string[]): Promise<unknown[]> => {
    const response = await get(`/api/metrics/${name}/series?${query}`);
    assert.equal(response.statusCode, 200, response.body);
    const { rows } = seriesBody.strict().parse(response.json());
    return rows.map((row) => values.map((value) => (value === 'hour' ? String(row.hour).slice(8, 13) : row[value])));
  };
  const capacity = (query: string): Promise<unknown[]> => answer('loads', query, ['hour', 'capacity']);

  await t.test('are of all instances of the run, whether or not an hour has rows of them', async () => {
    // 5 + 5 + 10 slots; the open hour has events of provisioned-1 alone.
    assert.deepEqual(await capacity(''), [
      ['01T22', 20],
      ['01T23', 20],
      ['02T00', 20],
    ]);
    assert.deepEqual(await capacity('from=2024-03-01T23:00Z&to=2024-03-02'), [['01T23', 20]]);
  });

  await t.test('are of the instances that were asked for, idle ones included and unknown ones not', async () => {
    assert.deepEqual(await capacity('instance_id=provisioned-2,serverless-1,serverless-99'), [
      ['01T22', 15],
      ['01T23', 15],
    ]);
  });

  await t.test('of an instance are its own', async () => {
    assert.deepEqual(await answer('loads', 'group=instance_id&to=2024-03-02', ['hour', 'instance_id', 'capacity']), [
      ['01T22', 'provisioned-1', 5],
      ['01T22', 'provisioned-2', 5],
      ['01T23', 'serverless-1', 10],
    ]);
  });

  await t.test('of a day are of its hours within run and range, as far as they have begun', async () => {
    assert.deepEqual(await capacity('grain=day'), [
      ['01T00', 40],
      ['02T00', 20],
    ]);
    assert.deepEqual(await capacity('grain=day&from=2024-03-01T23:00Z&to=2024-03-02T01:00Z&instance_id=serverless-1'), [
      ['01T00', 10],
    ]);
  });

  await t.test('of a share are those of the whole', async () => {
    const hour = 'to=2024-03-01T23:00Z';
    const values = ['busy', 'capacity', 'part'];
    // All: 5 busy of 20; provisioned-1: 3 of 5; both: 5 of 10.
    const each = [
      [3, 5, 3 / 5 / (5 / 20)],
      [2, 5, 2 / 5 / (5 / 20)],
    ];
    assert.deepEqual(await answer('relative_loads', `group=instance_id&${hour}`, values), each);
    assert.deepEqual(await answer('relative_loads', `group=instance_id&instance_id=provisioned-2&${hour}`, values), [
      each[1],
    ]);
    assert.deepEqual(await answer('relative_loads', `instance_id=provisioned-1,provisioned-2&${hour}`, values), [
      [5, 10, 2],
    ]);
    assert.deepEqual(await answer('relative_loads', hour, values), [[5, 20, 1]]);
  });

  await t.test('are not told when no derived value is asked for, and weights are those of the run', async () => {
    assert.deepEqual(await answer('loads', 'derived=false&to=2024-03-01T23:00Z', ['busy', 'capacity', '#hours']), [
      [5, undefined, undefined],
    ]);
    assert.deepEqual(await answer('loads', 'to=2024-03-01T23:00Z', ['waiting', '#hours']), [[0.3, undefined]]);
  });
});

test('a question that has no answer', async (t) => {
  const { get } = await apiFixture(t);
  const base = '/api/metrics/traffic/series';
  const GENERAL = 'GET /api/docs shows what each route takes';

  await t.test('names the metric that it may have meant', async () => {
    assert.deepEqual((await get('/api/metrics/trafic/series')).json(), {
      type: 'urn:spillway:error:NOT_FOUND',
      title: 'Not found',
      status: 404,
      detail: 'no metric "trafic"',
      code: 'NOT_FOUND',
      hint: 'did you mean "traffic"?',
    });
    for (const name of ['hours', 'events', 'TRAFFIC', 'traffic%22%20--', '..%2Fhours', 'constructor']) {
      assert.equal((await get(`/api/metrics/${name}/series`)).statusCode, 404, name);
    }
  });

  const cases: readonly (readonly [query: string, detail: string, hint?: string])[] = [
    ['grain=minute', 'query parameter "grain": Invalid option: expected one of "hour"|"day"; found "minute"'],
    ['limit=0', 'query parameter "limit": expected a whole number from 1 to 100000; found "0"'],
    ['limit=100001', 'query parameter "limit": expected a whole number from 1 to 100000; found "100001"'],
    ['limit=1e3', 'query parameter "limit": expected a whole number from 1 to 100000; found "1e3"'],
    ['limit=', 'query parameter "limit": expected a whole number from 1 to 100000; found ""'],
    ['limit=1&limit=2', 'query parameter "limit": Invalid input: expected string, received array; found ["1","2"]'],
    ['derived=1', 'query parameter "derived": Invalid option: expected one of "true"|"false"; found "1"'],
    ['from=yesterday', 'query parameter "from": expected a time such as 2024-03-01T14:00:00Z; found "yesterday"'],
    ['from=2024-02-30', 'query parameter "from": expected a time such as 2024-03-01T14:00:00Z; found "2024-02-30"'],
    ['from=', 'query parameter "from": expected a time such as 2024-03-01T14:00:00Z; found ""'],
    [
      'from=2024-03-01T00:00:00+01:00',
      'query parameter "from": expected a time such as 2024-03-01T14:00:00Z (write the + of a zone as %2B); found "2024-03-01T00:00:00 01:00"',
    ],
    [
      'from=2024-03-02&to=2024-03-01',
      'query parameter "to": expected a time after "from" (2024-03-02T00:00:00Z), found 2024-03-01T00:00:00Z',
      '"to" is exclusive',
    ],
    [
      'group=query_type',
      'query parameter "group": expected keys of traffic, found "query_type"',
      'its keys are hour, instance_id, table_id, is_read, since',
    ],
    [
      'instanceid=x',
      'query string: expected a parameter or a key of traffic, found "instanceid"',
      'did you mean "instance_id"? its keys are hour, instance_id, table_id, is_read, since',
    ],
    [
      'table_id=x',
      'query parameter "table_id": expected a 64-bit integer, found "x"',
      'several values are written with commas between',
    ],
  ];
  for (const [query, detail, hint = GENERAL] of cases) {
    await t.test(`says why: ${query}`, async () => {
      assert.deepEqual((await get(`${base}?${query}`)).json(), {
        type: 'urn:spillway:error:REQUEST_INVALID',
        title: 'Request invalid',
        status: 400,
        detail,
        code: 'REQUEST_INVALID',
        hint,
      });
    });
  }
});

test('text that looks like SQL', async (t) => {
  const { get, store } = await apiFixture(t);
  const hostile = [
    "'",
    "''",
    "' OR '1'='1",
    "' OR 1=1 --",
    "'; DROP TABLE hours; --",
    "x' UNION SELECT * FROM rejected --",
    "') OR TRUE; DELETE FROM store.events; --",
    "\\' OR 1=1 --",
    "E\\'x",
    '"',
    '"; SELECT 1; --',
    '$1',
    '?',
    ':name',
    '$$x$$',
    "U&'\\0027'",
    '/* */',
    '--',
    '%27%20OR%201=1',
    '\n; SELECT 1',
    '\t\r\u0001\u007f',
    '’ OR ’1’=’1',
    '＇ OR 1=1',
    '🙂',
    '{"a":1}',
    "read_csv('/etc/passwd')",
    'NULL',
    ' '.repeat(8),
    'x'.repeat(4_000),
  ];
  await store.ingest(async (session) => {
    await session.exclusive(async (connection) => {
      for (const [i, text] of hostile.entries()) {
        const sql =
          'INSERT INTO rollups.traffic VALUES (make_timestamp(1709330400000000), $1, 1, true, NULL, $2, 1, 1)';
        await connection.run(sql, [text, BigInt(1_000 + i)]);
      }
    });
    return { progress: await store.progress(), result: undefined };
  });

  for (const [i, text] of hostile.entries()) {
    await t.test(`in a filter is text: ${JSON.stringify(text.slice(0, 40))}`, async () => {
      const value = encodeURIComponent(text.replaceAll('\\', '\\\\').replaceAll(',', '\\,'));
      const body = (await get(`/api/metrics/traffic/series?instance_id=${value}&group=instance_id`)).json();
      assert.deepEqual(body.filters, { instance_id: [text] });
      assert.deepEqual(
        body.rows.map((row: Record<string, unknown>) => [row.instance_id, row.queries]),
        [[text, 1_000 + i]],
      );
    });

    await t.test(`in a group, a time or a name is refused: ${JSON.stringify(text.slice(0, 40))}`, async () => {
      const value = encodeURIComponent(text);
      assert.equal((await get(`/api/metrics/traffic/series?group=${value}`)).statusCode, 400);
      assert.equal((await get(`/api/metrics/traffic/series?from=${value}`)).statusCode, 400);
      assert.equal((await get(`/api/metrics/traffic/series?${value}=x`)).statusCode, 400);
      assert.ok([400, 404, 414].includes((await get(`/api/metrics/${value}/series`)).statusCode));
      assert.ok([400, 404, 414].includes((await get(`/api/hours/${value}`)).statusCode));
    });
  }

  await t.test('has changed nothing', async () => {
    const { rows } = await store.query('SELECT count(*), (SELECT count(*) FROM events) FROM hours');
    assert.deepEqual(rows, [[4, 2]]);
  });
});
