import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/**
 * Collects what must be done when something is over, and does it, the last first: a page is closed before its server,
 * the server before its folder is removed. node:test's own `after` goes the other way round and stops at an error.
 */
export class Cleanup {
  readonly #works: (() => Promise<void>)[] = [];

  after(work: () => Promise<void>): void {
    this.#works.push(work);
  }

  /** Does all of it, whatever fails, and throws what failed first. */
  async run(): Promise<void> {
    const errors: unknown[] = [];
    for (let work = this.#works.pop(); work !== undefined; work = this.#works.pop()) {
      await work().catch((error: unknown) => errors.push(error));
    }
    if (errors.length > 0) throw errors[0];
  }
}

/** What is collected is done at the end of the test, and fails it if it fails. */
export function cleanupOf(t: TestContext): Cleanup {
  const cleanup = new Cleanup();
  t.after(() => cleanup.run());
  return cleanup;
}

/** Runs `work` and tidies up behind it. */
export async function withCleanup<T>(work: (cleanup: Cleanup) => Promise<T>): Promise<T> {
  const cleanup = new Cleanup();
  try {
    return await work(cleanup);
  } finally {
    await cleanup.run();
  }
}

/** An empty folder. */
export async function folder(cleanup: Cleanup): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'spillway-browser-'));
  cleanup.after(() => rm(dir, { recursive: true, force: true, maxRetries: 3 }));
  return dir;
}
