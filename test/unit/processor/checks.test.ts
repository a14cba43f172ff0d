import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { BATCH_COLUMNS } from '../../../src/bus/bus.ts';
import { identifier } from '../../../src/engine/sql.ts';
import type { SanityLimits } from '../../../src/model/manifest.ts';
import { REDSET_COLUMNS } from '../../../src/model/redset.ts';
import { addMicros, MICROS_PER_DAY } from '../../../src/model/time.ts';
import { checksSql } from '../../../src/processor/checks.ts';
import { openSession } from '../../support/duckdb.ts';
import type { BusEvent } from '../../support/event-chunk.ts';
import { busEvent, eventChunk } from '../../support/event-chunk.ts';
import { LIMITS } from '../../support/manifest.ts';
import { at } from '../../support/time.ts';
import type { RowSpec } from '../../support/trace-row.ts';

const RANGE = { from: at('2024-03-01'), to: at('2024-03-02') };

/** The verdict on each event, and the hour in which its time places it, in microseconds. */
async function judge(t: TestContext, events: readonly BusEvent[], limits: SanityLimits = LIMITS) {
  const session = await openSession(t);
  await session.run(
    `CREATE TABLE batch (${BATCH_COLUMNS.map(({ name, type }) => `${identifier(name)} ${type}`).join(', ')})`,
  );
  await session.append({ table: 'batch' }, [eventChunk(events).chunk]);
  const { verdict, hour } = checksSql(limits, RANGE);
  const rows = await session.rows(`SELECT ${verdict} AS verdict, epoch_us(${hour}) AS hour FROM batch`);
  return { verdicts: rows.map((row) => row.verdict), hours: rows.map((row) => row.hour) };
}

async function verdictsOn(t: TestContext, rows: readonly RowSpec[], limits?: SanityLimits) {
  return (
    await judge(
      t,
      rows.map((row) => busEvent(row)),
      limits,
    )
  ).verdicts;
}

test('a sane record passes, with or without values where none are needed', async (t) => {
  const optional = REDSET_COLUMNS.filter(({ required }) => !required).map(({ name }) => [name, null]);
  assert.deepEqual(await verdictsOn(t, [{}, Object.fromEntries(optional)]), [null, null]);
});

test('a record without a field that it must have says which one', async (t) => {
  const required = REDSET_COLUMNS.filter((column) => column.required).map(({ name }) => name);
  assert.deepEqual(required, ['instance_id', 'query_id', 'arrival_timestamp', 'query_type']);
  const verdicts = await verdictsOn(
    t,
    required.map((name) => ({ [name]: null })),
  );
  assert.deepEqual(
    verdicts,
    required.map((name) => `missing_field:${name}`),
  );
});

test('of several missing fields the first in the order of Redset is named', async (t) => {
  assert.deepEqual(await verdictsOn(t, [{ query_type: null, query_id: null, arrival_timestamp: null }]), [
    'missing_field:query_id',
  ]);
});

test('a value of another type is a bad type, the first column named', async (t) => {
  const events = [
    busEvent({ num_joins: null }, { badColumns: 'num_joins', raw: '{}' }),
    busEvent({ user_id: null, num_scans: null }, { badColumns: 'user_id,num_scans', raw: '{}' }),
  ];
  assert.deepEqual((await judge(t, events)).verdicts, ['bad_type:num_joins', 'bad_type:user_id']);
});

test('a required value of another type is a bad type, not a missing field', async (t) => {
  const event = busEvent({ query_id: null }, { badColumns: 'query_id', raw: '{}' });
  assert.deepEqual((await judge(t, [event])).verdicts, ['bad_type:query_id']);
});

test('a missing field is graver than a bad type, and a bad type than a negative value', async (t) => {
  const events = [
    busEvent({ query_type: null, user_id: null }, { badColumns: 'user_id', raw: '{}' }),
    busEvent({ user_id: null, num_joins: -1 }, { badColumns: 'user_id', raw: '{}' }),
  ];
  assert.deepEqual((await judge(t, events)).verdicts, ['missing_field:query_type', 'bad_type:user_id']);
});

test('a record that could not be read at all is unparseable, and has no field', async (t) => {
  const event = busEvent({ instance_id: null, query_id: null }, { badColumns: '*', raw: 'not json' });
  assert.deepEqual((await judge(t, [event])).verdicts, ['unparseable']);
});

test('no duration, size or count is below zero', async (t) => {
  const amounts = REDSET_COLUMNS.map(({ name }) => name).filter(
    (name) => /_ms$|^num_|^mbytes_/.test(name) || name === 'cluster_size',
  );
  assert.equal(amounts.length, 12);
  const verdicts = await verdictsOn(
    t,
    amounts.map((name) => ({ [name]: -1 })),
  );
  assert.deepEqual(
    verdicts,
    amounts.map((name) => `negative:${name}`),
  );
});

test('ids may be negative', async (t) => {
  assert.deepEqual(await verdictsOn(t, [{ user_id: -1, database_id: -1, query_id: -1, cache_source_query_id: -1 }]), [
    null,
  ]);
});

test('of several negative values the first in the order of Redset is named', async (t) => {
  assert.deepEqual(await verdictsOn(t, [{ num_scans: -1, queue_duration_ms: -1 }]), ['negative:queue_duration_ms']);
});

test('a duration above the limit is out of range, one at the limit is not', async (t) => {
  const max = LIMITS.maxDurationMs;
  const verdicts = await verdictsOn(t, [
    { execution_duration_ms: max },
    { execution_duration_ms: max + 1 },
    { compile_duration_ms: max + 1, queue_duration_ms: max + 1 },
  ]);
  assert.deepEqual(verdicts, [null, 'out_of_range:execution_duration_ms', 'out_of_range:compile_duration_ms']);
});

test('with a cap no duration is too long', async (t) => {
  const rows = [{ execution_duration_ms: LIMITS.maxDurationMs * 100 }];
  assert.deepEqual(await verdictsOn(t, rows, { ...LIMITS, cap: true }), [null]);
});

test('a cap does not excuse a negative duration', async (t) => {
  assert.deepEqual(await verdictsOn(t, [{ execution_duration_ms: -5 }], { ...LIMITS, cap: true }), [
    'negative:execution_duration_ms',
  ]);
});

test('a time may lie a day outside of the run, and no further', async (t) => {
  const times = [
    addMicros(RANGE.from, -MICROS_PER_DAY),
    addMicros(RANGE.from, -MICROS_PER_DAY - 1),
    addMicros(RANGE.to, MICROS_PER_DAY - 1),
    addMicros(RANGE.to, MICROS_PER_DAY),
  ];
  const verdicts = await verdictsOn(
    t,
    times.map((time) => ({ arrival_timestamp: time })),
  );
  const outside = 'out_of_range:arrival_timestamp';
  assert.deepEqual(verdicts, [null, outside, null, outside]);
});

test('a negative value is graver than a time out of range', async (t) => {
  const arrival = addMicros(RANGE.to, 2 * MICROS_PER_DAY);
  assert.deepEqual(await verdictsOn(t, [{ arrival_timestamp: arrival, num_joins: -1 }]), ['negative:num_joins']);
});

test('only a time within the range places a record in an hour', async (t) => {
  const events = [
    busEvent({ arrival_timestamp: at('2024-03-01 10:59:59') }),
    busEvent({ arrival_timestamp: null }),
    busEvent({ arrival_timestamp: addMicros(RANGE.to, 2 * MICROS_PER_DAY) }),
  ];
  assert.deepEqual((await judge(t, events)).hours, [BigInt(at('2024-03-01 10:00')), null, null]);
});
