import { partitionOf } from '../bus/bus.ts';
import type { Session } from '../engine/session.ts';
import { quoted } from '../engine/sql.ts';
import type { Manifest } from '../model/manifest.ts';
import type { EventTime } from '../model/time.ts';
import type { Trace } from '../trace/trace.ts';

/**
 * Writes, as temporary tables of the session, which instances the run has and where their events go: `routes` by
 * deployment and number, `partitions` by key. Rows without a key go to partition 0, unless the run is of named instances.
 */
export async function createRoutes(session: Session, trace: Trace, manifest: Manifest): Promise<void> {
  const wanted = manifest.instances === null ? undefined : new Set(manifest.instances);
  const rows = trace.instances
    .filter(({ key }) => wanted === undefined || (key !== null && wanted.has(key)))
    .map(({ deployment, instanceId, key }) => {
      const partition = key === null ? 0 : partitionOf(key, manifest.partitions);
      return `(${text(deployment)}, ${instanceId ?? 'NULL'}, ${text(key)}, ${partition})`;
    });
  await session.run(
    'CREATE TEMP TABLE routes (deployment VARCHAR, instance_id BIGINT, route VARCHAR, partition INTEGER)',
  );
  if (rows.length > 0) await session.run(`INSERT INTO routes VALUES ${rows.join(', ')}`);
  await session.run('CREATE TEMP TABLE partitions AS SELECT DISTINCT route, partition FROM routes');
}

function text(value: string | null): string {
  return value === null ? 'NULL' : quoted(value);
}

/** A SELECT of a run's events that arrive in [from, to), with their `partition`. */
export function routedSql(trace: Trace, range: { from: EventTime; to: EventTime; withUntimed: boolean }): string {
  return `SELECT t.*, r.partition FROM (${trace.rowsSql(range)}) t JOIN routes r
    ON r.deployment IS NOT DISTINCT FROM t.deployment AND r.instance_id IS NOT DISTINCT FROM t.instance_id`;
}
