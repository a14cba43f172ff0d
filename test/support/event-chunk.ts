import type { DuckDBType, DuckDBValue } from '@duckdb/node-api';
import {
  BIGINT,
  BLOB,
  BOOLEAN,
  DuckDBBlobValue,
  DuckDBDataChunk,
  DuckDBTimestampValue,
  INTEGER,
  TIMESTAMP,
  VARCHAR,
} from '@duckdb/node-api';
import type { EventChunk } from '../../src/bus/bus.ts';
import { BATCH_COLUMNS, partitionOf } from '../../src/bus/bus.ts';
import type { RowSpec, TraceRow, Value } from './trace-row.ts';
import { fullRow, ROW_COLUMNS } from './trace-row.ts';

/** An event as a bus carries it. */
export interface BusEvent {
  readonly row: TraceRow;
  readonly partition: number;
  readonly offset: number;
  readonly seq: number;
  readonly prev: number;
  readonly badColumns: string | null;
  readonly raw: string | null;
}

const TYPES: Readonly<Record<(typeof BATCH_COLUMNS)[number]['type'], DuckDBType>> = {
  BIGINT,
  BLOB,
  BOOLEAN,
  INTEGER,
  TIMESTAMP,
  VARCHAR,
};

/** DuckDB's types of a batch's columns. */
export const BATCH_TYPES: readonly DuckDBType[] = BATCH_COLUMNS.map(({ type }) => TYPES[type]);

/** The partition that the replay puts a row into. */
export function partitionOfRow(spec: RowSpec, partitions: number): number {
  const { deployment, instance_id: instance } = fullRow(spec);
  return deployment === null || instance === null ? 0 : partitionOf(`${deployment}-${instance}`, partitions);
}

/** An event of partition 0 unless told otherwise. */
export function busEvent(spec: RowSpec, placed: Partial<Omit<BusEvent, 'row'>> = {}): BusEvent {
  return { row: fullRow(spec), partition: 0, offset: 0, seq: 0, prev: -1, badColumns: null, raw: null, ...placed };
}

/** The events as one chunk, in their order. */
export function eventChunk(events: readonly BusEvent[]): EventChunk {
  return chunkOf(
    events.map((event) => ({ ...event, values: valuesOf(event) })),
    DuckDBDataChunk.create([...BATCH_TYPES], events.length),
  );
}

/** A record of a chunk, taken out of it: its columns as DuckDB's values, and its headers. */
export interface LooseEvent {
  readonly values: readonly DuckDBValue[];
  readonly partition: number;
  readonly offset: number;
  readonly seq: number;
  readonly prev: number;
}

/** The values of a chunk, row by row. */
export function rowsOf(chunk: DuckDBDataChunk): DuckDBValue[][] {
  // Through vectors of its own: a blob's vector reads wrong bytes where it was written through.
  return new DuckDBDataChunk(chunk.chunk).getRows();
}

/** Takes a chunk apart. */
export function looseEvents({ chunk, partition, offset, seq, prev }: EventChunk): LooseEvent[] {
  return rowsOf(chunk).map((values, row) => ({
    values,
    partition: partition[row] ?? -1,
    offset: offset[row] ?? -1,
    seq: seq[row] ?? -1,
    prev: prev[row] ?? -1,
  }));
}

/** Puts records together to a chunk again. */
export function chunkOf(
  events: readonly LooseEvent[],
  chunk: DuckDBDataChunk = DuckDBDataChunk.create([...BATCH_TYPES], events.length),
): EventChunk {
  chunk.setRows(
    events.map(({ values, offset }) => values.map((value, column) => (column === 1 ? BigInt(offset) : value))),
  );
  return {
    chunk,
    rowCount: events.length,
    partition: Int32Array.from(events, (event) => event.partition),
    offset: Float64Array.from(events, (event) => event.offset),
    seq: Float64Array.from(events, (event) => event.seq),
    prev: Float64Array.from(events, (event) => event.prev),
  };
}

function valuesOf({ row, partition, offset, seq, badColumns, raw }: BusEvent): DuckDBValue[] {
  const columns = ROW_COLUMNS.map((name) => toDuckDB(row[name], name));
  return [
    partition,
    BigInt(offset),
    Number.isNaN(seq) ? null : BigInt(seq),
    false,
    ...columns,
    badColumns,
    raw === null ? null : DuckDBBlobValue.fromString(raw),
  ];
}

function toDuckDB(value: Value, name: string): DuckDBValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  return name === 'arrival_timestamp' ? new DuckDBTimestampValue(BigInt(value)) : BigInt(value);
}
