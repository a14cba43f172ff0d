import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { runChild } from '../../../bin/child.js';

/** Runs a script in a Node of its own and keeps what it writes. */
function runScript(script: string) {
  return runChild(process.execPath, ['-e', script], { capture: true });
}

test('the exit code of the child is handed on', async () => {
  assert.equal((await runScript('process.exit(7)')).code, 7);
});

test('a child that was ended by a signal has the exit code a shell reports', async () => {
  assert.equal((await runScript('process.kill(process.pid, "SIGKILL")')).code, 137);
});

test('what the child writes to either stream is kept', async () => {
  const { output } = await runScript('console.log("out"); console.error("err")');
  assert.match(output, /out/);
  assert.match(output, /err/);
});

test('a command that is not there is an error', async () => {
  await assert.rejects(runChild('spillway-no-such-command', []), { code: 'ENOENT' });
});

/** A process that runs `child` with runChild, told to stop twice within a moment; what both wrote. */
async function stopTwice(child: string, options: string): Promise<string> {
  const module = new URL('../../../bin/child.js', import.meta.url).href;
  const parent = `
    const { runChild } = await import(${JSON.stringify(module)});
    const end = await runChild(process.execPath, ['-e', ${JSON.stringify(child)}], ${options});
    console.log('code ' + end.code + ' interrupted ' + end.interrupted);`;
  const running = spawn(process.execPath, ['--input-type=module', '-e', parent], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let written = '';
  running.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (!written.includes('ready') && text.includes('ready')) {
      running.kill('SIGTERM');
      setTimeout(() => running.kill('SIGTERM'), 100);
    }
    written += text;
  });
  await once(running, 'close');
  return written;
}

test('a signal that is sent twice in a moment reaches the child once, and the parent waits for it', async () => {
  const child = `
    let count = 0;
    process.on('SIGTERM', () => { count += 1; setTimeout(() => { console.log('signals ' + count); process.exit(3); }, 400); });
    setTimeout(() => {}, 10_000);
    console.log('ready');`;
  assert.equal(await stopTwice(child, '{}'), 'ready\nsignals 1\ncode 3 interrupted true\n');
});

test('a child that is to be killed on a signal gets no say', async () => {
  const child = `process.on('SIGTERM', () => console.log('said')); setTimeout(() => {}, 10_000); console.log('ready');`;
  assert.equal(await stopTwice(child, '{ killOnSignal: true }'), 'ready\ncode 137 interrupted true\n');
});
