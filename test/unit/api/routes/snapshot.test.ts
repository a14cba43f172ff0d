import assert from 'node:assert/strict';
import { readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { PUBLIC_TABLES } from '../../../../src/model/public-tables.ts';
import { apiFixture } from '../fixture.ts';

test('a snapshot', async (t) => {
  const { post, dir } = await apiFixture(t);

  await t.test('writes every public table and metric, once each, into a new folder', async () => {
    const names = [...PUBLIC_TABLES, 'traffic', 'classes'];
    const target = join(dir, 'snapshots', 'one');
    const response = await post('/api/snapshot', { names: [...names, 'traffic'], dir: target });
    assert.deepEqual(response.json(), {
      dir: target,
      files: names.map((name) => ({ name, path: join(target, `${name}.parquet`) })),
    });
    assert.deepEqual((await readdir(target)).sort(), names.map((name) => `${name}.parquet`).sort());
  });

  await t.test('knows public names only', async () => {
    const { detail, hint } = (await post('/api/snapshot', { names: ['hours', 'trafic'], dir: join(dir, 'x') })).json();
    assert.equal(detail, 'body field "names": expected public tables, found "trafic"');
    assert.equal(hint, 'did you mean "traffic"?');
    for (const name of ['meta', 'store.events', 'hours" --', '../hours', 'HOURS', 'duckdb_tables', '']) {
      assert.equal((await post('/api/snapshot', { names: [name], dir: join(dir, 'x') })).statusCode, 400, name);
    }
    assert.equal((await post('/api/snapshot', { names: [], dir: join(dir, 'x') })).statusCode, 400);
    assert.ok(!(await readdir(dir)).includes('x'));
  });

  await symlink('/tmp', join(dir, 'out'));
  await symlink(join(dir, 'nowhere'), join(dir, 'dangling'));
  await writeFile(join(dir, 'file'), '');
  const outside = [
    '/tmp',
    '/',
    `${dir}/../x`,
    `${dir}/a/../../x`,
    `${dir}x`,
    join(dir, 'out'),
    join(dir, 'out', 'x'),
    dir,
    'relative',
    `${dir}/a\0b`,
  ];
  for (const [i, target] of [
    ...outside,
    join(dir, 'file'),
    join(dir, 'file', 'x'),
    join(dir, 'dangling', 'x'),
  ].entries()) {
    await t.test(
      `is not written outside the run's folder (${i}: ${JSON.stringify(target.replace(dir, '<run>'))})`,
      async () => {
        const response = await post('/api/snapshot', { names: ['hours'], dir: target });
        assert.equal(response.statusCode, 400, response.body);
        assert.match(response.json().detail, /^body field "dir": expected /);
      },
    );
  }
});
