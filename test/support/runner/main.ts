/**
 * Runs every check: style, types, and all test files, two at a time. With arguments, only the test files whose path
 * contains one of them. The last line on stdout is `N passed, N failed, N skipped`; exit code 1 when anything failed.
 */
import { glob } from 'node:fs/promises';
import { resolve } from 'node:path';
import { phase } from '../../../scripts/phase.js';
import { CHECKS, runCheck } from './check.ts';
import { installChromium, needsChromium } from './chromium.ts';
import { type Outcome, sumOutcomes } from './outcome.ts';
import { runTestFile } from './test-file.ts';

/** The machines this runs on have two cores. */
const FILES_AT_ONCE = 2;

async function main(filters: readonly string[]): Promise<number> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  const outcomes = filters.length === 0 ? await runChecks(stop.signal) : [];
  const files = await testFiles(filters);
  if (files.length === 0) outcomes.push(failed(`no test file has ${filters.join(' or ')} in its path`));
  if (needsChromium(files)) outcomes.push(await phase('installing Chromium (CI)', installChromium, failureNote));
  outcomes.push(...(await runFiles(files, stop.signal)));
  const total = sumOutcomes(outcomes);
  printSummary(total);
  if (stop.signal.aborted) process.stdout.write('interrupted\n');
  process.stdout.write(`${total.passed} passed, ${total.failures.length} failed, ${total.skips.length} skipped\n`);
  if (stop.signal.aborted) return 130;
  return total.failures.length === 0 ? 0 : 1;
}

async function runChecks(stop: AbortSignal): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const check of CHECKS) {
    if (stop.aborted) break;
    outcomes.push(await phase(check.title, () => runCheck(check), failureNote));
  }
  return outcomes;
}

/** The test files to run, in the order of their paths. */
async function testFiles(filters: readonly string[]): Promise<string[]> {
  const files = await Array.fromAsync(glob('test/**/*.test.ts', { exclude: ['**/node_modules/**'] }));
  return files.filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter))).sort();
}

async function runFiles(files: readonly string[], stop: AbortSignal): Promise<Outcome[]> {
  process.stdout.write(`running tests (${files.length} files, ${FILES_AT_ONCE} at a time)\n`);
  const outcomes: Outcome[] = [];
  const queue = files.values();
  const worker = async () => {
    for (const file of queue) {
      if (stop.aborted) return;
      const start = performance.now();
      const outcome = await runTestFile(resolve(file), stop);
      if (stop.aborted) return;
      const seconds = ((performance.now() - start) / 1_000).toFixed(1);
      process.stdout.write(`  ${file} ... ${seconds} s${resultNote(outcome)}\n`);
      outcomes.push(withFile(file, outcome));
    }
  };
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, worker));
  return outcomes;
}

function failureNote({ failures }: Outcome): string {
  return failures.length > 0 ? ' (FAILED)' : '';
}

/** What stands behind the time of a test file. */
function resultNote({ passed, failures, skips }: Outcome): string {
  const parts = [`${passed} passed`];
  if (failures.length > 0) parts.push(`${failures.length} FAILED`);
  if (skips.length > 0) parts.push(`${skips.length} skipped`);
  return ` (${parts.join(', ')})`;
}

function withFile(file: string, outcome: Outcome): Outcome {
  return {
    passed: outcome.passed,
    failures: outcome.failures.map(({ title, detail }) => ({ title: `${file}: ${title}`, detail })),
    skips: outcome.skips.map(({ title, reason }) => ({ title: `${file}: ${title}`, reason })),
  };
}

function failed(title: string): Outcome {
  return { passed: 0, failures: [{ title, detail: '' }], skips: [] };
}

function printSummary(total: Outcome): void {
  for (const { title, reason } of total.skips) process.stdout.write(`skipped  ${title}: ${reason}\n`);
  for (const { title, detail } of total.failures) {
    process.stdout.write(`\nFAILED  ${title}\n${detail.replace(/^(?=.)/gm, '    ')}\n`);
  }
  if (total.failures.length > 0) process.stdout.write('\n');
}

process.exitCode = await main(process.argv.slice(2));
