import { withTimeLimit } from '../engine/limit.ts';
import type { Session } from '../engine/session.ts';
import { numberOf } from '../engine/session.ts';
import { quoted, timestamp } from '../engine/sql.ts';
import { messageOf } from '../errors.ts';
import type { Metric } from '../metrics/metric.ts';
import { rollupColumns, rollupSql } from '../metrics/metric.ts';
import type { Clock } from '../time/clock.ts';
import type { PairingResult } from './compare.ts';
import { comparePairs, rowsCheck } from './compare.ts';
import { relationsFor } from './relations.ts';
import type { Difference, VerifyCheck } from './report.ts';
import { MAX_EXAMPLES } from './report.ts';
import { columnDifferences, columnList, rollupTableColumns, tableSql } from './snapshot.ts';
import type { Span } from './spans.ts';

/** Wall milliseconds a metric's SQL may take for one span: a metric of a user may never come to an end. */
const METRIC_TIMEOUT_MS = 600_000;

/** Compares one metric's rows with those recounted, span by span, and keeps the sum of what it saw. */
export class RollupComparison {
  readonly metric: Metric;
  readonly #session: Session;
  readonly #dir: string;
  readonly #clock: Clock;
  #columns: readonly Difference[] = [];
  #failure: string | undefined;
  /** Final hours for which the metric failed in the run, so that there is nothing to compare. */
  #leftOut = 0;
  #sum: PairingResult = { expectedRows: 0, foundRows: 0, differences: 0, examples: [] };

  constructor(parts: { session: Session; metric: Metric; dir: string; clock: Clock }) {
    this.#session = parts.session;
    this.metric = parts.metric;
    this.#dir = parts.dir;
    this.#clock = parts.clock;
  }

  /** Looks at the table's columns and at rows outside the run's final hours; before any span. */
  async begin(): Promise<void> {
    const columns = rollupTableColumns(this.metric);
    this.#columns = await columnDifferences(this.#session, this.#dir, this.metric.name, columns);
    if (this.#columns.length > 0) return;
    const keys = this.metric.keys.map((key) => key.name);
    const list = columnList([...keys, 'state', 'revision']);
    const stray = `SELECT ${list} FROM ${tableSql(this.#dir, this.metric.name)}
      WHERE hour IS NULL OR hour NOT IN (SELECT hour FROM run_hours)
        OR (hour NOT IN (SELECT hour FROM final_hours) AND state IS DISTINCT FROM 'open')`;
    this.#add(
      await comparePairs(this.#session, {
        keys,
        values: ['state', 'revision'],
        expected: `${stray} LIMIT 0`,
        found: stray,
      }),
    );
    await this.#leaveOut();
  }

  /** An hour for which the metric failed and that has no rows of it is left out; rows that are there must be right. */
  async #leaveOut(): Promise<void> {
    const name = quoted(this.metric.name);
    const row = await this.#session.row(`INSERT INTO left_out
      SELECT DISTINCT hour, metric FROM metric_failures JOIN final_hours USING (hour)
      WHERE metric = ${name} AND hour NOT IN (SELECT hour FROM ${tableSql(this.#dir, this.metric.name)} WHERE hour IS NOT NULL)`);
    this.#leftOut = numberOf(row.Count);
  }

  /** Recounts the metric over the span's final hours and compares row for row; `amended`: some hours may be amended. */
  async span(span: Span, amended: boolean): Promise<void> {
    if (this.#columns.length > 0 || this.#failure !== undefined) return;
    this.#failure = await this.#recount(amended);
    if (this.#failure !== undefined) return;
    const columns = rollupColumns(this.metric).map((column) => column.name);
    const keys = this.metric.keys.map((key) => key.name);
    const inSpan = `hour >= ${timestamp(span.from)} AND hour < ${timestamp(span.to)}`;
    const list = columnList(columns);
    const result = await comparePairs(this.#session, {
      keys,
      values: [...columns.slice(keys.length), 'state', 'revision'],
      expected: `SELECT ${list}, 'final' AS state, revision FROM recounted
        LEFT JOIN (SELECT hour, revision FROM current_files WHERE dataset = ${quoted(this.metric.name)}) USING (hour)`,
      found: `SELECT ${list}, state, revision FROM ${tableSql(this.#dir, this.metric.name)}
        WHERE ${inSpan} AND hour IN (SELECT hour FROM final_hours)`,
    });
    this.#add(result);
  }

  get rowsCompared(): number {
    return this.#sum.foundRows;
  }

  /** The outcome over all spans. */
  check(finalHours: string): VerifyCheck {
    const check = `metric ${this.metric.name}`;
    const scope = this.#leftOut === 0 ? finalHours : `${finalHours}, failed in ${this.#leftOut}`;
    if (this.#columns.length > 0) {
      const examples = this.#columns.slice(0, MAX_EXAMPLES);
      const differences = this.#columns.length;
      return { check, scope, expected: 'its columns', found: 'other columns', equal: false, differences, examples };
    }
    if (this.#failure !== undefined) {
      return { check, scope, expected: 'rows', found: this.#failure, equal: false, differences: 1, examples: [] };
    }
    return rowsCheck(check, scope, this.#sum);
  }

  /** Fills the table `recounted`; returns why that failed. A failing metric must not hide how the others fare. */
  async #recount(amended: boolean): Promise<string | undefined> {
    const session = this.#session;
    const sql = rollupSql(this.metric, relationsFor(this.metric, amended));
    try {
      // As a subquery, so that DuckDB drops its ORDER BY: nothing here depends on the order of rows.
      await withTimeLimit(session, this.#clock, METRIC_TIMEOUT_MS, () =>
        session.run(`CREATE OR REPLACE TABLE recounted AS SELECT * FROM (${sql})`),
      );
      return undefined;
    } catch (error) {
      return `recount failed: ${messageOf(error).split('\n')[0] ?? ''}`;
    }
  }

  #add(result: PairingResult): void {
    const sum = this.#sum;
    this.#sum = {
      expectedRows: sum.expectedRows + result.expectedRows,
      foundRows: sum.foundRows + result.foundRows,
      differences: sum.differences + result.differences,
      examples: [...sum.examples, ...result.examples].slice(0, MAX_EXAMPLES),
    };
  }
}
