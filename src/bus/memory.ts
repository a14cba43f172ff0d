import { DuckDBBigIntVector } from '@duckdb/node-api';
import type {
  Bus,
  BusConsumer,
  BusProducer,
  ControlRecord,
  EventChunk,
  IncomingBatch,
  OutgoingBatch,
  OutgoingControl,
  PartitionPosition,
} from './bus.ts';

/** What a memory bus starts from: it keeps nothing over a restart, so it continues where the store left off. */
export interface MemoryBusOptions {
  readonly positions: readonly PartitionPosition[];
  /** Records, control records among them, held before `send` waits. */
  readonly capacityRows: number;
}

/** A chunk as sent, with the control records that lie before, between and after its events. */
interface Entry {
  readonly events: EventChunk | undefined;
  readonly controls: readonly ControlRecord[];
  readonly rows: number;
  /** Per partition: offset of the record after this entry. */
  readonly nextOffsets: readonly number[];
}

const OFFSET_COLUMN = 1;

/**
 * A bus inside one process: a bounded queue of column chunks, in the order of sending. Bounded by records, and never by
 * blocking halfway through a chunk. Control records count as much as events: a long silence is a flood of watermarks.
 */
export function createMemoryBus(options: MemoryBusOptions): Bus {
  const { capacityRows } = options;
  const positions = options.positions.map((position) => ({ ...position }));
  const queue: Entry[] = [];
  let queuedRows = 0;
  let queuedControls = 0;
  /** Per partition: offset of the record that is polled next. */
  let polled: readonly number[] = positions.map((position) => position.nextOffset);
  const isFull = (): boolean => queuedRows + queuedControls >= capacityRows;
  const changed = new Set<() => void>();
  const wakeAll = (): void => {
    for (const wake of [...changed]) wake();
  };

  const producer: BusProducer = {
    positions: async () => positions.map((position) => ({ ...position })),
    send: async (batch, signal) => {
      while (isFull() && signal?.aborted !== true) await nextChange(changed, signal);
      if (signal?.aborted === true) return;
      const entry = take(batch, positions);
      queue.push(entry);
      queuedRows += entry.rows;
      queuedControls += entry.controls.length;
      wakeAll();
    },
  };

  const consumer: BusConsumer = {
    poll: async ({ minRows, maxRows, waitMs, signal }) => {
      let timedOut = false;
      const timer = setTimeout(() => {
        timedOut = true;
        wakeAll();
      }, waitMs);
      // A full bus takes no more events: nothing would come of waiting for them.
      const isWorthWaiting = (): boolean => queuedRows < minRows && !isFull();
      while (isWorthWaiting() && !timedOut && signal?.aborted !== true) await nextChange(changed, signal);
      clearTimeout(timer);
      const taken = drain(queue, maxRows);
      for (const { rows, controls, nextOffsets } of taken) {
        queuedRows -= rows;
        queuedControls -= controls.length;
        polled = nextOffsets;
      }
      wakeAll();
      const waiting = positions.flatMap(({ nextOffset }, partition) =>
        nextOffset > (polled[partition] ?? 0) ? [partition] : [],
      );
      return { ...toBatch(taken), waiting };
    },
    lag: () => queuedRows,
  };

  return {
    partitions: positions.length,
    producer: () => producer,
    consumer: (nextOffsets) => {
      const held = positions.map((position) => position.nextOffset);
      if (queue.length > 0 || nextOffsets.some((offset, partition) => offset !== held[partition])) {
        throw new RangeError(`the memory bus holds nothing before offsets [${held}], asked for [${nextOffsets}]`);
      }
      return consumer;
    },
    close: async () => {
      queue.length = 0;
      queuedRows = 0;
      queuedControls = 0;
      wakeAll();
    },
  };
}

/** Resolves at the next change of the queue or when `signal` aborts. */
function nextChange(changed: Set<() => void>, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      changed.delete(wake);
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    changed.add(wake);
    signal?.addEventListener('abort', wake, { once: true });
  });
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Gives every record of the batch its offset, in the order of sending. */
function take(batch: OutgoingBatch, positions: Mutable<PartitionPosition>[]): Entry {
  const controls: ControlRecord[] = [];
  const { events } = batch;
  const next = positions.map((position) => position.nextOffset);
  let row = 0;
  const placeEvents = (until: number): void => {
    if (events === undefined) return;
    for (; row < until; row++) {
      const partition = events.partition[row] ?? 0;
      const offset = next[partition] ?? 0;
      events.offset[row] = offset;
      next[partition] = offset + 1;
      const position = positions[partition];
      const seq = events.seq[row] ?? Number.NaN;
      if (position !== undefined && seq > position.lastSeq) position.lastSeq = seq;
    }
  };
  for (const control of batch.controls) {
    placeEvents(control.beforeRow);
    for (const partition of control.partitions) {
      controls.push(toRecord(control, partition, next[partition] ?? 0));
      next[partition] = (next[partition] ?? 0) + 1;
      const position = positions[partition];
      if (position === undefined) continue;
      position.watermark = control.watermark ?? position.watermark;
      position.ended ||= control.kind === 'end';
    }
  }
  placeEvents(events?.rowCount ?? 0);
  next.forEach((offset, partition) => {
    const position = positions[partition];
    if (position !== undefined) position.nextOffset = offset;
  });
  if (events !== undefined) writeOffsets(events);
  return { events, controls, rows: events?.rowCount ?? 0, nextOffsets: next };
}

function toRecord(control: OutgoingControl, partition: number, offset: number): ControlRecord {
  return { kind: control.kind, partition, offset, watermark: control.watermark, manifest: control.manifest };
}

function writeOffsets(events: EventChunk): void {
  const vector = events.chunk.getColumnVector(OFFSET_COLUMN);
  if (!(vector instanceof DuckDBBigIntVector)) throw new TypeError('column offset of a batch must be BIGINT');
  for (let row = 0; row < events.rowCount; row++) vector.setItem(row, BigInt(events.offset[row] ?? 0));
  vector.flush();
}

/** Takes whole entries from the front, at least one, at most about `maxRows` rows. */
function drain(queue: Entry[], maxRows: number): Entry[] {
  let rows = 0;
  let count = 0;
  while (count < queue.length && (count === 0 || rows + (queue[count]?.rows ?? 0) <= maxRows)) {
    rows += queue[count]?.rows ?? 0;
    count++;
  }
  return queue.splice(0, count);
}

function toBatch(entries: readonly Entry[]): Pick<IncomingBatch, 'events' | 'controls'> {
  return {
    events: entries.flatMap(({ events }) => (events === undefined ? [] : [events])),
    controls: entries.flatMap(({ controls }) => controls),
  };
}
