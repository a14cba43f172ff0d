/**
 * Writes the pages of docs/ that are made from code. `node scripts/generate-docs.ts [target ...]`, all by default.
 *
 * To add a page, add a target.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { optionsPage } from '../src/config/document.ts';
import { metricsPage } from '../src/metrics/document.ts';
import { loadMetrics } from '../src/metrics/load.ts';

/** A generated page. */
export interface Target {
  /** Path from the project's folder. */
  readonly file: string;
  make(): Promise<string>;
}

export const TARGETS: Readonly<Record<string, Target>> = {
  metrics: { file: 'docs/metrics.md', make: async () => metricsPage(await loadMetrics()) },
  options: { file: 'docs/options.md', make: async () => optionsPage() },
};

async function main(names: readonly string[]): Promise<number> {
  for (const name of names.length === 0 ? Object.keys(TARGETS) : names) {
    const target = TARGETS[name];
    if (target === undefined) {
      process.stderr.write(`no page "${name}"; known: ${Object.keys(TARGETS).join(', ')}\n`);
      return 2;
    }
    await writeFile(fileURLToPath(new URL(`../${target.file}`, import.meta.url)), await target.make());
    process.stdout.write(`${target.file}\n`);
  }
  return 0;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
