import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Engine } from '../../../src/engine/session.ts';
import { identifier } from '../../../src/engine/sql.ts';
import { PUBLIC_EVENT_COLUMNS, EVENT_COLUMNS as STORED } from '../../../src/hot-store/tables.ts';
import { TAKEN_TABLES } from '../../../src/metrics/names.ts';
import { EVENT_COLUMNS } from '../../../src/metrics/relation.ts';
import { PUBLIC_TABLES } from '../../../src/model/public-tables.ts';

test('a metric sees the public columns of events but for the place in the log', async (t) => {
  const engine = await Engine.open(':memory:', { memoryMb: 64, threads: 1 });
  const session = await engine.session();
  t.after(() => {
    session.close();
    engine.close();
  });
  const columns = STORED.map(({ name, type }) => `${identifier(name)} ${type}`).join(', ');
  await session.run(`CREATE TABLE stored (${columns})`);
  const described = await session.rows(`DESCRIBE SELECT ${PUBLIC_EVENT_COLUMNS} FROM stored`);
  const seen = EVENT_COLUMNS.map(({ name, type }) => `${name} ${type}`);
  assert.deepEqual(
    described.map((row) => `${String(row.column_name)} ${String(row.column_type)}`),
    [...seen, 'partition INTEGER', 'offset BIGINT'],
  );
});

test('no metric can take the name of a public table', () => {
  const taken: readonly string[] = TAKEN_TABLES;
  for (const name of PUBLIC_TABLES) assert.ok(taken.includes(name), name);
});
