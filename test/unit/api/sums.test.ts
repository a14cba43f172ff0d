import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Dictionaries } from '../../../src/api/dictionary.ts';
import { planOf } from '../../../src/api/series-plan.ts';
import { fetchSums } from '../../../src/api/sums.ts';
import type { HotStore } from '../../../src/hot-store/hot-store.ts';
import { apiFixture, at, TRAFFIC } from './fixture.ts';

const RANGE = { from: at('2024-03-01T00:00Z'), to: at('2024-03-02T00:00Z') };

async function insert(store: HotStore, select: string): Promise<void> {
  await store.ingest(async (session) => {
    await session.run(`INSERT INTO rollups.traffic ${select}`);
    return { progress: await store.progress(), result: undefined };
  });
}

/** How many queries each instance had, as summed from the store's rows. */
async function queriesOf(store: HotStore): Promise<Map<unknown, number>> {
  const plan = planOf({ metric: TRAFFIC, group: ['hour', 'instance_id'], filters: [], derived: true });
  const table = await fetchSums(store, { metric: TRAFFIC, range: RANGE, grain: 'hour' }, plan);
  const [instance, queries] = [table.column('instance_id'), table.column('queries')];
  const counts = new Map<unknown, number>();
  for (let row = 0; row < table.size; row++) {
    counts.set(instance(row), (counts.get(instance(row)) ?? 0) + Number(queries(row)));
  }
  return counts;
}

async function expectedOf(store: HotStore): Promise<Map<unknown, number>> {
  const { rows } = await store.query(
    "SELECT instance_id, sum(queries) FROM traffic WHERE hour < '2024-03-02' GROUP BY 1",
  );
  return new Map(rows.map(([instance, queries]) => [instance, Number(queries)]));
}

const sorted = (counts: ReadonlyMap<unknown, number>): unknown[] =>
  [...counts].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));

test('many rows tell their texts by a dictionary, and a text that it does not have is not lost', async (t) => {
  const { store } = await apiFixture(t);
  const known = (): string | undefined => Dictionaries.of(store).sql('traffic', 'instance_id');
  assert.deepEqual(sorted(await queriesOf(store)), sorted(await expectedOf(store)));
  assert.equal(known(), undefined);

  await insert(
    store,
    `SELECT TIMESTAMP '2024-03-01' + to_hours(CAST(i % 10 AS INTEGER)), 'it''s ' || i // 10, 1, true, NULL, i, i, 1
     FROM range(3_000) rows(i)`,
  );
  assert.deepEqual(sorted(await queriesOf(store)), sorted(await expectedOf(store)));
  assert.match(known() ?? '', /^TRY_CAST\("instance_id" AS ENUM\(.*'it''s 299'/);
  assert.deepEqual(sorted(await queriesOf(store)), sorted(await expectedOf(store)));

  await insert(store, "VALUES (TIMESTAMP '2024-03-01 05:00:00', 'a new one', 1, true, NULL, 77, 77, 1)");
  assert.equal((await queriesOf(store)).get('a new one'), 77);
  assert.match(known() ?? '', /'a new one'/);
  assert.deepEqual(sorted(await queriesOf(store)), sorted(await expectedOf(store)));

  await insert(store, "VALUES (TIMESTAMP '2024-03-01 05:00:00', NULL, 1, true, NULL, 78, 78, 1)");
  assert.equal((await queriesOf(store)).get(null), 78);
  assert.equal(known(), undefined);
  assert.deepEqual(sorted(await queriesOf(store)), sorted(await expectedOf(store)));
});

test('a key with very many or long texts, or that can be null, has no dictionary', () => {
  const dictionaries = new Dictionaries();
  dictionaries.learn(
    'm',
    'k',
    Array.from({ length: 1_000 }, (_, i) => `v${i}`),
  );
  assert.ok(dictionaries.sql('m', 'k') !== undefined);
  dictionaries.learn('m', 'k', ['one', 'more', 'and', 'more']);
  assert.equal(dictionaries.sql('m', 'k'), undefined);
  dictionaries.learn('m', 'k', ['a', null]);
  assert.equal(dictionaries.sql('m', 'k'), undefined);
  dictionaries.learn('m', 'k', []);
  assert.equal(dictionaries.sql('m', 'k'), undefined);
  dictionaries.learn('m', 'k', ['cut\0off']);
  assert.equal(dictionaries.sql('m', 'k'), undefined);
  dictionaries.learn('m', 'k', ['x'.repeat(40_001)]);
  assert.equal(dictionaries.sql('m', 'k'), undefined);
  dictionaries.learn('m', 'k', ['x'.repeat(40_000)]);
  assert.ok(dictionaries.sql('m', 'k') !== undefined);
});
