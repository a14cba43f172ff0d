import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Session } from '../../../src/engine/session.ts';
import { Engine, numberOf } from '../../../src/engine/session.ts';
import { loadMetrics } from '../../../src/metrics/load.ts';
import type { Metric } from '../../../src/metrics/metric.ts';
import { rollupColumns, rollupSql } from '../../../src/metrics/metric.ts';
import { createRelations } from '../../../src/metrics/probe.ts';

let engine: Engine;
let session: Session;
let metrics: readonly Metric[];

before(async () => {
  engine = await Engine.open(':memory:', { memoryMb: 128, threads: 1 });
  session = await engine.session();
  await createRelations(session);
  metrics = await loadMetrics();
});
after(() => {
  session.close();
  engine.close();
});

function metricNamed(name: string): Metric {
  return metrics.find((one) => one.name === name) ?? assert.fail(`no metric ${name}`);
}

/** A metric's SQL over the sample, or over those of its rows that `where` chooses. */
function rollup(name: string, where = 'true'): string {
  const relations = Object.fromEntries(
    ['', 'known_', 'carried_'].map((relation) => [relation, `SELECT * FROM ${relation}sample WHERE ${where}`]),
  );
  const { '': events = '', known_: known = '', carried_: carried = '' } = relations;
  return `(${rollupSql(metricNamed(name), { events, known, carried })})`;
}

/** The single number that an expression over a metric's rows gives. */
async function total(expression: string, name: string): Promise<number> {
  return numberOf((await session.row(`SELECT CAST(${expression} AS BIGINT) AS n FROM ${rollup(name)}`)).n);
}

describe('the built-in metrics over the same events', () => {
  test('have columns of exactly the declared types, rows sorted by key', async () => {
    for (const metric of metrics) {
      const described = await session.rows(`DESCRIBE ${rollup(metric.name)}`);
      const types = described.map((row) => ({ name: row.column_name, type: row.column_type }));
      assert.deepEqual(types, rollupColumns(metric), metric.name);
      const keys = metric.keys.map(({ name }) => name).join(', ');
      const rows = await session.rows(rollup(metric.name));
      assert.ok(rows.length > 0, metric.name);
      assert.deepEqual(rows, await session.rows(`SELECT * FROM ${rollup(metric.name)} ORDER BY ${keys}`), metric.name);
    }
  });

  test('agree on how many queries, cache hits and milliseconds there were', async () => {
    const events = numberOf((await session.row('SELECT count(*) AS n FROM sample')).n);
    for (const name of ['workload', 'spill', 'result_cache', 'bottlenecks']) {
      assert.equal(await total('sum(queries)', name), events, name);
    }
    const cached = await total('sum(cached)', 'workload');
    assert.ok(cached > 0);
    assert.equal(await total('sum(cached)', 'result_cache'), cached);
    assert.equal(await total("sum(queries) FILTER (WHERE class = 'cached')", 'bottlenecks'), cached);
    for (const measure of ['queue_ms', 'execution_ms']) {
      assert.equal(await total(`sum(${measure})`, 'bottlenecks'), await total(`sum(${measure})`, 'workload'), measure);
    }
  });

  test('are sums: any two parts of the events add up to the whole', async () => {
    for (const metric of metrics) {
      const keys = metric.keys.map(({ name }) => name).join(', ');
      const measures = metric.measures.map(({ name }) => `CAST(sum(${name}) AS BIGINT) AS ${name}`).join(', ');
      // What is new to an hour is new to each part of it, unless the parts are of different instances.
      const within = metric.history ? [] : ['query_id % 3 = 0', 'is_read IS true'];
      for (const part of [...within, "instance_id = 'provisioned-2'"]) {
        const parts = [part, `NOT (${part})`].map((of) => rollup(metric.name, of));
        const added = `SELECT ${keys}, ${measures} FROM (${parts.join(' UNION ALL ')}) GROUP BY ${keys} ORDER BY ${keys}`;
        assert.deepEqual(await session.rows(added), await session.rows(rollup(metric.name)), `${metric.name}: ${part}`);
      }
    }
  });

  test('count every executed query in each phase of its latency', async () => {
    const executed = numberOf(
      (await session.row('SELECT count(*) AS n FROM sample WHERE NOT was_cached AND execution_duration_ms IS NOT NULL'))
        .n,
    );
    assert.equal(await total("sum(queries) FILTER (WHERE phase = 'execution')", 'latency'), executed);
  });
});
