import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TopBody } from '../../../../src/api/routes/top.ts';
import { topBody } from '../../../../src/api/routes/top.ts';
import { apiFixture } from '../fixture.ts';

const HOUR = 'from=2024-03-01T22:00Z&to=2024-03-01T23:00Z';

test('the largest of a metric', async (t) => {
  const { get } = await apiFixture(t);
  const bodyOf = async (url: string): Promise<TopBody> => {
    const response = await get(url);
    assert.equal(response.statusCode, 200, response.body);
    // Answers go out unchecked: here they are held to what the API describes.
    return topBody.strict().parse(response.json());
  };

  await t.test('are its groups with rank, share and what derives from their sums', async () => {
    assert.deepEqual(await bodyOf('/api/metrics/traffic/top?group=instance_id&by=bytes'), {
      ...{ metric: 'traffic', by: 'bytes', group: ['instance_id'], filters: {}, state: 'open' },
      ...{ from: '2024-03-01T22:00:00Z', to: '2024-03-02T02:00:00Z' },
      before: { from: '2024-03-01T18:00:00Z', to: '2024-03-01T22:00:00Z' },
      ...{ groups: 3, total: '9007199254741015' },
      rows: [
        {
          ...{ rank: 1, rank_before: null, share: Number(9007199254741000n) / Number(9007199254741015n) },
          keys: { instance_id: 'provisioned-1' },
          measures: { queries: 5, bytes: '9007199254741000' },
          derived: { mean_bytes: Number(9007199254741000n) / 5 },
        },
        {
          ...{ rank: 2, rank_before: null, share: 10 / Number(9007199254741015n) },
          keys: { instance_id: 'serverless-1' },
          measures: { queries: 4, bytes: 10 },
          derived: { mean_bytes: 2.5 },
        },
        {
          ...{ rank: 3, rank_before: null, share: 5 / Number(9007199254741015n) },
          keys: { instance_id: `it's, "odd"` },
          measures: { queries: 0, bytes: 5 },
          derived: { mean_bytes: null },
        },
      ],
    });
  });

  await t.test('are by the first measure and compared with the range of equal length before', async () => {
    const body = await bodyOf('/api/metrics/traffic/top?group=table_id&from=2024-03-01T23:00Z&to=2024-03-02T00:00Z');
    assert.deepEqual(body, {
      ...{ metric: 'traffic', by: 'queries', group: ['table_id'], filters: {}, state: 'final', groups: 1, total: 4 },
      ...{ from: '2024-03-01T23:00:00Z', to: '2024-03-02T00:00:00Z' },
      before: { from: '2024-03-01T22:00:00Z', to: '2024-03-01T23:00:00Z' },
      rows: [
        {
          ...{ rank: 1, rank_before: 1, share: 1, keys: { table_id: 7 } },
          ...{ measures: { queries: 4, bytes: 10 }, derived: { mean_bytes: 2.5 } },
        },
      ],
    });
  });

  await t.test('are ranked by a derived value without a share of it, with nulls as nothing', async () => {
    const { rows, total } = await bodyOf(`/api/metrics/traffic/top?group=table_id&by=mean_bytes&k=2&${HOUR}`);
    assert.equal(total, null);
    assert.deepEqual(
      rows.map(({ rank, share, keys, derived }) => [rank, share, keys.table_id, derived.mean_bytes]),
      [
        [1, null, 7, Number(9007199254740991n) / 2],
        [2, null, 8, 2],
      ],
    );
    const { groups } = await bodyOf(`/api/metrics/traffic/top?group=table_id&by=mean_bytes&k=2&${HOUR}`);
    assert.equal(groups, 3);
  });

  await t.test('take a share from the whole where they are filtered, and equal ones by their key', async () => {
    const { rows, filters } = await bodyOf(`/api/metrics/classes/top?group=class,joins&class=cpu,network&${HOUR}`);
    assert.deepEqual(filters, { class: ['cpu', 'network'] });
    assert.deepEqual(
      rows.map(({ keys, measures, derived, share }) => [
        keys.class,
        keys.joins,
        measures.queries,
        derived.share,
        share,
      ]),
      [
        ['network', 0, 3, 0.75, 0.375],
        ['network', 1, 3, 1, 0.375],
        ['cpu', 0, 1, 0.25, 0.125],
        ['cpu', 2, 1, 1, 0.125],
      ],
    );
    const [one] = (await bodyOf(`/api/metrics/classes/top?group=joins&class=cpu&k=1&${HOUR}`)).rows;
    assert.deepEqual([one?.keys, one?.measures, one?.derived.share], [{ joins: 0 }, { queries: 1, sum_ms: 100 }, 0.25]);
    const derived = (await bodyOf(`/api/metrics/classes/top?group=class&by=share&class=cpu&${HOUR}`)).rows;
    assert.deepEqual(
      derived.map(({ keys, derived: { share } }) => [keys.class, share]),
      [['cpu', 0.25]],
    );
  });

  await t.test('of a range without rows are none, and of no key everything', async () => {
    const none = await bodyOf('/api/metrics/traffic/top?group=instance_id&to=2024-03-02T05:00Z&from=2024-03-02T03:00Z');
    assert.deepEqual([none.groups, none.total, none.rows], [0, null, []]);
    const all = await bodyOf(`/api/metrics/traffic/top?group=&${HOUR}`);
    assert.deepEqual(
      all.rows.map(({ keys, measures }) => [keys, measures.queries]),
      [[{}, 3]],
    );
  });

  await t.test('are refused by what is wrong', async () => {
    const refusal = async (url: string): Promise<unknown[]> => {
      const response = await get(url);
      const { status, code, detail, hint } = response.json();
      assert.equal(response.statusCode, status);
      assert.match(response.headers['content-type'] ?? '', /^application\/problem\+json/);
      return [status, code, detail, hint];
    };
    assert.deepEqual(await refusal('/api/metrics/trafic/top?group=table_id'), [
      ...[404, 'NOT_FOUND', 'no metric "trafic"', 'did you mean "traffic"?'],
    ]);
    assert.deepEqual((await refusal('/api/metrics/traffic/top'))[1], 'REQUEST_INVALID');
    assert.deepEqual(await refusal('/api/metrics/traffic/top?group=table_id&by=byte'), [
      ...[400, 'REQUEST_INVALID'],
      'query parameter "by": expected a measure or derived value of traffic, found "byte"',
      'did you mean "bytes"? there are queries, bytes, mean_bytes',
    ]);
    assert.deepEqual(await refusal('/api/metrics/traffic/top?group=table_id&kk=3'), [
      ...[400, 'REQUEST_INVALID'],
      'query string: expected a parameter or a key of traffic, found "kk"',
      'did you mean "k"? its keys are hour, instance_id, table_id, is_read, since',
    ]);
    assert.deepEqual((await refusal('/api/metrics/traffic/top?group=table_id&k=0'))[0], 400);
    assert.deepEqual(
      (await refusal('/api/metrics/traffic/top?group=table_id&from=2024-03-03'))[2],
      ['query parameter "to": expected a time after "from" (2024-03-03T00:00:00Z), found 2024-03-02T02:00:00Z'][0],
    );
  });
});
