import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBValue } from '@duckdb/node-api';
import { DuckDBDataChunk } from '@duckdb/node-api';
import { openLocalArchive } from '../../src/archive/local.ts';
import type { BusProducer, EventChunk, OutgoingBatch } from '../../src/bus/bus.ts';
import { BATCH_COLUMNS } from '../../src/bus/bus.ts';
import { createMemoryBus } from '../../src/bus/memory.ts';
import type { Session } from '../../src/engine/session.ts';
import { openDuckDBStore } from '../../src/hot-store/duckdb.ts';
import type { HotStore } from '../../src/hot-store/hot-store.ts';
import type { Metric } from '../../src/metrics/metric.ts';
import type { Manifest } from '../../src/model/manifest.ts';
import { silentLogger } from '../../src/observe/logger.ts';
import { amendHours } from '../../src/processor/amend.ts';
import { startProcessor } from '../../src/processor/processor.ts';
import { startReplay } from '../../src/replay/replayer.ts';
import { systemClock } from '../../src/time/clock.ts';
import type { Trace } from '../../src/trace/trace.ts';
import { snapshotNames } from '../../src/verify/verify.ts';
import { closerParts } from './closing.ts';

/** One event on its way over the bus: its values by column. */
export type BusEvent = Record<string, DuckDBValue>;

/** What is done to a run on its way. */
export interface Tampering {
  /** Gets each event in the order of sending and returns what is sent in its place. */
  readonly bus?: (event: BusEvent) => readonly BusEvent[];
  /** Runs in the transaction of each batch, after the processor has done its work. */
  readonly store?: (session: Session) => Promise<void>;
}

/** Where a played run lies. */
export interface PlayedRun {
  /** A snapshot of its store. */
  readonly snapshotDir: string;
  /** Its part of the archive. */
  readonly archiveDir: string;
}

/** Plays a whole run at full speed, tampered with; `amend` folds its late events in at the end. */
export async function playTampered(options: {
  readonly dir: string;
  readonly trace: Trace;
  readonly manifest: Manifest;
  readonly metrics: readonly Metric[];
  readonly tampering: Tampering;
  readonly amend?: boolean;
}): Promise<PlayedRun> {
  const { trace, manifest, metrics, tampering } = options;
  const dir = join(options.dir, randomUUID());
  const archiveRoot = join(dir, 'archive');
  await mkdir(dir, { recursive: true });
  const store = await openDuckDBStore({
    dir,
    writable: [archiveRoot],
    create: { manifest, metrics },
    memoryMb: 400,
    threads: 1,
    clock: systemClock,
  });
  try {
    const positions = await store.progress();
    const bus = createMemoryBus({ positions, capacityRows: 10_000 });
    const archive = await openLocalArchive(archiveRoot, manifest.run);
    const processor = await startProcessor({
      store: tampering.store === undefined ? store : tamperedStore(store, tampering.store),
      consumer: bus.consumer(positions.map(({ nextOffset }) => nextOffset)),
      archive,
      clock: systemClock,
      logger: silentLogger,
    });
    const producer = tampering.bus === undefined ? bus.producer() : tamperedProducer(bus.producer(), tampering.bus);
    const replay = startReplay({ trace, manifest, producer, pace: { speed: 'max' }, clock: systemClock });
    await Promise.all([replay.finished, processor.finished]);
    await bus.close();
    if (options.amend === true) await amendHours(closerParts(store, { archive }), await store.waitingHours());
    const snapshotDir = join(dir, 'snapshot');
    await store.snapshot(snapshotNames(metrics), snapshotDir);
    return { snapshotDir, archiveDir: join(archiveRoot, manifest.run) };
  } finally {
    await store.close();
  }
}

function tamperedStore(store: HotStore, tamper: (session: Session) => Promise<void>): HotStore {
  const ingest: HotStore['ingest'] = (compute) =>
    store.ingest(async (session) => {
      const outcome = await compute(session);
      await tamper(session);
      return outcome;
    });
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'ingest') return ingest;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/**
 * A producer that covers its tracks: what it sends is numbered anew, so that nothing but the content tells. With their
 * own numbers, a lost record would be seen as a gap at once, and one sent twice would be taken for a repetition.
 */
function tamperedProducer(producer: BusProducer, tamper: (event: BusEvent) => readonly BusEvent[]): BusProducer {
  const numbering = { nextSeq: 0, lastSeq: new Map<number, number>() };
  return {
    positions: () => producer.positions(),
    send: (batch, signal) => producer.send(tamperBatch(batch, tamper, numbering), signal),
  };
}

type Numbering = { nextSeq: number; readonly lastSeq: Map<number, number> };

function tamperBatch(
  batch: OutgoingBatch,
  tamper: (event: BusEvent) => readonly BusEvent[],
  numbering: Numbering,
): OutgoingBatch {
  const { events } = batch;
  if (events === undefined) return batch;
  const names = BATCH_COLUMNS.map(({ name }) => name);
  const sent: BusEvent[] = [];
  /** Where each row of the old chunk begins in the new one. */
  const starts: number[] = [];
  for (const row of events.chunk.getRowObjects(names)) {
    starts.push(sent.length);
    sent.push(...tamper(row));
  }
  starts.push(sent.length);
  const controls = batch.controls.map((control) => ({ ...control, beforeRow: starts[control.beforeRow] ?? 0 }));
  return { events: sent.length === 0 ? undefined : toChunk(events, sent, numbering), controls };
}

/** Vectors of a chunk hold this many rows at most. */
const VECTOR_ROWS = 2_048;

function toChunk(like: EventChunk, sent: readonly BusEvent[], numbering: Numbering): EventChunk {
  if (sent.length > VECTOR_ROWS)
    throw new RangeError('a full chunk has no room for another event: use a smaller trace');
  const partition = Int32Array.from(sent, (event) => Number(event.partition));
  const seq = Float64Array.from(sent, () => numbering.nextSeq++);
  const prev = Float64Array.from(sent, (_, row) => {
    const before = numbering.lastSeq.get(partition[row] ?? 0) ?? -1;
    numbering.lastSeq.set(partition[row] ?? 0, seq[row] ?? 0);
    return before;
  });
  const types = BATCH_COLUMNS.map((_, column) => like.chunk.getColumnVector(column).type);
  const chunk = DuckDBDataChunk.create(types, sent.length);
  for (const [row, event] of sent.entries()) event.seq = BigInt(seq[row] ?? 0);
  chunk.setRows(sent.map((event) => BATCH_COLUMNS.map(({ name }) => event[name] ?? null)));
  return { chunk, rowCount: sent.length, partition, offset: new Float64Array(sent.length), seq, prev };
}
