import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Session } from '../../../src/engine/session.ts';
import { rollupSql } from '../../../src/metrics/metric.ts';
import { createRelations } from '../../../src/metrics/probe.ts';
import { openSession } from '../../support/duckdb.ts';
import { builtIn } from './hand-made-rows.ts';

async function samples(t: TestContext): Promise<Session> {
  const session = await openSession(t);
  await createRelations(session);
  return session;
}

/** One row that says whether each condition holds. */
async function holds(session: Session, conditions: Readonly<Record<string, string>>): Promise<void> {
  const list = Object.entries(conditions).map(([name, sql]) => `(${sql}) AS "${name}"`);
  const row = await session.row(`SELECT ${list.join(', ')}`);
  for (const name of Object.keys(conditions)) assert.equal(row[name], true, name);
}

test('the made-up history is like that of a run', async (t) => {
  const executed = `SELECT DISTINCT hour, instance_id, feature_fingerprint FROM sample WHERE NOT was_cached AND feature_fingerprint IS NOT NULL`;
  await holds(await samples(t), {
    'each fingerprint is known once in an hour and instance': `SELECT count(*) = count(DISTINCT (hour, instance_id, feature_fingerprint)) FROM known_sample`,
    'only what the hour executes is known': `SELECT count(*) = 0 FROM (SELECT hour, instance_id, feature_fingerprint FROM known_sample EXCEPT ${executed})`,
    'some of it is new': `SELECT count(*) > 5 FROM (${executed} EXCEPT SELECT hour, instance_id, feature_fingerprint FROM known_sample)`,
    'some has no runs, some few, some enough':
      'SELECT count(DISTINCT runs) > 9 AND min(runs) = 0 AND max(runs) > 5 FROM known_sample',
    'runs are worth their logarithms':
      'SELECT bool_and(sum_ln_execution BETWEEN 6000 * runs AND 8000 * runs) FROM known_sample',
    'an instance carries time into an hour once':
      'SELECT count(*) = count(DISTINCT (hour, instance_id)) AND min(busy_ms) > 0 FROM carried_sample',
    'also where it has no events':
      'SELECT count(*) > 1 FROM (SELECT hour, instance_id FROM carried_sample EXCEPT SELECT hour, instance_id FROM sample)',
    'also into an hour without any': 'SELECT max(hour) > (SELECT max(hour) FROM sample) FROM carried_sample',
  });
});

test('the made-up rows put metrics with history to the test', async (t) => {
  const session = await samples(t);
  const relations = { events: 'FROM sample', known: 'FROM known_sample', carried: 'FROM carried_sample' };
  const over = async (name: string): Promise<string> => `(${rollupSql(await builtIn(name), relations)})`;
  await holds(session, {
    'some queries repeat and some do not': `SELECT count(*) FILTER (WHERE repeated BETWEEN 1 AND queries - 1) > 3 FROM ${await over('repetition')}`,
    'some queries have a usual time': `SELECT count(*) FILTER (WHERE expected_ms > 0 AND compared_ms > 0) > 3 FROM ${await over('utilization')}`,
    'some instances have carried time only': `SELECT count(*) FILTER (WHERE queries = 0 AND busy_ms > 0) > 1 FROM ${await over('utilization')}`,
  });
});
