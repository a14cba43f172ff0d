import type {
  Bus,
  BusConsumer,
  BusProducer,
  ControlRecord,
  EventChunk,
  IncomingBatch,
  OutgoingBatch,
  PartitionPosition,
} from '../../src/bus/bus.ts';
import type { LooseEvent } from './event-chunk.ts';
import { chunkOf, looseEvents } from './event-chunk.ts';
import { randomBelow } from './random.ts';

/** A record of a partition's log. */
export type LogRecord =
  | { readonly kind: 'event'; readonly event: LooseEvent }
  | { readonly kind: 'control'; readonly control: ControlRecord };

export interface ShuffledBusOptions {
  readonly partitions: number;
  readonly random: () => number;
  /** Records that one poll returns at most; default 200. */
  readonly maxRecords?: number;
  /** Events held before `send` waits for a consumer; default no bound. */
  readonly capacityRows?: number;
}

/** A bus that keeps its log, as Kafka does, and delivers it in whatever order it is allowed to. */
export interface ShuffledBus extends Bus {
  readonly logs: readonly (readonly LogRecord[])[];
  /** Forgets everything from an offset of a partition on, as if the producer had died before it sent that. */
  truncate(partition: number, nextOffset: number): void;
  /** Puts a record at the end of a partition's log, with an offset of its own: the same record may come again. */
  append(partition: number, record: LogRecord): void;
  /** Calls `hook` before each poll of the latest consumer, with the number of its polls so far. */
  onPoll(hook: (polls: number) => void): void;
}

/**
 * A bus for tests that mixes partitions record by record and cuts batches anywhere, by `random` alone, while each
 * partition keeps its own order: everything that a bus may do and the memory bus does not.
 */
export function createShuffledBus(options: ShuffledBusOptions): ShuffledBus {
  const { partitions, random, maxRecords = 200, capacityRows = Number.POSITIVE_INFINITY } = options;
  const logs: LogRecord[][] = Array.from({ length: partitions }, () => []);
  /** Offsets that the latest consumer takes next. */
  let next = logs.map(() => 0);
  let polls = 0;
  let hook: (polls: number) => void = () => {};
  const waiting = new Set<() => void>();
  const wakeAll = (): void => {
    for (const wake of [...waiting]) wake();
  };
  const ahead = (): LogRecord[] => logs.flatMap((log, partition) => log.slice(next[partition]));
  const rowsAhead = (): number => ahead().filter(({ kind }) => kind === 'event').length;

  const producer: BusProducer = {
    positions: async () => logs.map(positionOf),
    send: async (batch, signal) => {
      while (rowsAhead() >= capacityRows && signal?.aborted !== true) await wait(waiting, 1_000, signal);
      if (signal?.aborted === true) return;
      place(batch, logs);
      wakeAll();
    },
  };
  const consumer: BusConsumer = {
    poll: async ({ waitMs, maxRows, signal }) => {
      hook(++polls);
      if (ahead().length === 0 && signal?.aborted !== true) await wait(waiting, waitMs, signal);
      const batch = takeRandomly(logs, next, random, { records: 1 + randomBelow(random, maxRecords), rows: maxRows });
      wakeAll();
      return batch;
    },
    lag: () => rowsAhead(),
  };
  return {
    partitions,
    logs,
    producer: () => producer,
    consumer: (nextOffsets) => {
      next = [...nextOffsets];
      polls = 0;
      return consumer;
    },
    close: async () => wakeAll(),
    truncate: (partition, nextOffset) => {
      logs[partition]?.splice(nextOffset);
    },
    append: (partition, record) => {
      const offset = logs[partition]?.length ?? 0;
      if (record.kind === 'event') logs[partition]?.push({ kind: 'event', event: { ...record.event, offset } });
      else logs[partition]?.push({ kind: 'control', control: { ...record.control, offset } });
    },
    onPoll: (wanted) => {
      hook = wanted;
    },
  };
}

function positionOf(log: readonly LogRecord[]): PartitionPosition {
  const controls = log.flatMap((record) => (record.kind === 'control' ? [record.control] : []));
  const seqs = log.flatMap((record) =>
    record.kind === 'event' && !Number.isNaN(record.event.seq) ? [record.event.seq] : [],
  );
  return {
    nextOffset: log.length,
    lastSeq: Math.max(-1, ...seqs),
    watermark: controls.findLast(({ watermark }) => watermark !== undefined)?.watermark,
    ended: controls.some(({ kind }) => kind === 'end'),
  };
}

/** Appends the records of a batch to the logs, in the order of sending. */
function place({ events, controls }: OutgoingBatch, logs: readonly LogRecord[][]): void {
  const rows = events === undefined ? [] : looseEvents(events);
  let control = 0;
  for (let row = 0; row <= rows.length; row++) {
    for (let next = controls[control]; next !== undefined && next.beforeRow <= row; next = controls[++control]) {
      const { kind, watermark, manifest } = next;
      for (const partition of next.partitions) {
        const offset = logs[partition]?.length ?? 0;
        logs[partition]?.push({ kind: 'control', control: { kind, partition, offset, watermark, manifest } });
      }
    }
    const event = rows[row];
    const log = logs[event?.partition ?? -1];
    if (event !== undefined) log?.push({ kind: 'event', event: { ...event, offset: log.length } });
  }
}

/** Takes records, each from a random partition that has one, and moves `next` on. */
function takeRandomly(
  logs: readonly (readonly LogRecord[])[],
  next: number[],
  random: () => number,
  most: { records: number; rows: number },
): IncomingBatch {
  const events: LooseEvent[] = [];
  const controls: ControlRecord[] = [];
  while (events.length + controls.length < most.records && events.length < most.rows) {
    const ready = logs.flatMap((log, partition) => ((next[partition] ?? 0) < log.length ? [partition] : []));
    const partition = ready[randomBelow(random, ready.length)];
    if (partition === undefined) break;
    const offset = next[partition] ?? 0;
    const record = logs[partition]?.[offset];
    if (record?.kind === 'event') events.push(record.event);
    else if (record !== undefined) controls.push(record.control);
    next[partition] = offset + 1;
  }
  const waiting = logs.flatMap((log, partition) => ((next[partition] ?? 0) < log.length ? [partition] : []));
  return { events: cut(events, random), controls, waiting };
}

/** Cuts events into one to three chunks. */
function cut(events: readonly LooseEvent[], random: () => number): EventChunk[] {
  const cuts = [0, randomBelow(random, events.length + 1), randomBelow(random, events.length + 1), events.length];
  cuts.sort((a, b) => a - b);
  return cuts.slice(1).flatMap((end, index) => {
    const part = events.slice(cuts[index], end);
    return part.length === 0 ? [] : [chunkOf(part)];
  });
}

function wait(waiting: Set<() => void>, ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      waiting.delete(wake);
      clearTimeout(timer);
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    waiting.add(wake);
    signal?.addEventListener('abort', wake, { once: true });
  });
}
