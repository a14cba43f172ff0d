import fc from 'fast-check';
import { at } from './time.ts';
import type { RowSpec, TraceRow } from './trace-row.ts';
import { fullRow } from './trace-row.ts';

/** The hours that arbitrary rows arrive in; the second one is mostly silent. */
export const TRACE_FROM = at('2024-03-01 00:00');
export const TRACE_TO = at('2024-03-01 04:00');

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;

/** Few values, so that ties and equal keys are common, and the places where hours and minutes change. */
const arrivals = fc
  .oneof(
    { weight: 6, arbitrary: fc.tuple(fc.constantFrom(0, 2, 3), fc.integer({ min: 0, max: 59 })).map(minuteOf) },
    { weight: 2, arbitrary: fc.constantFrom(0, 1, 2 * HOUR - 1, 2 * HOUR, 3 * HOUR - 1, 3 * HOUR, 4 * HOUR - 1) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 4 * HOUR - 1 }) },
  )
  .map((micros) => TRACE_FROM + micros);

function minuteOf([hour, minute]: readonly [number, number]): number {
  return hour * HOUR + minute * MINUTE;
}

const count = fc.option(fc.integer({ min: 0, max: 3 }), { freq: 4 });
const duration = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(null, 0, 1, 700, 1_500, 90_000) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 604_800_000 }) },
);
const size = fc.oneof(fc.constantFrom(null, 0, 1, 2_500), fc.integer({ min: 0, max: 9_007_199_254_740_991 }));
const tables = fc.constantFrom(null, '7', '7,7', '7,8,9', '8, 9');
const flag = fc.constantFrom(null, false, false, false, true);

/** A sane record: no check refuses it, though it may be late or a repeat. */
export const saneRow: fc.Arbitrary<TraceRow> = fc
  .record({
    deployment: fc.constantFrom('provisioned', 'serverless'),
    instance_id: fc.constantFrom(1, 2, 3),
    cluster_size: fc.constantFrom(null, 2),
    user_id: fc.constantFrom(5, 9_007_199_254_740_991, 6),
    query_id: fc.integer({ min: 1, max: 6 }),
    arrival_timestamp: arrivals,
    compile_duration_ms: duration,
    queue_duration_ms: duration,
    execution_duration_ms: duration,
    feature_fingerprint: fc.constantFrom(null, 'a', 'b'),
    was_aborted: flag,
    was_cached: flag,
    cache_source_query_id: fc.constantFrom(null, 3),
    query_type: fc.constantFrom('select', 'select', 'insert', 'copy', 'unload', 'other'),
    num_permanent_tables_accessed: count,
    read_table_ids: tables,
    write_table_ids: tables,
    mbytes_scanned: size,
    mbytes_spilled: size,
    num_joins: count,
    num_scans: count,
    num_aggregations: count,
  })
  .map(fullRow);

/** What makes a record bad, in every shape of a trace. */
const faults: fc.Arbitrary<RowSpec> = fc.constantFrom<RowSpec[]>(
  { arrival_timestamp: null },
  { instance_id: null },
  { query_id: null },
  { query_type: null },
  { execution_duration_ms: -1 },
  { num_scans: -3, compile_duration_ms: -2 },
  { mbytes_scanned: -1 },
  { queue_duration_ms: 604_800_001 },
);

/** How a record with the key of another one differs from it: in nothing, in something, or in what cleaning makes equal. */
const differences: fc.Arbitrary<RowSpec> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<RowSpec>({}) },
  {
    weight: 4,
    arbitrary: fc.constantFrom<RowSpec[]>(
      { user_id: 4 },
      { user_id: 9 },
      { num_joins: 0 },
      { num_joins: null },
      { num_joins: null, user_id: 8 },
      { was_aborted: null, feature_fingerprint: 'c' },
      { execution_duration_ms: null, num_aggregations: 5 },
      { execution_duration_ms: 0, num_aggregations: 1 },
    ),
  },
);

/** Rows of a trace in no order of time: sane ones, repeats and conflicts of them, and bad ones. */
export const traceRows: fc.Arbitrary<TraceRow[]> = fc
  .tuple(
    fc.array(saneRow, { minLength: 1, maxLength: 40, size: 'max' }),
    fc.array(fc.tuple(fc.nat(), differences), { maxLength: 15, size: 'max' }),
    fc.array(fc.tuple(fc.nat(), faults), { maxLength: 6 }),
  )
  .map(([rows, repeats, bad]) => [...rows, ...changed(rows, repeats), ...changed(rows, bad)]);

function changed(rows: readonly TraceRow[], changes: readonly (readonly [number, RowSpec])[]): TraceRow[] {
  return changes.flatMap(([index, change]) => {
    const row = rows[index % rows.length];
    return row === undefined ? [] : [{ ...row, ...change }];
  });
}
