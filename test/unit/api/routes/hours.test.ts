import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hoursBody } from '../../../../src/api/routes/hours.ts';
import { wallTime } from '../../../../src/model/time.ts';
import { apiFixture, at } from '../fixture.ts';

const FIRST = {
  hour: '2024-03-01T22:00:00Z',
  state: 'final',
  revision: 1,
  watermark: '2024-03-01T23:10:00Z',
  finalized_at: '2026-01-01T00:00:01.500Z',
};
const NOTHING = { counted: 0, late: 0, rejected: 0, duplicate: 0 };
const NOT_CLOSED = { state: 'open', revision: 0, watermark: null, finalized_at: null };

test('the list of hours', async (t) => {
  const { get } = await apiFixture(t);

  await t.test('has every hour of the run, those without events included', async () => {
    const body = (await get('/api/hours')).json();
    hoursBody.strict().parse(body);
    assert.deepEqual(
      body.hours.map((hour: { hour: string; state: string; counted: number }) => [hour.hour, hour.state, hour.counted]),
      [
        ['2024-03-01T22:00:00Z', 'final', 5],
        ['2024-03-01T23:00:00Z', 'final', 0],
        ['2024-03-02T00:00:00Z', 'open', 2],
        ['2024-03-02T01:00:00Z', 'open', 0],
      ],
    );
  });

  await t.test('is cut to a range of whole hours', async () => {
    assert.deepEqual((await get('/api/hours?from=2024-03-02T01:59:59.9Z&to=2024-03-02T01:59:59.95Z')).json(), {
      from: '2024-03-02T01:00:00Z',
      to: '2024-03-02T02:00:00Z',
      hours: [{ hour: '2024-03-02T01:00:00Z', ...NOT_CLOSED, ...NOTHING }],
    });
    assert.deepEqual((await get('/api/hours?from=2030-01-01')).json(), {
      from: '2030-01-01T00:00:00Z',
      to: null,
      hours: [],
    });
  });

  await t.test('refuses what it does not know', async () => {
    const response = await get('/api/hours?form=2024-03-01');
    assert.equal(response.statusCode, 400);
    assert.equal(response.json().detail, 'query string: Unrecognized key: "form"; found {"form":"2024-03-01"}');
  });
});

test('one hour', async (t) => {
  const { get, store } = await apiFixture(t);
  const none = { late_after: 0, rejected_after: 0, first_offset: null, last_offset: null, watermark: null };

  await t.test('that is final has its frozen receipts, with what came later beside them', async () => {
    const { late: _, ...body } = (await get('/api/hours/2024-03-01T22:00:00Z')).json();
    assert.deepEqual(body, {
      ...FIRST,
      counted: 5,
      rejected: 1,
      duplicate: 1,
      final_from: '2024-03-01T23:10:00Z',
      held_open_by: [],
      receipts: [
        {
          ...NOTHING,
          ...none,
          partition: 0,
          state: 'final',
          counted: 3,
          rejected: 1,
          first_offset: 1,
          last_offset: 4,
          watermark: '2024-03-01T23:10:00Z',
        },
        {
          ...NOTHING,
          ...none,
          partition: 1,
          state: 'final',
          counted: 2,
          late: 1,
          duplicate: 1,
          late_after: 1,
          first_offset: 1,
          last_offset: 5,
          watermark: '2024-03-01T23:10:00Z',
        },
      ],
    });
  });

  await t.test('that is open names the partitions that hold it open, and since when', async () => {
    assert.deepEqual((await get('/api/hours/2024-03-02T00:00:00Z')).json(), {
      hour: '2024-03-02T00:00:00Z',
      ...NOT_CLOSED,
      ...NOTHING,
      counted: 2,
      final_from: '2024-03-02T01:10:00Z',
      held_open_by: [
        { partition: 1, watermark: '2024-03-02T00:40:00Z', since: null, behind_ms: 1_800_000, ended: false },
        { partition: 0, watermark: '2024-03-02T01:05:00Z', since: null, behind_ms: 300_000, ended: false },
      ],
      receipts: [
        { ...NOTHING, ...none, partition: 0, state: 'open', counted: 2, first_offset: 5, last_offset: 6 },
        { ...NOTHING, ...none, partition: 1, state: 'open' },
      ],
    });
  });

  await t.test(
    'is held open by no partition that has reached its end, and by any that has no watermark yet',
    async () => {
      const [zero, one] = await store.progress();
      assert.ok(zero !== undefined && one !== undefined);
      const moved = [
        { ...zero, watermark: at('2024-03-02T01:10:00Z') },
        { ...one, watermark: undefined },
      ];
      await store.ingest(async () => ({ progress: moved, result: undefined }));
      assert.deepEqual((await get('/api/hours/2024-03-02T00:00:00Z')).json().held_open_by, [
        { partition: 1, watermark: null, since: null, behind_ms: null, ended: false },
      ]);
    },
  );

  await t.test('tells the wall time at which the watermark of a holder came', async () => {
    const [zero, one] = await store.progress();
    assert.ok(zero !== undefined && one !== undefined);
    const stalled = {
      ...{ ...one, watermark: at('2024-03-02T00:40:00Z') },
      watermarkAt: wallTime(Date.UTC(2026, 0, 1, 12, 0, 0, 250)),
    };
    await store.ingest(async () => ({ progress: [zero, stalled], result: undefined }));
    const [holder] = (await get('/api/hours/2024-03-02T00:00:00Z')).json().held_open_by;
    assert.equal(holder.since, '2026-01-01T12:00:00.250Z');
  });

  await t.test('may be written in any way that names a full hour', async () => {
    for (const text of [
      '2024-03-01T22:00:00Z',
      '2024-03-01T22:00',
      '2024-03-01%2022:00:00',
      '2024-03-01T23:00:00+01:00',
    ]) {
      assert.equal((await get(`/api/hours/${text}`)).json().hour, '2024-03-01T22:00:00Z', text);
    }
  });

  await t.test('that is not of the run is not found', async () => {
    assert.deepEqual((await get('/api/hours/2024-03-02T02:00:00Z')).json(), {
      type: 'urn:spillway:error:NOT_FOUND',
      title: 'Not found',
      status: 404,
      detail: 'no hour 2024-03-02T02:00:00Z in this run',
      code: 'NOT_FOUND',
      hint: 'the run default has the hours from 2024-03-01T22:00:00Z up to, not including, 2024-03-02T02:00:00Z',
    });
  });

  await t.test('that is none says what one is', async () => {
    const half = (await get('/api/hours/2024-03-01T22:30:00Z')).json();
    assert.equal(half.detail, 'path parameter "hour": expected a full hour, found 2024-03-01T22:30:00Z');
    assert.equal(half.hint, 'ask for 2024-03-01T22:00:00Z');
    const word = (await get('/api/hours/latest')).json();
    assert.equal(word.detail, 'path parameter "hour": expected a time such as 2024-03-01T14:00:00Z; found "latest"');
  });
});
