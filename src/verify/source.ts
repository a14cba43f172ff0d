import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { quoted } from '../engine/sql.ts';
import type { Manifest } from '../model/manifest.ts';
import { sentSql } from '../replay/faults.ts';
import type { Trace } from '../trace/trace.ts';
import { faultsOf } from './judgement.ts';
import type { Span } from './spans.ts';
import { hourlySpans } from './spans.ts';

/**
 * What the replay sent, known from trace and manifest alone: every row of the run's range and instances, and what the
 * ledger of the faults adds: for each record when it was sent, whether again, and what was damaged.
 */
export interface Source {
  /** Cuts a range of full hours into spans of full hours with about `rows` records each. */
  spans(range: Span, rows: number): readonly Span[];
  /** Writes the records sent for a span's rows as Parquet and returns the file's path. The last span's file goes. */
  stage(span: Span, withUntimed: boolean): Promise<string>;
  close(): Promise<void>;
}

/** Reads `trace` through a session of its own; spans are staged in `dir`, one at a time. */
export async function openSource(trace: Trace, manifest: Manifest, dir: string): Promise<Source> {
  const session = await trace.session();
  const files = new StagingFiles(dir);
  return {
    spans: (range, rows) =>
      hourlySpans(
        range,
        trace.slices(range, rows).map(({ from }) => from),
      ),
    stage: async (span, withUntimed) => {
      const path = await files.next();
      await session.run(
        `COPY (${recordsSql(trace, manifest, span, withUntimed)}) TO ${quoted(path)} (FORMAT parquet, COMPRESSION lz4)`,
      );
      return path;
    },
    close: async () => {
      await files.remove();
      session.close();
    },
  };
}

function recordsSql(trace: Trace, manifest: Manifest, span: Span, withUntimed: boolean): string {
  const { faultSeed: seed, from, to, instances, latenessMs, watermarkIntervalMs, sanity } = manifest;
  const all = trace.rowsSql({ ...span, withUntimed });
  const wanted = instances?.map(quoted).join(', ') || 'NULL';
  const rows =
    instances === null ? all : `SELECT * FROM (${all}) WHERE deployment || '-' || instance_id IN (${wanted})`;
  return sentSql({ rows, faults: faultsOf(manifest), seed, from, to, latenessMs, watermarkIntervalMs, sanity });
}

/** The file of the span under work; the one before it is removed, so that disk use does not grow with the trace. */
class StagingFiles {
  readonly #dir: string;
  #count = 0;
  #current: string | undefined;

  constructor(dir: string) {
    this.#dir = dir;
  }

  async next(): Promise<string> {
    await this.remove();
    this.#current = join(this.#dir, `span-${this.#count++}.parquet`);
    return this.#current;
  }

  async remove(): Promise<void> {
    if (this.#current !== undefined) await rm(this.#current, { force: true });
    this.#current = undefined;
  }
}
