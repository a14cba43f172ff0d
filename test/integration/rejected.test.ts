import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { Engine } from '../../src/engine/session.ts';
import { owned, SPILLWAY } from '../support/live-run.ts';
import { seededRandom } from '../support/random.ts';
import type { Call } from '../support/workshop.ts';
import { RUN, workshop } from '../support/workshop.ts';

/** A rejected record as a test puts it into a store. */
interface Rejected {
  readonly hour: string | null;
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
  readonly field: string | null;
  readonly raw: Uint8Array | null;
}

const record = (columns: Readonly<Record<string, unknown>>): Uint8Array => Buffer.from(JSON.stringify(columns));

/** What no check finds in the trace of a workshop: offsets are far beyond those of its events. */
const RECORDS: readonly Rejected[] = [
  ...Array.from(
    { length: 5 },
    (_, n): Rejected => ({
      ...{ hour: `2024-03-01 0${n % 2}:00`, partition: 0, offset: 100 + n, reason: 'negative', field: 'num_joins' },
      raw: record({ deployment: 'provisioned', instance_id: 7, query_id: 40 + n, num_joins: -n - 1 }),
    }),
  ),
  {
    ...{ hour: '2024-03-01 02:00', partition: 1, offset: 100, reason: 'missing_field', field: 'query_id' },
    raw: record({ deployment: 'serverless', instance_id: 3, query_id: null, user_id: 5 }),
  },
  { hour: null, partition: 1, offset: 101, reason: 'unparseable', field: null, raw: Buffer.from('{"query_id": 1') },
  {
    hour: null,
    partition: 2,
    offset: 7,
    reason: 'unparseable',
    field: null,
    raw: Buffer.from([0xff, 0x00, 0x0a, 0x1b]),
  },
  { hour: null, partition: 2, offset: 8, reason: 'unparseable', field: null, raw: null },
];

async function put(cwd: string, records: readonly Rejected[]): Promise<void> {
  const engine = await Engine.open(join(cwd, 'spillway-data/runs/default/hot.duckdb'), { memoryMb: 256, threads: 1 });
  const session = await engine.session();
  const text = (value: string | null): string => (value === null ? 'NULL' : `'${value}'`);
  const rows = records.map(({ hour, partition, offset, reason, field, raw }) => {
    const content = raw === null ? 'NULL' : `from_hex('${Buffer.from(raw).toString('hex')}')`;
    return `(${text(hour)}::TIMESTAMP, ${partition}, ${offset}, ${offset}, '${reason}', ${text(field)}, ${content})`;
  });
  for (let i = 0; i < rows.length; i += 500) {
    await session.run(`INSERT INTO store.rejected VALUES ${rows.slice(i, i + 500).join(', ')}`);
  }
  session.close();
  engine.close();
}

/** A finished run with these records among its rejected ones. */
async function runWith(t: TestContext, records: readonly Rejected[]): Promise<{ cwd: string; call: Call }> {
  const { cwd, call } = await workshop(t);
  assert.equal((await call(RUN)).code, 0);
  await put(cwd, records);
  return { cwd, call };
}

test('rejected records are counted by reason and field, and the newest are shown with what came', async (t) => {
  const { call } = await runWith(t, RECORDS);
  const { code, out, err } = await call(['rejected', '--limit', '2']);
  assert.deepEqual([code, err], [0, '']);
  const lines = out.split('\n').map((line) => line.replace(/ {2,}/g, '  '));
  assert.deepEqual(lines.slice(0, 3), [
    '9 rejected records in run default',
    '',
    'reason  records  first hour  last hour  fields',
  ]);
  assert.deepEqual(lines.slice(4, 7), [
    'negative  5  2024-03-01T00:00Z  2024-03-01T01:00Z  num_joins 5',
    'unparseable  3  none  none',
    'missing_field  1  2024-03-01T02:00Z  2024-03-01T02:00Z  query_id 1',
  ]);
  assert.deepEqual(lines.slice(8, 9), ['the newest 2:']);
  assert.deepEqual(lines.slice(12), [
    '2024-03-01T02:00Z  1  100  missing_field  query_id  query_id=null deployment=serverless instance_id=3',
    '2024-03-01T01:00Z  0  103  negative  num_joins  num_joins=-4 deployment=provisioned instance_id=7 query_id=43',
    '',
  ]);
});

test('a record that is no record of Redset is shown as it is, and none sends the terminal commands', async (t) => {
  const { call } = await runWith(t, RECORDS);
  const { out } = await call(['rejected', '--hour', 'none']);
  assert.match(out, /^3 rejected records that match in run default$/m);
  assert.match(out, /^all of them:$/m);
  assert.match(out, / \{"query_id": 1$/m);
  assert.match(out, / not kept$/m);
  assert.match(out, / \\xFF\\x00\\x0A\\x1B$/m);
});

test('hour, range and reason choose, and the first records come first if they are asked for', async (t) => {
  const { call } = await runWith(t, RECORDS);
  const places = async (...flags: string[]): Promise<unknown> => {
    const { out, err } = await call(['rejected', '--format', 'json', ...flags]);
    assert.equal(err, '');
    return JSON.parse(out).map((row: { partition: number; offset: number }) => `${row.partition}/${row.offset}`);
  };
  assert.deepEqual(await places('--hour', '2024-03-01T01:30'), ['0/103', '0/101']);
  assert.deepEqual(await places('--hour', '2024-03-01T01:00', '--first'), ['0/101', '0/103']);
  assert.deepEqual(await places('--from', '2024-03-01T01:59', '--reason', 'negative'), ['0/103', '0/101']);
  assert.deepEqual(await places('--to', '2024-03-01T00:01', '--limit', '2'), ['0/104', '0/102']);
  assert.deepEqual(await places('--reason', 'missing_field,unparseable', '--first'), ['1/100', '2/7', '2/8', '1/101']);
  assert.deepEqual(await places('--limit', '0'), []);
});

test('programs get the place, the reason and all that came as text', async (t) => {
  const { call } = await runWith(t, RECORDS);
  const json = await call(['rejected', '--reason', 'missing_field', '--format', 'json']);
  assert.deepEqual(JSON.parse(json.out), [
    {
      ...{ hour: '2024-03-01T02:00:00Z', partition: 1, offset: 100, reason: 'missing_field', field: 'query_id' },
      raw: '{"deployment":"serverless","instance_id":3,"query_id":null,"user_id":5}',
    },
  ]);
  const csv = await call(['rejected', '--reason', 'unparseable', '--first', '--limit', '1', '--format', 'csv']);
  assert.equal(csv.out, 'hour,partition,offset,reason,field,raw\r\n,2,7,unparseable,,\\xFF\\x00\\x0A\\x1B\r\n');
});

test('without rejected records it says so, and an export is an empty file', async (t) => {
  const { cwd, call } = await runWith(t, []);
  assert.deepEqual(await call(['rejected']), { code: 0, out: 'no rejected records in run default\n', err: '' });
  assert.equal((await call(['rejected', '--format', 'json'])).out, '[]\n');
  const { out } = await call(['rejected', '--export', 'none.jsonl']);
  assert.equal(out, 'exported 0 rejected records to ./none.jsonl (0 B)\n');
  assert.equal(readFileSync(join(cwd, 'none.jsonl'), 'utf8'), '');
});

/** Records of every length and content, a few of them half as large as a page of the export. */
function noise(count: number): Rejected[] {
  const random = seededRandom(7);
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => Math.floor(random() * 256));
  return Array.from({ length: count }, (_, n) => ({
    ...{ hour: null, partition: n % 3, offset: 1_000 + n, reason: 'unparseable', field: null },
    raw: bytes(n % 200 === 0 ? 2_000_000 : n % 40),
  }));
}

interface Line {
  readonly partition: number;
  readonly offset: number;
  readonly raw: string | null;
  readonly base64: string | null;
}

function linesOf(file: string): Line[] {
  const text = readFileSync(file, 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** What an export must hold of these records. */
function assertExported(lines: readonly Line[], records: readonly Rejected[]): void {
  const place = ({ partition, offset }: { partition: number; offset: number }): string => `${partition}/${offset}`;
  const inOrder = [...records].sort((a, b) => a.partition - b.partition || a.offset - b.offset);
  assert.deepEqual(lines.map(place), inOrder.map(place));
  for (const [i, { raw }] of inOrder.entries()) {
    const { base64, raw: text } = lines[i] ?? assert.fail();
    const found = base64 === null ? null : Buffer.from(base64, 'base64');
    assert.ok(raw === null ? found === null : found?.equals(raw), place(inOrder[i] ?? assert.fail()));
    // Text is told only where it says every byte.
    if (text !== null) assert.deepEqual(Buffer.from(text), found);
  }
}

test('an export holds every record with its exact bytes, over many pages', async (t) => {
  const records = [...RECORDS, ...noise(1_300)];
  const { cwd, call } = await runWith(t, records);
  const { code, out, err } = await call(['rejected', '--export', 'all.jsonl']);
  assert.deepEqual([code, err], [0, '']);
  assert.match(out, /^exported 1,309 rejected records to \.\/all\.jsonl \(\d/);
  const lines = linesOf(join(cwd, 'all.jsonl'));
  assertExported(lines, records);
  assert.deepEqual(
    lines.find(({ partition, offset }) => partition === 1 && offset === 101),
    {
      ...{ hour: null, partition: 1, offset: 101, seq: 101, reason: 'unparseable', field: null },
      ...{ raw: '{"query_id": 1', base64: Buffer.from('{"query_id": 1').toString('base64') },
    },
  );
  assert.equal(lines.find(({ partition, offset }) => partition === 2 && offset === 7)?.raw, null);
  assert.deepEqual(readdirSync(cwd).sort(), ['all.jsonl', 'spillway-data', 'trace']);
});

test('an export can be of some records only', async (t) => {
  const { cwd, call } = await runWith(t, RECORDS);
  await call(['rejected', '--reason', 'negative', '--hour', '2024-03-01T00:00', '--export', 'some.jsonl']);
  const wanted = RECORDS.filter(({ hour, reason }) => reason === 'negative' && hour === '2024-03-01 00:00');
  assertExported(linesOf(join(cwd, 'some.jsonl')), wanted);
});

test('an export takes the place of nothing', async (t) => {
  const { cwd, call } = await runWith(t, RECORDS);
  writeFileSync(join(cwd, 'mine.txt'), 'mine');
  mkdirSync(join(cwd, 'folder'));
  for (const name of ['mine.txt', 'folder']) {
    const { code, out, err } = await call(['rejected', '--export', name]);
    assert.deepEqual([code, out], [2, '']);
    assert.match(
      err,
      new RegExp(`^error: --export is \\./${name}: there is something of that name already \\[USAGE\\]\nhint: `),
    );
  }
  assert.equal(readFileSync(join(cwd, 'mine.txt'), 'utf8'), 'mine');
  const { err } = await call(['rejected', '--export', 'nowhere/file.jsonl']);
  assert.match(err, /^error: --export is \.\/nowhere\/file\.jsonl: there is no such folder \[USAGE\]\n/);
  assert.deepEqual(readdirSync(cwd).sort(), ['folder', 'mine.txt', 'spillway-data', 'trace']);
});

test('beside a live owner the list and the export are the same', async (t) => {
  const records = [...RECORDS, ...noise(900)];
  const { cwd, call } = await runWith(t, records);
  const alone = await call(['rejected', '--limit', '30']);
  const { child } = await owned(t, cwd, [SPILLWAY, 'serve', '--port', '0']);
  assert.deepEqual(await call(['rejected', '--limit', '30']), alone);
  const { code, err } = await call(['rejected', '--export', 'live.jsonl']);
  assert.deepEqual([code, err], [0, '']);
  assertExported(linesOf(join(cwd, 'live.jsonl')), records);
  assert.equal(child.exitCode, null);
});
