import type { Row, Session } from '../engine/session.ts';
import { textOf } from '../engine/session.ts';
import { identifier } from '../engine/sql.ts';
import { messageOf } from '../errors.ts';
import { fault } from './fault.ts';
import type { Metric, Relations } from './metric.ts';
import { rollupColumns, rollupSql } from './metric.ts';
import type { EventColumn } from './relation.ts';
import { CARRIED_COLUMNS, EVENT_COLUMNS, KNOWN_COLUMNS } from './relation.ts';

const SAMPLE_ROWS = 240;
const SAMPLE_HOURS = 3;
const TYPES = ['select', 'insert', 'copy', 'unload', 'other'];

/** Creates the relations that a metric sees, empty, and samples of them, filled with made-up rows. */
export async function createRelations(session: Session): Promise<void> {
  const values = EVENT_COLUMNS.map((column, n) => `${sampleValue(column, n)} AS ${identifier(column.name)}`).join(', ');
  await session.run(`CREATE TABLE events (${columnList(EVENT_COLUMNS)});
    CREATE TABLE known (${columnList(KNOWN_COLUMNS)});
    CREATE TABLE carried (${columnList(CARRIED_COLUMNS)});
    CREATE TABLE sample AS FROM events;
    INSERT INTO sample SELECT ${values} FROM range(${SAMPLE_ROWS}) AS rows(i);
    CREATE TABLE known_sample AS FROM known;
    INSERT INTO known_sample BY NAME ${KNOWN_SAMPLE};
    CREATE TABLE carried_sample AS FROM carried;
    INSERT INTO carried_sample BY NAME ${CARRIED_SAMPLE}`);
}

/** Of three fingerprints that an hour executes, one is new; those known have 0 to 11 runs of about a second each. */
const KNOWN_SAMPLE = `
  SELECT hour, instance_id, feature_fingerprint, n // 7 % 12 AS runs, n // 7 % 12 * (6000 + 37 * n % 2000) AS sum_ln_execution
  FROM (
    SELECT hour, instance_id, feature_fingerprint, min(query_id) AS n
    FROM sample WHERE NOT was_cached AND feature_fingerprint IS NOT NULL GROUP BY ALL)
  WHERE n // 12 % 3 > 0`;

/** Queries are still executing in hours and on instances of which there are events, and in and on others. */
const CARRIED_SAMPLE = `
  SELECT TIMESTAMP '2024-03-01 00:00:00' + to_hours(i // 5) AS hour, 'provisioned-' || i % 5 AS instance_id,
    i * 400000 AS busy_ms
  FROM range(1, 5 * ${SAMPLE_HOURS + 1}) AS rows(i) WHERE i % 4 > 0`;

function columnList(columns: readonly EventColumn[]): string {
  return columns.map(({ name, type }) => `${identifier(name)} ${type}`).join(', ');
}

function sampleValue({ name, type }: EventColumn, n: number): string {
  if (name === 'hour') return `TIMESTAMP '2024-03-01 00:00:00' + to_hours(i % ${SAMPLE_HOURS})`;
  if (name === 'arrival_timestamp')
    return `TIMESTAMP '2024-03-01 00:00:00' + to_hours(i % ${SAMPLE_HOURS}) + to_seconds(i)`;
  if (name === 'instance_id') return `'provisioned-' || i % 4`;
  if (name === 'deployment') return `'provisioned'`;
  if (name === 'query_id') return 'i';
  if (name === 'query_type') return `[${TYPES.map((text) => `'${text}'`).join(', ')}][1 + i % ${TYPES.length}]`;
  if (name.endsWith('_table_ids')) return `CASE WHEN i % 3 > 0 THEN concat_ws(',', i % 5, i % 7) END`;
  if (type === 'BOOLEAN') return `(i + ${n}) % 5 = 0`;
  const value = type === 'VARCHAR' ? `'text-' || (i + ${n}) % 13` : `(i * 31 + ${n} * 17) % 97`;
  return `CASE WHEN (i + ${n}) % 11 > 0 THEN ${value} END`;
}

/**
 * Runs the metric over the sample. Throws MetricFault if it fails, gives two rows for one key, or gives an hour other
 * rows when other hours' events are there too: an hour is closed alone or together with others, and must not show it.
 */
export async function probe(session: Session, metric: Metric, sqlLine: number): Promise<void> {
  const keys = metric.keys.map(({ name }) => identifier(name)).join(', ');
  const hours = await session.rows(
    `SELECT hour::VARCHAR AS hour FROM sample ${metric.history ? 'UNION SELECT hour::VARCHAR FROM carried_sample' : ''} GROUP BY hour ORDER BY hour`,
  );
  const alone = hours.map(
    (row) => `(${rollupSql(metric, relationsOf(`WHERE hour = TIMESTAMP '${textOf(row.hour)}'`))})`,
  );
  const columns = rollupColumns(metric)
    .map(({ name }) => identifier(name))
    .join(', ');
  const statements = {
    together: `CREATE OR REPLACE TEMP TABLE together AS ${rollupSql(metric, relationsOf(''))}`,
    alone: `CREATE OR REPLACE TEMP TABLE alone AS ${alone.join(' UNION ALL ')}`,
    twice: `SELECT ${keys} FROM together GROUP BY ${keys} HAVING count(*) > 1 LIMIT 1`,
    moved: `SELECT ${columns} FROM ((FROM together EXCEPT ALL FROM alone) UNION ALL (FROM alone EXCEPT ALL FROM together)) LIMIT 1`,
  };
  try {
    await session.run(statements.together);
    await session.run(statements.alone);
  } catch (error) {
    fault(sqlLine, `the SQL fails on a few made-up events: ${messageOf(error).split('\n')[0]}`);
  }
  const [twice] = await session.rows(statements.twice);
  if (twice !== undefined) fault(sqlLine, `the SQL gives more than one row for ${shown(twice)}`, 'GROUP BY every key');
  const [moved] = await session.rows(statements.moved);
  if (moved !== undefined) {
    fault(
      sqlLine,
      'the rows of an hour change with the events of other hours',
      'compute each hour from its own events',
    );
  }
}

/** The samples' rows. */
function relationsOf(where: string): Relations {
  return {
    events: `SELECT * FROM sample ${where}`,
    known: `SELECT * FROM known_sample ${where}`,
    carried: `SELECT * FROM carried_sample ${where}`,
  };
}

function shown(row: Row): string {
  return Object.entries(row)
    .map(([name, value]) => `${name} = ${String(value)}`)
    .join(', ');
}
