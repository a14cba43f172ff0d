import { BATCH_COLUMNS } from '../bus/bus.ts';
import type { Session } from '../engine/session.ts';
import { numberOf } from '../engine/session.ts';
import type { Manifest } from '../model/manifest.ts';
import type { ReplayTime } from '../model/time.ts';
import { eventTime } from '../model/time.ts';
import type { Trace } from '../trace/trace.ts';
import { TOTAL_ORDER } from '../trace/trace.ts';
import { readDoubles } from './doubles.ts';
import type { Places, ReelSource, Span } from './reel.ts';
import { routedSql } from './routes.ts';

const FIRST_TRACE_COLUMN = 4;
const COLUMNS = BATCH_COLUMNS.slice(FIRST_TRACE_COLUMN).map(({ name }) => name);

/** A film without faults: each event once, at the moment of its arrival. Expects the tables of `createRoutes`. */
export class UndisturbedSource implements ReelSource {
  /** A trace tells the text of a bad record; on the bus it is bytes, like any record. */
  readonly recordSql = COLUMNS.map((name) => (name === 'raw' ? 'encode(raw) AS raw' : name)).join(', ');
  readonly #trace: Trace;
  readonly #manifest: Manifest;
  readonly #session: Session;

  constructor(trace: Trace, manifest: Manifest, session: Session) {
    this.#trace = trace;
    this.#manifest = manifest;
    this.#session = session;
  }

  async seek(start: ReplayTime): Promise<number> {
    const { from } = this.#manifest;
    if (start <= from) return 0;
    const rows = routedSql(this.#trace, { from, to: eventTime(start), withUntimed: true });
    return numberOf((await this.#session.row(`SELECT count(*) AS rows FROM (${rows})`)).rows);
  }

  async fill(table: string, span: Span): Promise<Places> {
    const range = { from: eventTime(span.from), to: eventTime(span.to) };
    const rows = routedSql(this.#trace, { ...range, withUntimed: range.from === this.#manifest.from });
    await this.#session.run(
      `CREATE TABLE ${table} AS SELECT partition, ${COLUMNS.join(', ')} FROM (${rows}) ORDER BY ${TOTAL_ORDER}`,
    );
    const arrivals = `SELECT CAST(epoch_us(arrival_timestamp) AS DOUBLE) FROM ${table}`;
    const [outAt = new Float64Array()] = await readDoubles(this.#session, arrivals, 1);
    return { outAt, sentAt: outAt };
  }
}
