import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { TARGETS } from '../../../scripts/generate-docs.ts';
import { metricsPage } from '../../../src/metrics/document.ts';
import { EXPRESSION_FUNCTIONS } from '../../../src/metrics/expression.ts';
import { loadMetrics } from '../../../src/metrics/load.ts';
import { PARAMETERS } from '../../../src/metrics/parameters.ts';
import { CARRIED_COLUMNS, EVENT_COLUMNS, HISTORY_RELATIONS, KNOWN_COLUMNS } from '../../../src/metrics/relation.ts';

const root = new URL('../../../', import.meta.url);

test('docs/metrics.md is what the metric files say', async () => {
  const target = TARGETS.metrics ?? assert.fail('no target');
  const committed = await readFile(new URL(target.file, root), 'utf8');
  assert.equal(committed, await target.make(), 'run: node scripts/generate-docs.ts metrics');
});

test('the page names every measure, derived value, function, parameter and column', async () => {
  const metrics = await loadMetrics();
  const page = metricsPage(metrics);
  for (const { name, measures, derived } of metrics) {
    for (const value of [...measures, ...derived])
      assert.ok(page.includes(`\`${value.name}\``), `${name}.${value.name}`);
  }
  for (const { usage, about } of EXPRESSION_FUNCTIONS) assert.ok(page.includes(`| \`${usage}\` | ${about} |`), usage);
  for (const { name } of [...PARAMETERS, ...EVENT_COLUMNS, ...KNOWN_COLUMNS, ...CARRIED_COLUMNS]) {
    assert.ok(page.includes(`| \`${name}\` |`), name);
  }
  for (const relation of HISTORY_RELATIONS) assert.ok(page.includes(`\n\`${relation}\`: `), relation);
});

test('the example of an own metric on the page is one that loads', async (t) => {
  const example = /```sql\n(?<file>\/\*---[\s\S]*?)```/.exec(metricsPage([]))?.groups?.file;
  const folder = await mkdtemp(join(tmpdir(), 'spillway-metrics-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'users.sql'), example ?? assert.fail('no example'));
  assert.equal((await loadMetrics({ user: folder })).at(-1)?.title, 'Users');
});
