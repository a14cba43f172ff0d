import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { describe, test } from 'node:test';
import { SpillwayError } from '../../../src/errors.ts';
import { loadMetrics } from '../../../src/metrics/load.ts';
import type { Metric } from '../../../src/metrics/metric.ts';

const GOOD_HEAD = [
  'title: Users',
  'question: Who runs queries?',
  'key: [hour, instance_id]',
  'measures:',
  '  queries: { unit: queries }',
  'derived:',
  '  half: { expr: queries / 2, unit: queries }',
  'panel: { chart: line, x: hour, y: [half] }',
];
const GOOD_SQL = 'SELECT hour, instance_id, count(*) AS queries\nFROM events\nGROUP BY hour, instance_id\n';

/** A metric file; `head` and `sql` replace the good ones. The SQL begins on the line after the head's end. */
function metricFile(parts: { head?: readonly string[]; sql?: string } = {}): string {
  return `/*---\n${(parts.head ?? GOOD_HEAD).join('\n')}\n---*/\n${parts.sql ?? GOOD_SQL}`;
}

/** The good head with one line changed, or left out. */
function headWith(line: string, replacement: string | undefined): string[] {
  assert.ok(GOOD_HEAD.includes(line), `no line "${line}"`);
  return GOOD_HEAD.flatMap((l) => (l === line ? (replacement ?? []) : l));
}

async function folderOf(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'spillway-metrics-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

async function load(t: TestContext, files: Readonly<Record<string, string>>): Promise<readonly Metric[]> {
  return await loadMetrics({ builtIn: await folderOf(t, files) });
}

/** Loads one broken file and returns the one line that the user gets, without the folder. */
async function refusal(t: TestContext, content: string, name = 'users.sql'): Promise<string> {
  const folder = await folderOf(t, { [name]: content });
  try {
    await loadMetrics({ builtIn: folder });
  } catch (error) {
    assert.ok(error instanceof SpillwayError, String(error));
    assert.equal(error.code, 'METRIC_INVALID');
    return error.message.replace(`${folder}/`, '');
  }
  return assert.fail('the file was accepted');
}

describe('the built-in metrics', () => {
  test('are the nine of the product, each with hour and instance first', async () => {
    const metrics = await loadMetrics();
    assert.deepEqual(
      metrics.map(({ name }) => name),
      [
        ...['bottlenecks', 'compile_joins', 'latency', 'repetition', 'result_cache', 'spill', 'top_tables'],
        ...['utilization', 'workload'],
      ],
    );
    assert.deepEqual(
      metrics.filter(({ history }) => history).map(({ name }) => name),
      ['repetition', 'utilization'],
    );
    for (const { keys } of metrics) {
      assert.deepEqual(keys.slice(0, 2), [
        { name: 'hour', type: 'TIMESTAMP' },
        { name: 'instance_id', type: 'VARCHAR' },
      ]);
    }
  });
});

describe('a metric file', () => {
  test('is read into a metric whose key types come from the SELECT', async (t) => {
    const sql = 'SELECT hour, instance_id, user_id, is_read, count(*) AS queries FROM events GROUP BY ALL;\n';
    const head = headWith('key: [hour, instance_id]', 'key: [hour, instance_id, user_id, is_read]');
    const [metric] = await load(t, { 'users.sql': metricFile({ head, sql }) });
    assert.ok(metric !== undefined);
    assert.equal(metric.name, 'users');
    assert.deepEqual(
      metric.keys.map(({ type }) => type),
      ['TIMESTAMP', 'VARCHAR', 'BIGINT', 'BOOLEAN'],
    );
    assert.deepEqual(metric.measures, [{ name: 'queries', unit: 'queries', note: undefined }]);
    assert.deepEqual(metric.derived, [{ name: 'half', expr: 'queries / 2', unit: 'queries', note: undefined }]);
    assert.deepEqual(metric.panel, {
      ...{ chart: 'line', x: 'hour', y: ['half'], series: undefined, top: undefined, where: {}, stack: false },
      ...{ scale: 'linear', over: 'range', caption: [], spread: undefined, fit: undefined },
    });
    assert.deepEqual(metric.kpi, []);
    assert.ok(!metric.sql.includes(';'));
  });

  test('says how it is drawn and which figures of it stand in the top row', async (t) => {
    const panel = [
      'panel:',
      '  { chart: scatter, x: user_id, y: [half], series: instance_id, top: 7, where: { is_read: "true" }, stack: true,',
      '    scale: log, over: hour, caption: [queries, half], spread: [half, queries], fit: { slope: half, intercept: half } }',
      'kpi:',
      '  - { label: users, value: half, better: higher, where: { is_read: "true" }, count: user_id }',
      '  - { label: queries, value: queries }',
    ];
    const head = [
      ...headWith('key: [hour, instance_id]', 'key: [hour, instance_id, user_id, is_read]').filter(
        (line) => !line.startsWith('panel'),
      ),
      ...panel,
    ];
    const sql = 'SELECT hour, instance_id, user_id, is_read, count(*) AS queries FROM events GROUP BY ALL';
    const [metric] = await load(t, { 'users.sql': metricFile({ head, sql }) });
    assert.deepEqual(metric?.panel, {
      ...{ chart: 'scatter', x: 'user_id', y: ['half'], series: 'instance_id', top: 7, where: { is_read: 'true' } },
      ...{ stack: true, scale: 'log', over: 'hour', caption: ['queries', 'half'], spread: ['half', 'queries'] },
      fit: { slope: 'half', intercept: 'half' },
    });
    assert.deepEqual(metric?.kpi, [
      { label: 'users', value: 'half', better: 'higher', where: { is_read: 'true' }, count: 'user_id' },
      { label: 'queries', value: 'queries', better: undefined, where: {}, count: undefined },
    ]);
  });

  test('may use WITH, subqueries, unnest and window functions', async (t) => {
    const sql = `WITH lists AS (SELECT hour, instance_id, unnest(string_split(read_table_ids, ',')) AS id FROM EVENTS),
      more AS (SELECT *, rank() OVER (PARTITION BY hour ORDER BY id) AS place FROM lists)
      SELECT hour, instance_id, count(*) AS queries FROM (SELECT * FROM more WHERE place > 0)
      WHERE instance_id IN (SELECT instance_id FROM lists) GROUP BY ALL`;
    assert.equal((await load(t, { 'users.sql': metricFile({ sql }) })).length, 1);
  });

  test('with a byte order mark and Windows line ends is the same metric', async (t) => {
    const [plain] = await load(t, { 'users.sql': metricFile() });
    const [windows] = await load(t, { 'users.sql': `\uFEFF${metricFile().replaceAll('\n', '\r\n')}` });
    assert.equal(windows?.hash, plain?.hash);
    assert.equal(windows?.sql, plain?.sql);
  });

  test('keeps its hash when only words change, and loses it when a number could', async (t) => {
    const hash = async (content: string): Promise<string> => (await load(t, { 'users.sql': content }))[0]?.hash ?? '';
    const before = await hash(metricFile());
    assert.equal(await hash(metricFile({ head: headWith('title: Users', 'title: People') })), before);
    assert.equal(await hash(metricFile({ sql: GOOD_SQL.replaceAll('\n', '   \n') })), before);
    assert.notEqual(
      await hash(metricFile({ sql: GOOD_SQL.replace('FROM events', 'FROM events WHERE is_read') })),
      before,
    );
    assert.match(before, /^[0-9a-f]{64}$/);
  });
});

describe('a folder of metrics', () => {
  test('of the user adds to the built-in ones', async (t) => {
    const user = await folderOf(t, { 'users.sql': metricFile(), 'README.md': 'not a metric' });
    const metrics = await loadMetrics({ user });
    assert.equal(metrics.length, 10);
    assert.equal(metrics.at(-1)?.name, 'users');
  });

  test('cannot replace a built-in metric', async (t) => {
    const user = await folderOf(t, { 'spill.sql': metricFile() });
    await assert.rejects(
      loadMetrics({ user }),
      /spill\.sql:1: there is already a metric "spill": .*metrics\/spill\.sql/,
    );
  });

  test('that is missing or holds no metric is refused', async (t) => {
    const empty = await folderOf(t, {});
    await assert.rejects(
      loadMetrics({ user: join(empty, 'nowhere') }),
      /cannot read the folder of metrics ".*nowhere"/,
    );
    await assert.rejects(loadMetrics({ user: empty }), /no \.sql file in the folder/);
  });

  test('of the user leaves out what is broken, says so, and keeps the rest', async (t) => {
    const user = await folderOf(t, {
      'a_forever.sql': metricFile({
        sql: 'SELECT hour, instance_id, sum(a.i * b.i) AS queries FROM events, range(1000000000) a(i), range(1000000000) b(i) GROUP BY ALL',
      }),
      'b_good.sql': metricFile(),
      'c_reads.sql': metricFile({ sql: "SELECT * FROM read_csv('/etc/passwd')" }),
      'spill.sql': metricFile(),
      'text.sql': 'not a metric',
      'users.sql': metricFile(),
    });
    const refused: string[] = [];
    const metrics = await loadMetrics({ user, timeLimitMs: 300 }, ({ file, name, reason }) => {
      assert.equal(file, `${user}/${name}.sql`);
      refused.push(reason.replaceAll(`${user}/`, ''));
    });
    assert.deepEqual(
      metrics.slice(-2).map(({ name }) => name),
      ['b_good', 'users'],
    );
    assert.equal(metrics.length, 11);
    const reasons = [
      /^a_forever\.sql:11: on a few made-up events the SQL took longer than 0\.3 s$/,
      /^c_reads\.sql:11: reads read_csv\(\)$/,
      /^spill\.sql:1: there is already a metric "spill"/,
      /^text\.sql:1: no head/,
    ];
    reasons.forEach((reason, i) => {
      assert.match(refused[i] ?? '', reason);
    });
    assert.equal(refused.length, reasons.length);
  });

  test('that comes with the product stops everything when a file of it is broken', async (t) => {
    const builtIn = await folderOf(t, { 'users.sql': 'not a metric' });
    await assert.rejects(
      loadMetrics({ builtIn }, () => assert.fail('told')),
      /users\.sql:1: no head/,
    );
  });
});

describe('a metric with history', () => {
  const head = [...GOOD_HEAD.slice(0, 2), 'history: true', ...GOOD_HEAD.slice(2)];

  test('reads what earlier hours left behind', async (t) => {
    const sql = `WITH seen AS (SELECT hour, instance_id, sum(runs) AS runs FROM known GROUP BY ALL)
      SELECT hour, instance_id, sum(runs) AS queries FROM (FROM seen UNION ALL SELECT hour, instance_id, busy_ms FROM carried)
      GROUP BY ALL`;
    const [metric] = await load(t, { 'users.sql': metricFile({ head, sql }) });
    assert.equal(metric?.history, true);
  });

  const faults: readonly (readonly [what: string, content: string, message: RegExp])[] = [
    [
      'says so in its head',
      metricFile({ sql: 'SELECT hour, instance_id, sum(busy_ms) AS queries\nFROM carried GROUP BY ALL' }),
      /^users\.sql:12: reads "carried"/,
    ],
    [
      'keeps the names of what it reads',
      metricFile({ head, sql: `WITH known AS (FROM events) ${GOOD_SQL}` }),
      /a WITH clause must not be named "known"/,
    ],
    [
      'finds only the columns that are there',
      metricFile({ head, sql: 'SELECT hour, instance_id, sum(seen) AS queries FROM known GROUP BY ALL' }),
      /column "seen" not found/,
    ],
    [
      'has one row for each key, with or without events',
      metricFile({
        head,
        sql: `SELECT hour, instance_id, count(*) AS queries FROM events GROUP BY ALL
          UNION ALL SELECT hour, instance_id, busy_ms FROM carried`,
      }),
      /^users\.sql:12: the SQL gives more than one row for hour = /,
    ],
    [
      'joins each hour to its own history',
      metricFile({
        head,
        sql: `SELECT e.hour, e.instance_id, count(*) AS queries
          FROM events e JOIN known USING (instance_id, feature_fingerprint) GROUP BY ALL`,
      }),
      /^users\.sql:12: the rows of an hour change with the events of other hours/,
    ],
    [
      'computes each hour from its own carried time',
      metricFile({ head, sql: 'SELECT hour, instance_id, count(*) OVER () AS queries FROM carried' }),
      /^users\.sql:12: the rows of an hour change with the events of other hours/,
    ],
  ];
  for (const [what, content, message] of faults) {
    test(what, async (t) => assert.match(await refusal(t, content), message));
  }
});

/** What is wrong, the file, and the line that the user must get. */
const GOOD_PANEL = 'panel: { chart: line, x: hour, y: [half] }';

/** What is added to the good panel, and what is said of it. */
const PANEL_FAULTS: readonly (readonly [panel: string, message: RegExp])[] = [
  ['where: { instance: a }', /^users\.sql:9: panel\.where names "instance", which is not a key; did you mean/],
  ['where: { instance_id: 5 }', /^users\.sql:9: panel\.where\.instance_id: expected string/],
  ['where: { hour: "2024-03-01" }', /^users\.sql:9: panel\.where names "hour": the time is chosen/],
  ['stack: 1', /^users\.sql:9: panel\.stack: expected boolean/],
  ['scale: square', /^users\.sql:9: panel\.scale: expected one of/],
  ['over: day', /^users\.sql:9: panel\.over: expected one of/],
  ['caption: []', /^users\.sql:9: panel\.caption: /],
  ['caption: [half, qeuries]', /^users\.sql:9: panel\.caption names "qeuries", .*did you mean "queries"\?/],
  ['spread: [half]', /^users\.sql:9: panel\.spread/],
  ['spread: [half, double]', /^users\.sql:9: panel\.spread names "double", which is neither a measure nor a derived/],
  ['fit: { slope: half }', /^users\.sql:9: panel\.fit\.intercept is missing/],
  [
    'fit: { slope: half, intercept: instance_id }',
    /^users\.sql:9: panel\.fit\.intercept names "instance_id", which is/,
  ],
  ['fit: { slope: half, intercept: half, curve: x }', /^users\.sql:9: unknown field "curve" in panel\.fit/],
  ['sacle: log', /^users\.sql:9: unknown field "sacle" in panel; did you mean "scale"\?/],
];

/** The second figure of a file, and what is said of it. */
const KPI_FAULTS: readonly (readonly [kpi: string, message: RegExp])[] = [
  ['label: x', /^users\.sql:12: kpi\.1\.value is missing/],
  ['value: half', /^users\.sql:12: kpi\.1\.label is missing/],
  ['label: x, value: instance_id', /^users\.sql:12: kpi\.value names "instance_id", which is neither/],
  ['label: x, value: half, better: more', /^users\.sql:12: kpi\.1\.better: expected one of/],
  ['label: x, value: half, count: half', /^users\.sql:12: kpi\.count names "half", which is not a key/],
  ['label: x, value: half, count: hour', /^users\.sql:12: kpi\.count names "hour": the time is chosen/],
  ['label: x, value: half, where: { user: a }', /^users\.sql:12: kpi\.where names "user", which is not a key/],
  ['label: x, value: half, beter: lower', /^users\.sql:12: unknown field "beter" in kpi\.1; did you mean "better"\?/],
];

const FAULTS: readonly (readonly [what: string, content: string, message: RegExp])[] = [
  ['no head', GOOD_SQL, /^users\.sql:1: no head/],
  ['a NUL character', metricFile({ sql: 'SELECT\n\0' }), /^users\.sql:12: the file holds a NUL character/],
  [
    'an open quote',
    metricFile({ sql: `SELECT\n'${'x\n'.repeat(500)}` }),
    /^users\.sql:12: unterminated .{200,300}\.\.\.$/,
  ],
  ['an empty file', '', /^users\.sql:1: no head/],
  ['a head without end', '/*---\ntitle: x\n', /^users\.sql:1: the head has no end/],
  ['no SQL', metricFile({ sql: ' ;\n' }), /^users\.sql:10: no SQL/],
  [
    'broken YAML',
    metricFile({ head: headWith('title: Users', 'title: [x') }),
    /^users\.sql:[23]: the head is not YAML/,
  ],
  ['a field twice', metricFile({ head: headWith('title: Users', 'title: a\ntitle: b') }), /^users\.sql:3: .*unique/],
  ['a head that is a list', metricFile({ head: ['- a'] }), /^users\.sql:2: the head: expected object/],
  [
    'an unknown field',
    metricFile({ head: headWith('title: Users', 'title: Users\nquestoin: x') }),
    /^users\.sql:3: unknown field "questoin" in the head; did you mean "question"\?/,
  ],
  [
    'an unknown field of a measure',
    metricFile({ head: headWith('  queries: { unit: queries }', '  queries: { unit: queries, nots: x }') }),
    /^users\.sql:6: unknown field "nots" in measures\.queries; did you mean "note"\?/,
  ],
  ['a missing title', metricFile({ head: headWith('title: Users', undefined) }), /^users\.sql:2: title is missing/],
  [
    'a number for a title',
    metricFile({ head: headWith('title: Users', 'title: 5') }),
    /^users\.sql:2: title: expected string/,
  ],
  [
    'a measure without unit',
    metricFile({ head: headWith('  queries: { unit: queries }', '  queries: { note: x }') }),
    /^users\.sql:6: measures\.queries\.unit is missing/,
  ],
  [
    'no measures',
    metricFile({ head: headWith('  queries: { unit: queries }', '  {}') }),
    /^users\.sql:5: measures: expected at least one measure/,
  ],
  [
    'hour not first',
    metricFile({ head: headWith('key: [hour, instance_id]', 'key: [instance_id, hour]') }),
    /^users\.sql:4: the first key must be "hour", found "instance_id"/,
  ],
  [
    'a key twice',
    metricFile({ head: headWith('key: [hour, instance_id]', 'key: [hour, instance_id, instance_id]') }),
    /^users\.sql:4: key "instance_id" is there twice/,
  ],
  [
    'a measure named as a key',
    metricFile({ head: headWith('  queries: { unit: queries }', '  queries: { unit: x }\n  hour: { unit: x }') }),
    /^users\.sql:7: "hour" is both a key and a measure/,
  ],
  [
    'a derived value named as a measure',
    metricFile({
      head: headWith('  half: { expr: queries / 2, unit: queries }', '  queries: { expr: queries, unit: x }'),
    }),
    /^users\.sql:8: "queries" is both a measure and a derived value/,
  ],
  [
    'a column that every table has already',
    metricFile({ head: headWith('  queries: { unit: queries }', '  state: { unit: x }') }),
    /^users\.sql:6: measure "state" is a column that every metric has already/,
  ],
  [
    'a measure with the name of a parameter',
    metricFile({ head: headWith('  queries: { unit: queries }', '  slot_hours: { unit: x }') }),
    /^users\.sql:6: measure "slot_hours" has the name of a parameter of expressions/,
  ],
  [
    'a derived value with the name of a parameter',
    metricFile({
      head: headWith('  half: { expr: queries / 2, unit: queries }', '  weight_spill: { expr: queries, unit: x }'),
    }),
    /^users\.sql:8: derived value "weight_spill" has the name of a parameter/,
  ],
  [
    'a derived value that uses one below',
    metricFile({
      head: headWith(
        '  half: { expr: queries / 2, unit: queries }',
        '  quarter: { expr: half / 2, unit: x }\n  half: { expr: queries / 2, unit: x }',
      ),
    }),
    /^users\.sql:8: derived value "quarter", character 1 of "half \/ 2": "half" is not defined above/,
  ],
  [
    'a derived value that uses itself',
    metricFile({
      head: headWith('  half: { expr: queries / 2, unit: queries }', '  half: { expr: half / 2, unit: x }'),
    }),
    /^users\.sql:8: derived value "half", character 1 of "half \/ 2": "half" is not defined above/,
  ],
  [
    'a bad identifier',
    metricFile({ head: headWith('  queries: { unit: queries }', '  "Queries!": { unit: x }') }),
    /^users\.sql:6: measure "Queries!" must be lower-case letters/,
  ],
  [
    'a reserved word',
    metricFile({ head: headWith('  queries: { unit: queries }', '  select: { unit: x }') }),
    /^users\.sql:6: measure "select" is a reserved word/,
  ],
  [
    'a measure that is not selected',
    metricFile({ head: headWith('  queries: { unit: queries }', '  queries: { unit: x }\n  users: { unit: x }') }),
    /^users\.sql:7: measure "users" is not a column of the SELECT/,
  ],
  [
    'a key that is not selected',
    metricFile({ head: headWith('key: [hour, instance_id]', 'key:\n  - hour\n  - instance_id\n  - user_id') }),
    /^users\.sql:7: key "user_id" is not a column of the SELECT/,
  ],
  [
    'a column that is not declared',
    metricFile({ sql: 'SELECT hour, instance_id, count(*) AS queries, count(*) AS querys FROM events GROUP BY ALL' }),
    /^users\.sql:11: the SELECT has a column "querys" that the head does not declare; did you mean "queries"\?/,
  ],
  [
    'a column selected twice',
    metricFile({ sql: 'SELECT hour, hour, instance_id, count(*) AS queries FROM events GROUP BY ALL' }),
    /^users\.sql:11: the SELECT has two columns "hour"/,
  ],
  [
    'a fractional measure',
    metricFile({ sql: 'SELECT hour, instance_id, avg(queue_duration_ms) AS queries FROM events GROUP BY ALL' }),
    /^users\.sql:6: measure "queries" is DOUBLE; a measure is a whole number/,
  ],
  [
    'an hour that is not a timestamp',
    metricFile({ sql: 'SELECT hour::DATE AS hour, instance_id, count(*) AS queries FROM events GROUP BY ALL' }),
    /^users\.sql:4: key "hour" is DATE, expected TIMESTAMP/,
  ],
  [
    'a key of another type',
    metricFile({ sql: 'SELECT hour, [instance_id] AS instance_id, count(*) AS queries FROM events GROUP BY ALL' }),
    /^users\.sql:4: key "instance_id" is VARCHAR\[\]; a key is/,
  ],
  [
    'an unknown chart',
    metricFile({ head: headWith('panel: { chart: line, x: hour, y: [half] }', 'panel: { chart: pie, y: [half] }') }),
    /^users\.sql:9: panel\.chart: expected one of/,
  ],
  [
    'a panel with an unknown value',
    metricFile({
      head: headWith('panel: { chart: line, x: hour, y: [half] }', 'panel: { chart: line, x: hour, y: [halv] }'),
    }),
    /^users\.sql:9: panel\.y names "halv", .*did you mean "half"\?/,
  ],
  ...PANEL_FAULTS.map(([panel, message]): (typeof FAULTS)[number] => [
    `the panel { ${panel} }`,
    metricFile({ head: headWith(GOOD_PANEL, `panel: { chart: line, x: hour, y: [half], ${panel} }`) }),
    message,
  ]),
  ...KPI_FAULTS.map(([kpi, message]): (typeof FAULTS)[number] => [
    `the figure { ${kpi} }`,
    metricFile({ head: [...GOOD_HEAD, 'kpi:', '  - { label: all, value: queries }', `  - { ${kpi} }`] }),
    message,
  ]),
  [
    'a panel with an unknown key',
    metricFile({
      head: headWith('panel: { chart: line, x: hour, y: [half] }', 'panel: { chart: line, x: half, y: [half] }'),
    }),
    /^users\.sql:9: panel\.x names "half", which is not a key/,
  ],
  [
    'an expression with an unknown measure',
    metricFile({
      head: headWith('  half: { expr: queries / 2, unit: queries }', '  half: { expr: quieres / 2, unit: x }'),
    }),
    /^users\.sql:8: derived value "half", character 1 of "quieres \/ 2": no measure "quieres"; did you mean "queries"\?/,
  ],
  [
    'a syntax error',
    metricFile({ sql: 'SELECT hour,\nFROM FROM events' }),
    /^users\.sql:12: syntax error at or near "FROM"/,
  ],
  [
    'an unknown column',
    metricFile({ sql: 'SELECT hour,\n  nope\nFROM events' }),
    /^users\.sql:12: Referenced column "nope" not found/,
  ],
  [
    'a statement that changes data',
    metricFile({ sql: 'DELETE FROM events' }),
    /^users\.sql:11: the SQL must be a single plain SELECT/,
  ],
  [
    'two statements',
    metricFile({ sql: `${GOOD_SQL}; ${GOOD_SQL}` }),
    /^users\.sql:11: the SQL must be a single SELECT, found 2/,
  ],
  [
    'two rows for one key',
    metricFile({ sql: 'SELECT hour, instance_id, 1 AS queries FROM events' }),
    /^users\.sql:11: the SQL gives more than one row for hour = .*, instance_id = provisioned-/,
  ],
  [
    'hours that depend on one another',
    metricFile({
      sql: 'SELECT hour, instance_id, sum(count(*)) OVER (ORDER BY hour, instance_id) AS queries FROM events GROUP BY hour, instance_id',
    }),
    /^users\.sql:11: the rows of an hour change with the events of other hours/,
  ],
  [
    'hours that are days',
    metricFile({
      sql: `SELECT date_trunc('day', hour) AS hour, instance_id, count(*) AS queries FROM events GROUP BY ALL`,
    }),
    /^users\.sql:11: the rows of an hour change with the events of other hours/,
  ],
  [
    'a failure on ordinary events',
    metricFile({ sql: 'SELECT hour, instance_id, sum(query_type::BIGINT) AS queries FROM events GROUP BY ALL' }),
    /^users\.sql:11: the SQL fails on a few made-up events: Conversion Error/,
  ],
];

describe('a broken metric file is refused with file, line and reason', () => {
  for (const [what, content, message] of FAULTS) {
    test(what, async (t) => assert.match(await refusal(t, content), message));
  }

  for (const [name, message] of [
    ['hours.sql', /"hours" is the name of a public table/],
    ['spill_day.sql', /"spill_day" ends in _day/],
    ['My Metric.sql', /"My Metric" must be lower-case letters/],
    ['table.sql', /"table" is a reserved word/],
    [`${'x'.repeat(60)}.sql`, /is longer than 59 characters/],
  ] as const) {
    test(`the name ${name.slice(0, 20)}`, async (t) => assert.match(await refusal(t, metricFile(), name), message));
  }
});

/** Expressions and sources that a metric must not use, on the second line of the SQL. */
const FORBIDDEN: readonly (readonly [expression: string, from: string, message: RegExp])[] = [
  ['random()', 'events', /random\(\) is not allowed: it depends on more than its arguments/],
  ['now()', 'events', /now\(\) is not allowed/],
  ['pg_catalog.now()', 'events', /now\(\) is not allowed/],
  ['current_timestamp', 'events', /(current_timestamp|get_current_timestamp\(\)) /],
  ['current_date', 'events', /current_date/],
  ['CURRENT_USER', 'events', /CURRENT_USER/i],
  ['gen_random_uuid()', 'events', /gen_random_uuid\(\) is not allowed/],
  ["nextval('s')", 'events', /nextval\(\) is not allowed/],
  ["current_setting('memory_limit')", 'events', /current_setting\(\) is not allowed/],
  ["getvariable('x')", 'events', /getvariable\(\) is not allowed/],
  ["getenv('HOME')", 'events', /getenv\(\) is not allowed/],
  ['pg_sleep(100)', 'events', /pg_sleep\(\) is not allowed/],
  ['age(arrival_timestamp)', 'events', /age\(\) is not allowed/],
  ['first(query_id)', 'events', /first\(\) is not allowed: its result may depend on the order of rows/],
  ['any_value(query_id)', 'events', /any_value\(\) is not allowed/],
  ['approx_quantile(query_id, 0.5)', 'events', /approx_quantile\(\) is not allowed/],
  ['sum(random()) OVER ()', 'events', /random\(\) is not allowed/],
  ['count(*) FILTER (WHERE random() < 1)', 'events', /random\(\) is not allowed/],
  ['(SELECT count(*) FROM hours)', 'events', /reads "hours"/],
  ['1', 'main.events', /reads "main\.events"/],
  ['1', 'event', /reads "event"; did you mean "events"\?/],
  ['1', "'/etc/passwd'", /reads "\/etc\/passwd"/],
  ['1', "read_csv('/etc/passwd')", /reads read_csv\(\)/],
  ['1', "read_text('/etc/passwd')", /reads read_text\(\)/],
  ['1', "glob('/*')", /reads glob\(\)/],
  ['1', "query('SELECT 1')", /reads query\(\)/],
  ['1', 'duckdb_settings()', /reads duckdb_settings\(\)/],
  ['1', 'information_schema.tables', /reads "information_schema\.tables"/],
  ['1', 'duckdb_tables', /reads "duckdb_tables"/],
  [
    '1',
    'events, (WITH duckdb_tables AS (SELECT 1) SELECT * FROM duckdb_tables), duckdb_tables',
    /reads "duckdb_tables"/,
  ],
  ['1', 'events TABLESAMPLE 10%', /a sample takes other rows each time/],
  ['1', '(SELECT * FROM events LIMIT 5)', /LIMIT leaves rows out/],
  ['1', '(SELECT DISTINCT ON (hour) * FROM events)', /DISTINCT ON keeps whichever row/],
  ['1', '(WITH events AS (SELECT 1) SELECT * FROM events)', /must not be named "events"/],
  ['1', '(WITH RECURSIVE r AS (SELECT 1 UNION ALL SELECT 1 FROM r) SELECT * FROM r)', /WITH RECURSIVE may never end/],
  ['?', 'events', /a parameter has no value here/],
  ['max(partition)', 'events', /column "partition" not found/],
];

describe('a metric reads only events and depends on nothing else', () => {
  for (const [expression, from, message] of FORBIDDEN) {
    test(`${expression} FROM ${from}`, async (t) => {
      const sql = `SELECT hour, instance_id,\n${expression} AS queries FROM ${from} GROUP BY ALL`;
      const line = await refusal(t, metricFile({ sql }));
      assert.match(line, message);
      assert.match(line, /^users\.sql:1[12]: /);
    });
  }
});
