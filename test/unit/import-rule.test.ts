import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importViolations } from '../support/import-rule.ts';
import { readSources } from '../support/source-files.ts';

/** The violations in a single made-up file. */
function violations(path: string, text: string): string[] {
  return importViolations([{ path, text }]);
}

test('a stage imports its own folder, the common ones, and of its neighbours only the interface file', () => {
  const files = [...readSources('src/**/*.ts'), ...readSources('web/**/*.{ts,tsx}')];
  assert.ok(files.length > 0);
  assert.deepEqual(importViolations(files), []);
});

test('the interface file of a neighbour is allowed, its insides are not', () => {
  assert.deepEqual(violations('src/processor/batch.ts', `import type { Bus } from '../bus/bus.ts';\n`), []);
  const [found, ...others] = violations('src/processor/batch.ts', `import { MemoryBus } from '../bus/memory.ts';\n`);
  assert.match(
    found ?? '',
    /^src\/processor\/batch\.ts imports src\/bus\/memory\.ts: processor\/ may import .*bus\/bus\.ts/,
  );
  assert.deepEqual(others, []);
});

test('every way to write an import is seen', () => {
  const ways = [
    `import { a } from '../bus/memory.ts';`,
    `import {\n  a,\n  b,\n} from "../bus/memory.ts";`,
    `import '../bus/memory.ts';`,
    `export * from '../bus/memory.ts';`,
    `export { a } from '../bus/memory.ts';`,
    `const bus = await import('../bus/memory.ts');`,
    `import type { A } from '../bus/memory.ts';`,
    `const url = 'https://x'; // a comment\nimport { a } from '../bus/memory.ts';`,
  ];
  for (const way of ways) assert.equal(violations('src/replay/replayer.ts', way).length, 1, way);
});

test('an import within a comment is none', () => {
  assert.deepEqual(
    violations('src/replay/pacer.ts', `// import '../bus/memory.ts';\n/*\nimport '../bus/memory.ts';\n*/`),
    [],
  );
});

test('a stage imports only types from config', () => {
  assert.deepEqual(violations('src/trace/open.ts', `import type { Settings } from '../config/schema.ts';`), []);
  assert.deepEqual(violations('src/trace/open.ts', `import { resolve } from '../config/schema.ts';`), [
    'src/trace/open.ts imports src/config/schema.ts: trace/ imports only types from config/',
  ]);
});

test('model imports nothing, neither a stage nor a package', () => {
  assert.equal(violations('src/model/time.ts', `import { x } from '../errors.ts';`).length, 1);
  assert.equal(violations('src/model/time.ts', `import { z } from 'zod';`).length, 1);
  assert.equal(violations('src/model/time.ts', `import { join } from 'node:path';`).length, 1);
  assert.deepEqual(violations('src/model/time.ts', `import type { A } from './redset.ts';`), []);
});

test('verify and api never import the processor, not even a type', () => {
  for (const stage of ['verify', 'api']) {
    assert.deepEqual(violations(`src/${stage}/a.ts`, `import type { Hours } from '../processor/hours.ts';`), [
      `src/${stage}/a.ts imports src/processor/hours.ts: ${stage}/ never imports processor/`,
    ]);
  }
});

test('the composition root and the command line import everything, and nobody imports those', () => {
  assert.deepEqual(violations('src/pipeline.ts', `import { MemoryBus } from './bus/memory.ts';`), []);
  assert.deepEqual(violations('src/cli/run.ts', `import { build } from '../pipeline.ts';`), []);
  assert.equal(violations('src/api/app.ts', `import { build } from '../pipeline.ts';`).length, 1);
  assert.equal(violations('src/pipeline.ts', `import { run } from './cli/run.ts';`).length, 1);
});

test('the dashboard imports types from the api and nothing else of src', () => {
  assert.deepEqual(violations('web/src/client.ts', `import type { Status } from '../../src/api/schemas.ts';`), []);
  assert.deepEqual(violations('web/src/app.tsx', `import { useState } from 'react';\nimport './app.css';`), []);
  assert.equal(violations('web/src/client.ts', `import { schema } from '../../src/api/schemas.ts';`).length, 1);
  assert.equal(violations('web/src/client.ts', `import type { Event } from '../../src/model/redset.ts';`).length, 1);
});

test('a folder that the table does not name is refused', () => {
  assert.deepEqual(violations('src/utils/text.ts', `import { join } from 'node:path';`), [
    'src/utils/text.ts imports node:path: utils/ is not in the table of the import rule',
  ]);
});
