import assert from 'node:assert/strict';
import { test } from 'node:test';
import { receiptsBody } from '../../../../src/api/routes/receipts.ts';
import { apiFixture } from '../fixture.ts';

test('receipts', async (t) => {
  const { get } = await apiFixture(t);
  const untimed = {
    hour: null,
    partition: 0,
    state: 'open',
    counted: 0,
    late: 0,
    rejected: 1,
    duplicate: 0,
    late_after: 0,
    rejected_after: 0,
    first_offset: 7,
    last_offset: 7,
    watermark: null,
  };

  await t.test('come by hour and partition, those without a time last', async () => {
    const body = (await get('/api/receipts')).json();
    receiptsBody.strict().parse(body);
    assert.deepEqual(
      body.receipts.map((receipt: { hour: string | null; partition: number }) => [receipt.hour, receipt.partition]),
      [
        ['2024-03-01T22:00:00Z', 0],
        ['2024-03-01T22:00:00Z', 1],
        ['2024-03-02T00:00:00Z', 0],
        [null, 0],
      ],
    );
    assert.deepEqual(body.receipts[3], untimed);
  });

  await t.test('of a range leave out those without a time', async () => {
    assert.deepEqual((await get('/api/receipts?from=2024-03-02')).json(), {
      from: '2024-03-02T00:00:00Z',
      to: null,
      truncated: false,
      receipts: [
        { ...untimed, hour: '2024-03-02T00:00:00Z', counted: 2, rejected: 0, first_offset: 5, last_offset: 6 },
      ],
    });
  });

  await t.test('cut at a limit say so', async () => {
    const body = (await get('/api/receipts?limit=1')).json();
    assert.equal(body.receipts.length, 1);
    assert.equal(body.truncated, true);
  });

  for (const query of ['from=x', 'to=2024-13-01', 'limit=-1', 'partition=0', 'from=2024-03-02&to=2024-03-02']) {
    await t.test(`are not given for ${query}`, async () => {
      assert.equal((await get(`/api/receipts?${query}`)).json().code, 'REQUEST_INVALID');
    });
  }
});
