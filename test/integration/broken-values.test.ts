import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Engine } from '../../src/engine/session.ts';
import { openWorkshop, prepareSound, SOUND_ROWS } from '../support/broken-traces/case.ts';
import { BROKEN_VALUES, HIT, valueSql } from '../support/broken-traces/values.ts';
import { startRun } from '../support/run.ts';

/** Each case is a file of one trace; this column, which no case breaks, says which. */
const CASE_COLUMN = 'database_id';

let counted = new Map<string, number>();
let rejected = new Map<string, Record<string, number>>();

before(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'spillway-values-'));
  after(() => rm(dir, { recursive: true, force: true }));
  const trace = await writeCases(join(dir, 'trace'));
  const pipeline = await startRun({ trace, dataDir: join(dir, 'data') });
  try {
    assert.equal(await pipeline.finished, 'done');
    const events = await pipeline.store.query(`SELECT ${CASE_COLUMN}, count(*) FROM events GROUP BY 1`);
    counted = new Map(events.rows.map(([id, rows]) => [String(id), Number(rows)]));
    rejected = reasonsOf(
      (
        await pipeline.store.query(
          `SELECT raw::JSON->>'${CASE_COLUMN}', reason || ' ' || field, count(*) FROM rejected GROUP BY ALL`,
        )
      ).rows,
    );
    const balance = await pipeline.store.query('SELECT sum(counted + late + rejected + duplicate) FROM receipts');
    assert.equal(
      Number(balance.rows[0]?.[0]),
      BROKEN_VALUES.length * SOUND_ROWS,
      'receipts account for every row of every file',
    );
  } finally {
    await pipeline.stop();
  }
});

async function writeCases(dir: string): Promise<string> {
  const engine = await Engine.open(':memory:', { memoryMb: 300, threads: 1 });
  const session = await engine.session();
  try {
    await prepareSound(session);
    const { parquet } = await openWorkshop(session, dir);
    for (const [id, broken] of BROKEN_VALUES.entries()) {
      // Instances of its own, so that no case's rows repeat another's.
      const own = `(SELECT * REPLACE (instance_id + ${id * 10} AS instance_id, ${id} AS ${CASE_COLUMN}) FROM sound)`;
      await parquet(valueSql(broken, own), `provisioned/${id}.parquet`);
    }
    return dir;
  } finally {
    session.close();
    engine.close();
  }
}

function reasonsOf(rows: readonly (readonly unknown[])[]): Map<string, Record<string, number>> {
  const reasons = new Map<string, Record<string, number>>();
  for (const [id, reason, count] of rows) {
    reasons.set(String(id), { ...reasons.get(String(id)), [String(reason)]: Number(count) });
  }
  return reasons;
}

for (const [id, { column, value, type, reason }] of BROKEN_VALUES.entries()) {
  const fate = reason === undefined ? 'counted' : `rejected as ${reason}`;
  test(`rows with ${column} = ${value.length > 60 ? `${value.slice(0, 60)}...` : value} as ${type} are ${fate}, and no others`, () => {
    assert.deepEqual(rejected.get(String(id)) ?? {}, reason === undefined ? {} : { [`${reason} ${column}`]: HIT });
    assert.equal(counted.get(String(id)), SOUND_ROWS - (reason === undefined ? 0 : HIT));
  });
}
