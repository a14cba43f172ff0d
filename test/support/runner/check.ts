import { runChild } from '../../../bin/child.js';
import type { Outcome } from './outcome.ts';

/** A command that checks the sources as a whole and counts as one test. */
export interface Check {
  readonly title: string;
  /** The script of an npm package of test/, to be run by this Node, and its arguments. */
  readonly args: readonly string[];
}

const packages = 'test/node_modules';

export const CHECKS: readonly Check[] = [
  {
    title: 'checking style (biome)',
    args: [
      `${packages}/@biomejs/biome/bin/biome`,
      'check',
      '--error-on-warnings',
      '--max-diagnostics=100',
      '--colors=off',
    ],
  },
  { title: 'checking types (tsc)', args: [`${packages}/typescript/bin/tsc`, '--project', '.', '--pretty', 'false'] },
  {
    title: 'checking types of the dashboard (tsc)',
    args: [`${packages}/typescript/bin/tsc`, '--project', 'web', '--pretty', 'false'],
  },
];

/** Runs a check in the current folder. */
export async function runCheck(check: Check): Promise<Outcome> {
  const { code, output } = await runChild(process.execPath, [...check.args], { capture: true });
  if (code === 0) return { passed: 1, failures: [], skips: [] };
  return { passed: 0, failures: [{ title: check.title, detail: output.trim() }], skips: [] };
}
