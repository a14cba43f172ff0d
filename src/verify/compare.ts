import type { Row, Session } from '../engine/session.ts';
import { numberOf } from '../engine/session.ts';
import { identifier } from '../engine/sql.ts';
import type { Difference, ReportRow, ReportValue, VerifyCheck } from './report.ts';
import { MAX_EXAMPLES, reportRow } from './report.ts';
import { columnList } from './snapshot.ts';

/** Two relations with the same columns. Rows belong together when all keys are equal; a null equals a null. */
export interface Pairing {
  readonly keys: readonly string[];
  readonly values: readonly string[];
  /** SELECTs of keys and values. */
  readonly expected: string;
  readonly found: string;
  /** How many differences are told in full; default `MAX_EXAMPLES`. */
  readonly examples?: number;
}

export interface PairingResult {
  readonly expectedRows: number;
  readonly foundRows: number;
  readonly differences: number;
  /** The first by key, as many as the pairing asks for. */
  readonly examples: readonly Difference[];
}

/** Compares two relations row for row by key, exactly: no tolerance, and a null equals nothing but a null. */
export async function comparePairs(session: Session, pairing: Pairing): Promise<PairingResult> {
  const differs = differsSql(pairing);
  const totals = await session.row(`
    SELECT coalesce(sum(rows_expected), 0)::BIGINT AS expected_rows, coalesce(sum(rows_found), 0)::BIGINT AS found_rows,
      count(*) FILTER (${differs}) AS differences
    FROM (${pairedSql(pairing)})`);
  const differences = numberOf(totals.differences);
  const rows =
    differences === 0
      ? []
      : await session.rows(`
          SELECT * FROM (${pairedSql(pairing)}) WHERE ${differs}
          ORDER BY ${pairing.keys.map((key) => `${identifier(key)} NULLS LAST`).join(', ')}
          LIMIT ${pairing.examples ?? MAX_EXAMPLES}`);
  return {
    expectedRows: numberOf(totals.expected_rows),
    foundRows: numberOf(totals.found_rows),
    differences,
    examples: rows.map((row) => differenceOf(row, pairing)),
  };
}

/** A check of whole rows: how many there must be, how many there are, how many differ. */
export function rowsCheck(check: string, scope: string, result: PairingResult): VerifyCheck {
  const { expectedRows, foundRows, differences, examples } = result;
  return { check, scope, expected: expectedRows, found: foundRows, equal: differences === 0, differences, examples };
}

/**
 * Compares how many records stand under each key; both sides select keys and `records`. A key that counts nothing may be
 * left out, on either side. The check shows the sums.
 */
export async function compareCounts(
  session: Session,
  check: { readonly check: string; readonly scope: string },
  { keys, expected, found }: Pick<Pairing, 'keys' | 'expected' | 'found'>,
): Promise<VerifyCheck> {
  const list = columnList(keys);
  const counted = (side: string): string =>
    `SELECT ${list}, CAST(sum(records) AS BIGINT) AS records FROM (${side}) GROUP BY ${list} HAVING sum(records) IS DISTINCT FROM 0`;
  const sides = { expected: counted(expected), found: counted(found) };
  const result = await comparePairs(session, { keys, values: ['records'], ...sides });
  const sums = await session.row(`
    SELECT (SELECT CAST(coalesce(sum(records), 0) AS BIGINT) FROM (${expected})) AS expected,
      (SELECT CAST(coalesce(sum(records), 0) AS BIGINT) FROM (${found})) AS found`);
  return {
    ...rowsCheck(check.check, check.scope, result),
    expected: numberOf(sums.expected),
    found: numberOf(sums.found),
  };
}

/** A rule that each row of a relation keeps by itself. */
export interface Rule {
  readonly check: string;
  readonly scope: string;
  readonly keys: readonly string[];
  readonly values: readonly string[];
  /** What the rows are taken from: a table or a SELECT in brackets. */
  readonly all: string;
  /** SELECT of keys and values of the rows that break the rule. */
  readonly wrong: string;
  /** The rule in words. */
  readonly expected: string;
}

/** A check that no row breaks a rule: `expected` rows must keep it, `found` do. */
export async function noneWrong(session: Session, rule: Rule): Promise<VerifyCheck> {
  const { check, scope, keys, values } = rule;
  const counts = await session.row(
    `SELECT (SELECT count(*) FROM ${rule.all}) AS rows, (SELECT count(*) FROM (${rule.wrong})) AS wrong`,
  );
  const [rows, wrong] = [numberOf(counts.rows), numberOf(counts.wrong)];
  const order = keys.map((key) => `${identifier(key)} NULLS LAST`).join(', ');
  const examples =
    wrong === 0 ? [] : await session.rows(`SELECT * FROM (${rule.wrong}) ORDER BY ${order} LIMIT ${MAX_EXAMPLES}`);
  return {
    check,
    scope,
    expected: rows,
    found: rows - wrong,
    equal: wrong === 0,
    differences: wrong,
    examples: examples.map((row): Difference => {
      const key = reportRow(row, keys);
      return { problem: 'different', key, expected: { rule: rule.expected }, found: reportRow(row, values) };
    }),
  };
}

/** One row per key: how often it stands on either side, and its values there (exact where it stands there once). */
function pairedSql({ keys, values, expected, found }: Pairing): string {
  const columns = columnList([...keys, ...values]);
  const sides = values.flatMap((value) => [
    `max(${identifier(value)}) FILTER (found_side = 0) AS ${identifier(`expected_${value}`)}`,
    `max(${identifier(value)}) FILTER (found_side = 1) AS ${identifier(`found_${value}`)}`,
  ]);
  const counts = [
    'count(*) FILTER (found_side = 0) AS rows_expected',
    'count(*) FILTER (found_side = 1) AS rows_found',
  ];
  return `SELECT ${[columnList(keys), ...counts, ...sides].join(', ')} FROM (
      SELECT ${columns}, 0 AS found_side FROM (${expected})
      UNION ALL
      SELECT ${columns}, 1 AS found_side FROM (${found}))
    GROUP BY ${columnList(keys)}`;
}

function differsSql({ values }: Pairing): string {
  const tests = values.map(
    (value) => `${identifier(`expected_${value}`)} IS DISTINCT FROM ${identifier(`found_${value}`)}`,
  );
  return ['rows_expected <> 1', 'rows_found <> 1', ...tests].join(' OR ');
}

function differenceOf(row: Row, { keys, values }: Pairing): Difference {
  const key = reportRow(row, keys);
  const [expectedRows, foundRows] = [numberOf(row.rows_expected), numberOf(row.rows_found)];
  if (expectedRows > 1 || foundRows > 1) {
    return { problem: 'double', key, expected: { rows: expectedRows }, found: { rows: foundRows } };
  }
  const expected = expectedRows === 0 ? undefined : reportRow(row, values, 'expected_');
  const found = foundRows === 0 ? undefined : reportRow(row, values, 'found_');
  if (expected === undefined) return { problem: 'extra', key, expected, found };
  if (found === undefined) return { problem: 'missing', key, expected, found };
  return { problem: 'different', key, ...onlyDifferent(expected, found) };
}

/** Of two rows, only the values that are not the same. */
export function onlyDifferent(expected: ReportRow, found: ReportRow): { expected: ReportRow; found: ReportRow } {
  const names = Object.keys(expected).filter((name) => expected[name] !== found[name]);
  const pick = (row: ReportRow): ReportRow =>
    Object.fromEntries(names.map((name): [string, ReportValue] => [name, row[name] ?? null]));
  return { expected: pick(expected), found: pick(found) };
}
