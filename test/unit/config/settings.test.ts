import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { SettingsSpec } from '../../../src/config/settings.ts';
import { resolveGenerate, resolveSettings } from '../../../src/config/settings.ts';
import type { ErrorCode } from '../../../src/errors.ts';
import { SpillwayError } from '../../../src/errors.ts';
import { parseTime } from '../../../src/model/time.ts';
import { tempDir } from '../../support/temp-dir.ts';

const NOWHERE = '/nowhere';

async function resolved(spec: Partial<SettingsSpec> = {}) {
  return await resolveSettings({ flags: {}, env: {}, cwd: NOWHERE, ...spec });
}

async function refused(spec: Partial<SettingsSpec>): Promise<SpillwayError> {
  const error = await resolved(spec).then(
    () => assert.fail('accepted'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof SpillwayError, String(error));
  return error;
}

function assertError(error: SpillwayError, code: ErrorCode, message: string, hint: string): void {
  assert.deepEqual([error.code, error.message, error.hint], [code, message, hint]);
}

test('without any source every option has its default, checked and with its unit', async () => {
  const { settings, given } = await resolved();
  assert.equal(settings.dataDir, '/nowhere/spillway-data');
  assert.deepEqual(
    [settings.run, settings.speed, settings.latenessMs, settings.partitions, settings.maxDurationMs, settings.cap],
    ['default', 60, 600_000, 4, 604_800_000, false],
  );
  assert.deepEqual([settings.trace, settings.from, settings.instances], [undefined, undefined, undefined]);
  assert.equal(given.size, 0);
  assert.ok(Object.isFrozen(settings));
});

test('a flag wins over a variable, a variable over the file, the file over the default', async (t) => {
  const cwd = await tempDir(t);
  await writeFile(join(cwd, 'spillway.yaml'), 'speed: 10\npartitions: 2\nport: 1\n');
  const { settings, given } = await resolved({
    cwd,
    env: { SPILLWAY_SPEED: '20', SPILLWAY_PARTITIONS: '3' },
    flags: { speed: '30' },
  });
  assert.deepEqual([settings.speed, settings.partitions, settings.port, settings.latenessMs], [30, 3, 1, 600_000]);
  assert.deepEqual([...given], ['speed', 'partitions', 'port']);
});

test('every kind of value is read from text and from YAML alike', async (t) => {
  const cwd = await tempDir(t);
  await writeFile(
    join(cwd, 'spillway.yaml'),
    'speed: max\nlateness: 90s\nfrom: 2024-03-01T14:00\nto: "2024-03-02"\ninstances: [serverless-2, provisioned-10]\ncap: true\n',
  );
  const file = (await resolved({ cwd })).settings;
  const flags = (
    await resolved({
      flags: {
        speed: 'max',
        latenessMs: '90s',
        from: '2024-03-01 14:00:00Z',
        to: '2024-03-02T01:00+01:00',
        instances: 'serverless-2, provisioned-10',
        cap: true,
      },
    })
  ).settings;
  for (const settings of [file, flags]) {
    assert.equal(settings.speed, 'max');
    assert.equal(settings.latenessMs, 90_000);
    assert.equal(settings.from, parseTime('2024-03-01T14:00:00Z'));
    assert.equal(settings.to, parseTime('2024-03-02T00:00:00Z'));
    assert.deepEqual(settings.instances, ['provisioned-10', 'serverless-2']);
    assert.equal(settings.cap, true);
  }
});

test('a relative path is relative to the place where it was written; a URL stays as it is', async (t) => {
  const cwd = await tempDir(t);
  await mkdir(join(cwd, 'conf'));
  await writeFile(join(cwd, 'conf', 'my.yaml'), 'trace: s3://bucket/prefix\nmetrics: ./mine\n');
  const { settings } = await resolved({ cwd, configFile: 'conf/my.yaml', flags: { dataDir: 'data' } });
  assert.equal(settings.trace, 's3://bucket/prefix');
  assert.equal(settings.metricsDir, join(cwd, 'conf', 'mine'));
  assert.equal(settings.dataDir, join(cwd, 'data'));
});

test('the file named by a flag is read instead of the one named by SPILLWAY_CONFIG', async (t) => {
  const cwd = await tempDir(t);
  await writeFile(join(cwd, 'a.yaml'), 'speed: 1\n');
  await writeFile(join(cwd, 'b.yaml'), 'speed: 2\n');
  assert.equal((await resolved({ cwd, env: { SPILLWAY_CONFIG: 'a.yaml' } })).settings.speed, 1);
  assert.equal((await resolved({ cwd, env: { SPILLWAY_CONFIG: 'a.yaml' }, configFile: 'b.yaml' })).settings.speed, 2);
});

test('an empty variable, an empty file and a key without a value count as not set', async (t) => {
  const cwd = await tempDir(t);
  await writeFile(join(cwd, 'empty.yaml'), '# nothing\n');
  await writeFile(join(cwd, 'null.yaml'), 'speed:\n');
  assert.equal((await resolved({ env: { SPILLWAY_SPEED: '' } })).settings.speed, 60);
  assert.equal((await resolved({ cwd, configFile: 'empty.yaml' })).settings.speed, 60);
  assert.equal((await resolved({ cwd, configFile: 'null.yaml' })).settings.speed, 60);
});

test('a wrong value is named by the place it was written at, with what it was and what would be right', async (t) => {
  const cwd = await tempDir(t);
  await writeFile(join(cwd, 'spillway.yaml'), 'partitions: 0\n');
  assertError(
    await refused({ flags: { partitions: '1025' } }),
    'USAGE',
    '--partitions is 1025: expected a whole number from 1 to 1024',
    'for example --partitions 4',
  );
  assertError(
    await refused({ env: { SPILLWAY_PARTITIONS: 'four' } }),
    'CONFIG_INVALID',
    'SPILLWAY_PARTITIONS is four: expected a whole number from 1 to 1024',
    'for example SPILLWAY_PARTITIONS=4',
  );
  assertError(
    await refused({ cwd }),
    'CONFIG_INVALID',
    'partitions in spillway.yaml is 0: expected a whole number from 1 to 1024',
    'for example partitions: 4',
  );
});

test('an unknown variable and an unknown key are refused with the nearest name', async (t) => {
  const cwd = await tempDir(t);
  await writeFile(join(cwd, 'spillway.yaml'), 'partition: 4\n');
  assertError(
    await refused({ env: { SPILLWAY_LATENES: '1m' } }),
    'CONFIG_INVALID',
    'the variable SPILLWAY_LATENES is not an option of Spillway',
    'did you mean SPILLWAY_LATENESS?',
  );
  assertError(
    await refused({ cwd }),
    'CONFIG_INVALID',
    '`partition` in spillway.yaml is not an option of Spillway',
    'did you mean partitions?',
  );
});

test('variables of other programs and our own internal ones are none of our options', async () => {
  const { given } = await resolved({ env: { PATH: '/bin', SPILLWAYX: '1', SPILLWAY_INTERNAL_ANYTHING: '1' } });
  assert.equal(given.size, 0);
});

test('a range must end after it starts, wherever its ends were given', async () => {
  assertError(
    await refused({ flags: { from: '2024-03-02', to: '2024-03-02' } }),
    'USAGE',
    '--to is 2024-03-02T00:00:00Z, not after --from, which is 2024-03-02T00:00:00Z',
    '--to is the end, exclusive: for one day write --from 2024-03-01 --to 2024-03-02',
  );
  const error = await refused({ env: { SPILLWAY_TO: '2024-03-01' }, flags: { from: '2024-03-02' } });
  assert.match(error.message, /^SPILLWAY_TO is 2024-03-01T00:00:00Z, not after --from/);
  assert.equal(error.code, 'CONFIG_INVALID');
});

test('a configuration file that is missing, a folder, no YAML or no map is refused in one line', async (t) => {
  const cwd = await tempDir(t);
  await writeFile(join(cwd, 'broken.yaml'), 'speed: [1\n');
  await writeFile(join(cwd, 'list.yaml'), '- speed\n');
  await writeFile(join(cwd, 'nested.yaml'), 'speed: { value: 1 }\n');
  const found: Record<string, RegExp> = {
    'missing.yaml': /^reading the configuration file missing\.yaml: there is no such file$/,
    '.': /^reading the configuration file \.: it is a folder$/,
    'broken.yaml': /^broken\.yaml is not YAML: /,
    'list.yaml': /^list\.yaml holds a list: expected lines such as `speed: 60`$/,
    'nested.yaml': /^speed in nested\.yaml is a map: expected one value$/,
  };
  for (const [configFile, message] of Object.entries(found)) {
    const error = await refused({ cwd, configFile });
    assert.equal(error.code, 'CONFIG_INVALID');
    assert.match(error.message, message);
    assert.doesNotMatch(error.message, /\n/);
  }
});

test('a folder is one of this machine, and no path holds a NUL', async (t) => {
  const cwd = await tempDir(t);
  await writeFile(join(cwd, 'spillway.yaml'), 'trace: "a\\0b"\n');
  assert.match(
    (await refused({ cwd })).message,
    /^trace in spillway\.yaml is a\\u0000b: expected a file, glob or folder$/,
  );
  assert.match((await refused({ flags: { archive: 's3://bucket' } })).message, /expected a folder of this machine$/);
});

test('a list is only for options that take one', async (t) => {
  const cwd = await tempDir(t);
  await writeFile(join(cwd, 'spillway.yaml'), 'speed: [60]\n');
  assert.equal((await refused({ cwd })).message, 'speed in spillway.yaml is [60]: expected max or a number above 0');
});

test('generate takes its options from flags alone, with a range that is checked', () => {
  const settings = resolveGenerate({ flags: { out: 't', events: '10', seed: '7' }, cwd: '/here' });
  assert.deepEqual([settings.out, settings.events, settings.seed], ['/here/t', 10, 7]);
  assert.equal(settings.to, undefined);
  assert.throws(
    () => resolveGenerate({ flags: { to: '2024-03-01' }, cwd: '/here' }),
    /^SpillwayError: --to is 2024-03-01T00:00:00Z, not after the default of --from, which is 2024-03-04T00:00:00Z$/,
  );
});
