import assert from 'node:assert/strict';
import { test } from 'node:test';
import { main } from '../../../src/cli/cli.ts';
import { COMMAND_LIST } from '../../../src/cli/commands.ts';
import { settingInfo } from '../../../src/config/schema.ts';
import { COMMANDS, SETTINGS_OF } from '../../../src/config/usage.ts';
import { testIo } from './test-io.ts';

async function call(argv: readonly string[], options: Parameters<typeof testIo>[0] = {}) {
  const { io, stdout, stderr } = testIo(options);
  const code = await main(argv, io);
  return { code, stdout: stdout(), stderr: stderr() };
}

test('every command of the list of options is there, and no other', () => {
  assert.deepEqual(COMMAND_LIST.map(({ name }) => name).sort(), [...COMMANDS].sort());
});

test('the help names every command and says how to start', async () => {
  for (const argv of [['--help'], ['-h'], ['help']]) {
    const { code, stdout, stderr } = await call(argv);
    assert.deepEqual([code, stderr], [0, '']);
    for (const { name, summary } of COMMAND_LIST) {
      assert.match(stdout, new RegExp(`^  ${name} +${summary.slice(0, 20)}`, 'm'));
    }
    assert.match(stdout, /spillway demo/);
  }
});

test('the help of every command goes to stdout with an example and all its options', async () => {
  for (const command of COMMAND_LIST) {
    for (const argv of [
      [command.name, '--help'],
      ['help', command.name],
    ]) {
      const { code, stdout, stderr } = await call(argv, { terminal: { columns: 200, rows: 24 } });
      assert.deepEqual([code, stderr], [0, ''], command.name);
      assert.match(stdout, /^Examples?:\n {2}\$ spillway /m);
      for (const example of command.examples) assert.ok(stdout.includes(`$ ${example}\n`), example);
      for (const key of SETTINGS_OF[command.name]) assert.ok(stdout.includes(`--${settingInfo(key).name}`), key);
    }
  }
});

test('every example of the help is a call that parses', async () => {
  for (const { examples } of COMMAND_LIST) {
    for (const example of examples) {
      const [program, ...words] = example.replace(/ < .*/, '').match(/"[^"]*"|\S+/g) ?? [];
      assert.equal(program, 'spillway');
      // Asking for help instead of doing it: an unknown option is found first.
      const { code } = await call([...words.map((word) => word.replaceAll('"', '')), '--help']);
      assert.equal(code, 0, example);
    }
  }
});

test('the version is that of the package', async () => {
  for (const argv of [['version'], ['--version'], ['-V']]) {
    const { code, stdout } = await call(argv);
    assert.equal(code, 0);
    assert.match(stdout, /^spillway \d+\.\d+\.\d+\n$/);
  }
});

test('no command at all shows the help as an error', async () => {
  const { code, stdout, stderr } = await call([]);
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(stderr, /^Usage: spillway/);
  assert.match(stderr, /error: no command given \[USAGE\]\nhint: spillway demo shows everything at work\n$/);
});

test('what is nearly right is answered with what was meant', async () => {
  const found: readonly (readonly [string[], string])[] = [
    [['qurey'], 'error: there is no command qurey [USAGE]\nhint: did you mean spillway query?\n'],
    [['run', '--trase', 'x'], 'error: spillway run has no option --trase [USAGE]\nhint: did you mean --trace?\n'],
    [
      ['run', '--partition=3'],
      'error: spillway run has no option --partition=3 [USAGE]\nhint: did you mean --partitions?\n',
    ],
    [['status', '--jsn'], 'error: spillway status has no option --jsn [USAGE]\nhint: did you mean --json?\n'],
    [
      ['run', '--trace'],
      'error: --trace needs a value [USAGE]\nhint: write --trace PATH; spillway run --help lists what there is\n',
    ],
    [
      ['run', 'here'],
      'error: spillway run takes no argument, found here [USAGE]\nhint: spillway run --help lists what there is\n',
    ],
    [
      ['metrics', 'list', 'a', 'b'],
      'error: spillway metrics takes 2 arguments, found b after that [USAGE]\nhint: spillway metrics --help lists what there is\n',
    ],
  ];
  for (const [argv, stderr] of found) assert.deepEqual(await call(argv), { code: 2, stdout: '', stderr });
});

test('errors are coloured on a terminal, unless NO_COLOR is set', async () => {
  const terminal = { columns: 80, rows: 24 };
  assert.ok((await call(['qurey'], { terminal })).stderr.startsWith('\u001b[31merror:'));
  assert.ok((await call(['qurey'], { terminal, env: { NO_COLOR: '1' } })).stderr.startsWith('error:'));
  assert.ok((await call(['qurey'], { terminal, env: { TERM: 'dumb' } })).stderr.startsWith('error:'));
  assert.ok((await call(['qurey'])).stderr.startsWith('error:'));
});
