import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { suite, test } from 'node:test';
import { quoted } from '../../src/engine/sql.ts';
import { SpillwayError } from '../../src/errors.ts';
import type { HotStore, PartitionProgress } from '../../src/hot-store/hot-store.ts';
import type { Metric } from '../../src/metrics/metric.ts';
import type { Manifest } from '../../src/model/manifest.ts';
import type { EventTime } from '../../src/model/time.ts';
import { addMicros, eventTime, MICROS_PER_DAY, MICROS_PER_HOUR, wallTime } from '../../src/model/time.ts';
import { closeHours } from '../../src/processor/close.ts';
import type { Clock } from '../../src/time/clock.ts';
import { testClock } from '../../src/time/test-clock.ts';
import { BatchFeed } from '../support/batch-feed.ts';
import { closerParts } from '../support/closing.ts';
import { withSession } from '../support/duckdb.ts';
import { makeManifest } from '../support/manifest.ts';
import { BROKEN, LOAD } from '../support/metrics.ts';
import { ask } from '../support/store.ts';
import { at } from '../support/time.ts';
import type { RowSpec } from '../support/trace-row.ts';

/** A place where one run's store can be, and nothing is yet. */
export interface StorePlace {
  /** Opens the store and creates it if need be. */
  create(options: { manifest: Manifest; metrics: readonly Metric[]; clock: Clock }): Promise<HotStore>;
  /** Opens the store that is there. */
  open(clock: Clock): Promise<HotStore>;
  /** Opens the store in another process; the result lets go of it. */
  holdElsewhere(): Promise<() => Promise<void>>;
  /** A folder that a snapshot may be written to. */
  readonly snapshotDir: string;
}

const [MIDNIGHT, ONE, TWO] = [at('2024-03-01 00:00'), at('2024-03-01 01:00'), at('2024-03-01 02:00')];
const manifest = makeManifest({ metrics: { load: LOAD.hash } });
const isError = (code: string) => (error: unknown) => error instanceof SpillwayError && error.code === code;

/** What every hot store must do. It is fed and closed as the processor does it. */
export function hotStoreContract(name: string, place: (t: TestContext) => Promise<StorePlace>): void {
  async function setUp(t: TestContext, metrics: readonly Metric[] = [LOAD]) {
    const where = await place(t);
    const clock = testClock(wallTime(Date.UTC(2024, 5, 1)));
    const store = await where.create({ manifest, metrics, clock });
    t.after(() => store.close());
    const reopen = async (): Promise<HotStore> => {
      await store.close();
      const again = await where.open(clock);
      t.after(() => again.close());
      return again;
    };
    return { store, feed: new BatchFeed(store), clock, where, reopen };
  }

  suite(`hot store ${name}`, () => {
    test('a new run has all its hours open and nothing processed', async (t) => {
      const { store } = await setUp(t);
      assert.deepEqual(await store.openHours(), [MIDNIGHT, ONE, TWO]);
      assert.deepEqual(await store.finalHours(), []);
      assert.deepEqual(await store.archiveFiles(), []);
      const nothing = {
        firstOffset: 0,
        nextOffset: 0,
        watermark: undefined,
        lastSeq: -1,
        resent: 0,
        controls: 0,
        gaps: 0,
        replayed: false,
        watermarkAt: undefined,
      };
      assert.deepEqual(await store.progress(), [
        { partition: 0, ended: false, ...nothing },
        { partition: 1, ended: false, ...nothing },
      ]);
      assert.deepEqual(await ask(store, 'SELECT hour, state, counted FROM hours ORDER BY hour'), [
        ['2024-03-01T00:00:00Z', 'open', 0],
        ['2024-03-01T01:00:00Z', 'open', 0],
        ['2024-03-01T02:00:00Z', 'open', 0],
      ]);
    });

    test('a run keeps the manifest and the metrics that it was created with', async (t) => {
      const { store, where, clock } = await setUp(t);
      await store.close();
      const other = { manifest: makeManifest({ partitions: 9 }), metrics: [BROKEN], clock };
      const again = await where.create(other);
      t.after(() => again.close());
      assert.deepEqual(again.manifest, manifest);
      assert.deepEqual(again.metrics.map(withoutUndefined), [LOAD].map(withoutUndefined));
      assert.equal(again.run, 'default');
    });

    test('a run that is not there is not opened', async (t) => {
      await assert.rejects((await place(t)).open(testClock()), isError('RUN_NOT_FOUND'));
    });

    test('a batch and its progress are durable together', async (t) => {
      const { feed, reopen } = await setUp(t);
      await feed.batch({ row: {} }, { row: { num_joins: -1 } }, { watermark: ONE }, { row: {}, partition: 1 });
      const again = await reopen();
      assert.deepEqual(await ask(again, 'SELECT "partition", "offset" FROM events'), [[0, 0]]);
      assert.deepEqual(await ask(again, 'SELECT "offset" FROM rejected'), [[1]]);
      const [first, second] = await again.progress();
      assert.deepEqual([first?.nextOffset, first?.watermark, first?.lastSeq, first?.controls], [3, ONE, 1, 1]);
      assert.deepEqual([second?.nextOffset, second?.watermark, second?.lastSeq], [1, undefined, 2]);
    });

    test('a batch that fails leaves nothing, and the next one goes on from before it', async (t) => {
      const { store, feed, reopen } = await setUp(t);
      await feed.batch({ row: {} });
      const before = await everything(store);
      const progress = await store.progress();
      const moved = progress.map((p): PartitionProgress => ({ ...p, nextOffset: 99, watermark: TWO }));
      const failing = store.ingest(async (session) => {
        await session.run(
          "INSERT INTO store.receipts VALUES (TIMESTAMP '2024-03-01', 0, 1, 0, 0, 0, 5, 5, NULL, false)",
        );
        await session.run('DELETE FROM store.events');
        if (moved.length > 0) throw new Error('half way');
        return { progress: moved, result: 0 };
      });
      await assert.rejects(failing, /half way/);
      assert.deepEqual(await everything(store), before);
      await feed.batch({ row: { query_id: 2 } });
      const again = await reopen();
      assert.deepEqual(await ask(again, 'SELECT count(*) FROM events'), [[2]]);
      assert.equal((await again.progress())[0]?.nextOffset, 2);
    });

    test('a statement that fails takes its batch with it', async (t) => {
      const { store } = await setUp(t);
      const before = await everything(store);
      const failing = store.ingest(async (session) => {
        await session.run(
          "INSERT INTO store.receipts VALUES (TIMESTAMP '2024-03-01', 0, 1, 0, 0, 0, 5, 5, NULL, false)",
        );
        await session.run("INSERT INTO store.events (query_id) VALUES (CAST('x' AS BIGINT))");
        return { progress: await store.progress(), result: 0 };
      });
      await assert.rejects(failing);
      assert.deepEqual(await everything(store), before);
    });

    test('ingest returns what was computed', async (t) => {
      const { store } = await setUp(t);
      const progress = await store.progress();
      assert.equal(await store.ingest(async () => ({ progress, result: 'computed' })), 'computed');
    });

    test('closed hours are final with their rollups, and stay so', async (t) => {
      const { store, feed, clock, reopen } = await setUp(t);
      await feed.batch({ row: {} }, { row: { query_id: 2, arrival_timestamp: ONE } });
      await close(store, clock, [MIDNIGHT, ONE]);
      const again = await reopen();
      assert.deepEqual(await again.openHours(), [TWO]);
      assert.deepEqual(
        (await again.finalHours()).map(({ hour, state, revision }) => [hour, state, revision]),
        [
          [MIDNIGHT, 'final', 1],
          [ONE, 'final', 1],
        ],
      );
      assert.deepEqual(await ask(again, 'SELECT * FROM load ORDER BY hour'), [
        ['2024-03-01T00:00:00Z', 'provisioned-1', 7, 1, 100, 'final', 1],
        ['2024-03-01T01:00:00Z', 'provisioned-1', 7, 1, 100, 'final', 1],
      ]);
      assert.deepEqual(await ask(again, 'SELECT state, watermark, finalized_at, counted FROM hours ORDER BY hour'), [
        ['final', '2024-03-01T03:10:00Z', '2024-06-01T00:00:00Z', 1],
        ['final', '2024-03-01T03:10:00Z', '2024-06-01T00:00:00Z', 1],
        ['open', null, null, 0],
      ]);
    });

    test('a closing that fails leaves everything as it was', async (t) => {
      const { store, feed, clock } = await setUp(t);
      await feed.batch({ row: {} });
      const before = await everything(store);
      const hour = { revision: 1, watermark: TWO, finalizedAt: clock.now(), files: [], failures: [] };
      const closing = { hours: [{ ...hour, hour: MIDNIGHT }], days: [], eventsFrom: MIDNIGHT, historyFrom: MIDNIGHT };
      await assert.rejects(store.finalize(closing), 'nothing was computed for this hour');
      assert.deepEqual(await everything(store), before);
      assert.deepEqual(await store.finalHours(), []);
    });

    test('a receipt is frozen when its hour is closed; what comes later stands beside it', async (t) => {
      const { store, feed, clock } = await setUp(t);
      await feed.batch({ row: {} }, { row: {} }, { row: { query_id: 2, num_joins: -1 } });
      await feed.batch({ watermark: at('2024-03-01 01:10') }, { row: { query_id: 3 } });
      await close(store, clock, [MIDNIGHT]);
      const receipt = 'SELECT state, counted, late, rejected, duplicate, late_after, rejected_after FROM receipts';
      assert.deepEqual(await ask(store, receipt), [['final', 1, 1, 1, 1, 0, 0]]);
      await feed.batch({ row: { query_id: 4 } }, { row: { query_id: 5, num_joins: -1 } });
      assert.deepEqual(await ask(store, receipt), [['final', 1, 1, 1, 1, 1, 1]]);
      assert.deepEqual(await ask(store, 'SELECT counted, late, rejected, duplicate FROM hours ORDER BY hour LIMIT 1'), [
        [1, 2, 2, 1],
      ]);
    });

    test('a frozen receipt keeps the watermark of its partition', async (t) => {
      const { store, feed, clock } = await setUp(t);
      await feed.batch({ row: {} }, { watermark: at('2024-03-01 01:10') });
      await close(store, clock, [MIDNIGHT]);
      await feed.batch({ watermark: at('2024-03-01 02:00') });
      assert.deepEqual(await ask(store, 'SELECT watermark FROM receipts'), [['2024-03-01T01:10:00Z']]);
    });

    test('rejected records without a usable time have a receipt under no hour', async (t) => {
      const { store, feed } = await setUp(t);
      await feed.batch({ row: { arrival_timestamp: null } });
      assert.deepEqual(await ask(store, 'SELECT hour, "partition", rejected FROM receipts'), [[null, 0, 1]]);
      assert.deepEqual(await ask(store, 'SELECT sum(rejected) FROM hours'), [[0]]);
    });

    test('an hour outside of the range is open as soon as it has an event', async (t) => {
      const { store, feed } = await setUp(t);
      const before = addMicros(MIDNIGHT, -MICROS_PER_HOUR);
      await feed.batch({ row: { arrival_timestamp: before } });
      assert.deepEqual(await store.openHours(), [before, MIDNIGHT, ONE, TWO]);
      await feed.batch({ row: { arrival_timestamp: addMicros(MIDNIGHT, -MICROS_PER_DAY), num_joins: -1 } });
      assert.deepEqual(await store.openHours(), [before, MIDNIGHT, ONE, TWO]);
    });

    test('open hours are shown provisionally, and never twice', async (t) => {
      const { store, feed, clock } = await setUp(t);
      await feed.batch({ row: {} }, { row: { query_id: 2, arrival_timestamp: ONE } });
      await store.refreshLive();
      const states = 'SELECT hour, queries, state, revision FROM load ORDER BY hour';
      assert.deepEqual(await ask(store, states), [
        ['2024-03-01T00:00:00Z', 1, 'open', 0],
        ['2024-03-01T01:00:00Z', 1, 'open', 0],
      ]);
      await close(store, clock, [MIDNIGHT]);
      assert.deepEqual(await ask(store, states), [
        ['2024-03-01T00:00:00Z', 1, 'final', 1],
        ['2024-03-01T01:00:00Z', 1, 'open', 0],
      ]);
    });

    test('the provisional numbers are computed at most once a second', async (t) => {
      const { store, feed, clock } = await setUp(t);
      const queries = async (): Promise<unknown> => {
        await store.refreshLive();
        return (await ask(store, 'SELECT sum(queries) FROM load'))[0]?.[0];
      };
      await feed.batch({ row: {} });
      assert.equal(await queries(), 1);
      await feed.batch({ row: { query_id: 2 } });
      assert.equal(await queries(), 1);
      await clock.advance(1_000);
      assert.equal(await queries(), 2);
    });

    test('whoever refreshes is told which hours are provisional, and whether anything is new', async (t) => {
      const { store, feed, clock } = await setUp(t);
      const refreshed = async (): Promise<unknown> => {
        await clock.advance(1_000);
        const { generation, hours } = await store.refreshLive();
        return [generation, ...hours];
      };
      assert.deepEqual(await refreshed(), [0]);
      await feed.batch({ row: {} }, { row: { query_id: 2, arrival_timestamp: ONE } });
      assert.deepEqual(await refreshed(), [1, [MIDNIGHT, 1], [ONE, 1]]);
      assert.deepEqual(await refreshed(), [1, [MIDNIGHT, 1], [ONE, 1]]);
      await feed.batch({ row: { query_id: 3, arrival_timestamp: ONE } });
      assert.deepEqual(await refreshed(), [2, [MIDNIGHT, 1], [ONE, 2]]);
      await close(store, clock, [MIDNIGHT]);
      assert.deepEqual(await refreshed(), [3, [ONE, 2]]);
    });

    test('the numbers of the last events come without another event', async (t) => {
      const { store, feed, clock } = await setUp(t);
      await feed.batch({ row: {} });
      const { generation } = await store.refreshLive();
      await feed.batch({ row: { query_id: 2 } });
      assert.equal((await store.refreshLive()).generation, generation);
      await clock.advance(1_000);
      assert.equal((await store.refreshLive()).generation, generation + 1);
      assert.deepEqual(await ask(store, 'SELECT sum(queries) FROM load'), [[2]]);
    });

    test('the ledger names the files of a day, or all', async (t) => {
      const { store, feed, clock } = await setUp(t);
      await feed.batch({ row: {} });
      await close(store, clock, [MIDNIGHT]);
      const files = await store.archiveFiles('2024-03-01');
      assert.deepEqual(
        files.map(({ hour, dataset }) => [hour, dataset]),
        [
          [MIDNIGHT, 'events'],
          [MIDNIGHT, 'load'],
        ],
      );
      assert.deepEqual(await store.archiveFiles(), files);
      assert.deepEqual(await store.archiveFiles('2024-03-02'), []);
      assert.deepEqual(await ask(store, 'SELECT count(*) FROM archive_files'), [[2]]);
    });

    test('what a failed metric said is kept with its hour', async (t) => {
      const { store, feed, clock } = await setUp(t, [LOAD, BROKEN]);
      await feed.batch({ row: {} });
      await close(store, clock, [MIDNIGHT]);
      assert.deepEqual(await ask(store, 'SELECT hour, metric FROM metric_failures'), [
        ['2024-03-01T00:00:00Z', 'broken'],
      ]);
    });

    test('a query may read and nothing else', async (t) => {
      const { store } = await setUp(t);
      const before = await everything(store);
      const refused = [
        'DELETE FROM hours',
        "INSERT INTO hours (state) VALUES ('final')",
        'SELECT 1; SELECT 2',
        'DROP VIEW hours',
        'SELECT * FROM nowhere',
        '',
      ];
      for (const sql of refused) await assert.rejects(store.query(sql), isError('QUERY_INVALID'), sql);
      assert.deepEqual(await everything(store), before);
    });

    test('a query that takes too long is interrupted', async (t) => {
      const { store } = await setUp(t);
      const slow = store.query('SELECT count(*) FROM range(100000000000)', { timeoutMs: 50 });
      await assert.rejects(slow, isError('QUERY_TIMEOUT'));
      assert.deepEqual(await ask(store, 'SELECT 1'), [[1]]);
    });

    test('a query returns exact integers and times as ISO-8601', async (t) => {
      const { store, feed } = await setUp(t);
      await feed.batch({ row: { query_id: 9_007_199_254_740_993n, user_id: 9_007_199_254_740_991 } });
      const { columns, rows, truncated } = await store.query('SELECT hour, query_id, user_id, num_joins FROM events');
      assert.deepEqual(
        columns.map((column) => column.name),
        ['hour', 'query_id', 'user_id', 'num_joins'],
      );
      assert.deepEqual(rows, [['2024-03-01T00:00:00Z', '9007199254740993', 9_007_199_254_740_991, 1]]);
      assert.equal(truncated, false);
      assert.equal((await store.query('SELECT * FROM hours', { maxRows: 2 })).truncated, true);
    });

    test('a query by column is the same, refused for the same reasons', async (t) => {
      const { store, feed } = await setUp(t);
      await feed.batch({ row: { query_id: 1 } }, { row: { query_id: 2 } });
      const sql = 'SELECT query_id, hour FROM events ORDER BY 1';
      const { columns, rows } = await store.query(sql);
      const cells = [
        [1, 2],
        ['2024-03-01T00:00:00Z', '2024-03-01T00:00:00Z'],
      ];
      assert.deepEqual(await store.queryColumns(sql), { columns, cells, size: 2, truncated: false });
      assert.deepEqual(
        rows,
        [0, 1].map((row) => cells.map((column) => column[row])),
      );
      const { size, truncated, cells: cut } = await store.queryColumns(sql, { maxRows: 1 });
      assert.deepEqual([size, truncated, cut], [1, true, [[1], ['2024-03-01T00:00:00Z']]]);
      const none = await store.queryColumns('SELECT query_id FROM events WHERE false');
      assert.deepEqual([none.size, none.cells], [0, [[]]]);
      await assert.rejects(store.queryColumns('DELETE FROM events'), isError('QUERY_INVALID'));
    });

    test('readers see whole batches only, whatever is written meanwhile', async (t) => {
      const { store, feed } = await setUp(t);
      let writing = true;
      const writer = (async () => {
        for (let batch = 0; batch < 12; batch++) {
          const rows: RowSpec[] = [{ query_id: batch }, { query_id: 1_000 + batch, num_joins: -1 }];
          await feed.batch(...rows.map((row) => ({ row })), { watermark: eventTime(MIDNIGHT + batch) });
        }
        writing = false;
      })();
      let reads = 0;
      while (writing) {
        const [[balance] = []] = await ask(store, BALANCE);
        assert.equal(balance, 0);
        reads++;
      }
      await writer;
      assert.ok(reads > 0);
    });

    test('a snapshot holds all its tables as they were at one moment', async (t) => {
      const { store, feed, where } = await setUp(t);
      let writing = true;
      const writer = (async () => {
        for (let batch = 0; batch < 12; batch++)
          await feed.batch({ row: { query_id: batch } }, { row: { num_joins: -1 } });
        writing = false;
      })();
      const dirs: string[] = [];
      do {
        const dir = join(where.snapshotDir, String(dirs.length));
        await store.snapshot(['progress', 'receipts', 'events', 'hours', 'load'], dir);
        dirs.push(dir);
      } while (writing);
      await writer;
      for (const dir of dirs) {
        const sql = BALANCE.replace(/FROM (\w+)/g, (_, table) => `FROM ${quoted(join(dir, `${table}.parquet`))}`);
        assert.equal(
          (await withSession((session) => session.row(`SELECT CAST(balance AS BIGINT) AS n FROM (${sql})`))).n,
          0n,
        );
      }
    });

    test('a store tells its size', async (t) => {
      const { store } = await setUp(t);
      assert.ok((await store.size()) > 0);
    });

    test('a store may be closed twice, and while a query or a refresh is under way', async (t) => {
      const { store, feed } = await setUp(t);
      await feed.batch({ row: {} });
      const slow = store.query('SELECT count(*) FROM range(100000000000)').catch((error: unknown) => error);
      const refresh = store.refreshLive().catch((error: unknown) => error);
      await new Promise((resolve) => setTimeout(resolve, 50));
      await Promise.all([store.close(), store.close()]);
      assert.ok((await slow) instanceof Error);
      await refresh;
    });

    test('a run that another process holds is refused, and free again afterwards', async (t) => {
      const { store, feed, where, clock } = await setUp(t);
      await feed.batch({ row: {} });
      await store.close();
      const release = await where.holdElsewhere();
      try {
        await assert.rejects(where.open(clock), isError('RUN_OWNED'));
        await assert.rejects(where.create({ manifest, metrics: [LOAD], clock }), isError('RUN_OWNED'));
      } finally {
        await release();
      }
      const again = await where.open(clock);
      t.after(() => again.close());
      assert.deepEqual(await ask(again, 'SELECT count(*) FROM events'), [[1]]);
    });
  });
}

/** Records by offsets less records by receipts: zero at every moment. */
const BALANCE = `SELECT (SELECT sum(next_offset - first_offset - resent - controls) FROM progress)
  - (SELECT coalesce(sum(counted + late + rejected + duplicate + late_after + rejected_after), 0) FROM receipts) AS balance`;

async function close(store: HotStore, clock: Clock, hours: readonly EventTime[]): Promise<void> {
  await closeHours(closerParts(store, { clock }), hours, at('2024-03-01 03:10'));
}

/** Every public table, for comparing before and after. */
async function everything(store: HotStore): Promise<unknown> {
  const names = ['hours', 'receipts', 'progress', 'events', 'late_events', 'rejected', 'archive_files', 'load'];
  return await Promise.all(names.map((table) => ask(store, `SELECT * FROM ${table} ORDER BY ALL`)));
}

/** A metric as it comes back from a store: what is undefined is not there. */
function withoutUndefined(metric: Metric): unknown {
  return JSON.parse(JSON.stringify(metric));
}
