import { BATCH_COLUMNS } from '../bus/bus.ts';
import type { Session } from '../engine/session.ts';
import { numberOf } from '../engine/session.ts';
import type { Manifest } from '../model/manifest.ts';
import type { ReplayTime } from '../model/time.ts';
import { eventTime } from '../model/time.ts';
import type { Trace } from '../trace/trace.ts';
import { countBelow, readDoubles } from './doubles.ts';
import type { SentSpec } from './faults.ts';
import { longestDelay, SENT_ORDER, sentCountSql, sentSpecOf, sentSql } from './faults.ts';
import type { Places, ReelSource, Span } from './reel.ts';
import { routedSql } from './routes.ts';
import type { Silence } from './silence.ts';
import { outAtSql, silenceOf } from './silence.ts';

const FIRST_TRACE_COLUMN = 4;
const COLUMNS = BATCH_COLUMNS.slice(FIRST_TRACE_COLUMN)
  .map(({ name }) => name)
  .join(', ');
/** A stalled partition's records come together when it is heard again, in the order in which they were sent. */
const DELIVERY_ORDER = `out_at, ${SENT_ORDER}`;

/** Records of events that have been read but that are delivered later: a temporary table in the order of delivery. */
interface Piece {
  readonly table: string;
  readonly rows: number;
  /** The place of its last record. */
  readonly last: number;
}

/**
 * A film with faults: the records that the ledger names, in the order of delivery. A record never goes out before its
 * event arrives, so a span needs the events that arrive up to its end, each read once; what they send later waits aside:
 *
 *     events that arrive in the span --sentSql--> records --+--> delivered in the span: the reel
 *     pieces of earlier spans ------------------------------+--> delivered later: a new piece
 *
 * A piece goes when its last record has been delivered, so that there are never more than the longest delay fills.
 */
export class DisturbedSource implements ReelSource {
  readonly recordSql = COLUMNS;
  readonly #trace: Trace;
  readonly #manifest: Manifest;
  readonly #session: Session;
  readonly #spec: Omit<SentSpec, 'rows'>;
  readonly #silence: Silence | undefined;
  readonly #sliceRows: number;
  #pieces: readonly Piece[] = [];
  #count = 0;

  /** `sliceRows`: about how many events may be worked on at a time. */
  constructor(trace: Trace, manifest: Manifest, session: Session, sliceRows: number) {
    this.#trace = trace;
    this.#manifest = manifest;
    this.#session = session;
    this.#sliceRows = sliceRows;
    this.#spec = sentSpecOf(manifest);
    this.#silence = silenceOf(manifest, this.#spec.faults);
  }

  /**
   * Counts the records of all events that arrive before `start`, and sets aside those of them that are delivered later:
   * these come from events no further back than the longest delay.
   */
  async seek(start: ReplayTime): Promise<number> {
    const { from, to } = this.#manifest;
    if (start <= from) return 0;
    const before = { from, to: eventTime(Math.min(start, to)) };
    const counted = await this.#session.row(
      sentCountSql({ ...this.#spec, rows: this.#rowsSql({ ...before, withUntimed: true }) }),
    );
    const back = eventTime(Math.max(from, this.#firstSentAfter(start) - longestDelay(this.#spec)));
    for (const slice of back < before.to ? this.#trace.slices({ ...before, from: back }, this.#sliceRows) : []) {
      await this.#setAside(
        `SELECT * FROM (${this.#deliveredSql(slice)}) WHERE out_at >= ${start} ORDER BY ${DELIVERY_ORDER}`,
      );
    }
    return numberOf(counted.records) - this.#pieces.reduce((sum, { rows }) => sum + rows, 0);
  }

  async fill(table: string, span: Span): Promise<Places> {
    const { to } = this.#manifest;
    const arriving = { from: eventTime(Math.min(span.from, to)), to: eventTime(Math.min(span.to, to)) };
    const due = this.#pieces.map(
      (piece) => `SELECT * FROM ${piece.table} WHERE out_at >= ${span.from} AND out_at < ${span.to}`,
    );
    await this.#session.run(
      `CREATE TABLE ${table} AS SELECT * FROM (${[this.#deliveredSql(arriving), ...due].join(' UNION ALL ')}) ORDER BY ${DELIVERY_ORDER}`,
    );
    const [outAt = new Float64Array(), sentAt = outAt] = await readDoubles(
      this.#session,
      `SELECT CAST(out_at AS DOUBLE), CAST(sent_at AS DOUBLE) FROM ${table}`,
      this.#silence === undefined ? 1 : 2,
    );
    await this.#dropUntil(span.to);
    const rows = countBelow(outAt, span.to);
    if (rows < outAt.length) await this.#setAside(`SELECT * FROM ${table} WHERE rowid >= ${rows}`);
    return { outAt: outAt.subarray(0, rows), sentAt: sentAt.subarray(0, rows) };
  }

  /** The place from which on records may be sent that are delivered at `start` or later. */
  #firstSentAfter(start: ReplayTime): ReplayTime {
    const silence = this.#silence;
    return silence !== undefined && start > silence.from && start <= silence.until ? silence.from : start;
  }

  async #setAside(rowsSql: string): Promise<void> {
    const table = `aside_${this.#count++}`;
    await this.#session.run(`CREATE TEMP TABLE ${table} AS ${rowsSql}`);
    const { rows, last } = await this.#session.row(
      `SELECT count(*) AS rows, coalesce(max(out_at), 0) AS last FROM ${table}`,
    );
    this.#pieces = [...this.#pieces, { table, rows: numberOf(rows), last: numberOf(last) }];
  }

  async #dropUntil(place: ReplayTime): Promise<void> {
    for (const { table } of this.#pieces.filter(({ last }) => last < place))
      await this.#session.run(`DROP TABLE ${table}`);
    this.#pieces = this.#pieces.filter(({ last }) => last >= place);
  }

  /** A SELECT of the records of events that arrive in [from, to), with partition and place of delivery. */
  #deliveredSql(range: { from: number; to: number }): string {
    const [from, to] = [eventTime(range.from), eventTime(range.to)];
    const rows = this.#rowsSql({ from, to, withUntimed: from === this.#manifest.from });
    return `SELECT *, ${outAtSql(this.#silence)} AS out_at
      FROM (SELECT p.partition, s.* EXCLUDE (fault) FROM (${sentSql({ ...this.#spec, rows })}) s
        JOIN partitions p ON p.route IS NOT DISTINCT FROM s.route)`;
  }

  /** Events of other instances are left out before anything is computed from them. */
  #rowsSql(range: Parameters<typeof routedSql>[1]): string {
    if (this.#manifest.instances === null) return this.#trace.rowsSql(range);
    return `SELECT * EXCLUDE (partition) FROM (${routedSql(this.#trace, range)})`;
  }
}
