import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Amendment } from '../../../../src/api/options.ts';
import { apiFixture, at } from '../fixture.ts';

test('amending', async (t) => {
  const asked: unknown[] = [];
  const amend = async (range: unknown): Promise<Amendment[]> => {
    asked.push(range);
    return [{ hour: at('2024-03-01T22:00:00Z'), revision: 2, amended: 3, lateDuplicate: 1 }];
  };
  const { post } = await apiFixture(t, { amend });

  await t.test('passes the range on and answers with the hours that have a new revision', async () => {
    const response = await post('/api/amend', { from: '2024-03-01T22:00Z', to: '2024-03-02' });
    assert.deepEqual(response.json(), [{ hour: '2024-03-01T22:00:00Z', revision: 2, amended: 3, lateDuplicate: 1 }]);
    assert.deepEqual(asked, [{ from: at('2024-03-01T22:00:00Z'), to: at('2024-03-02') }]);
  });

  await t.test('needs a range that can be read', async () => {
    for (const body of [
      {},
      { from: '2024-03-01' },
      { from: 'yesterday', to: '2024-03-02' },
      { from: '2024-03-01', to: '2024-03-02', all: true },
    ]) {
      assert.equal((await post('/api/amend', body)).statusCode, 400, JSON.stringify(body));
    }
  });
});
