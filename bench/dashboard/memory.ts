import { systemClock } from '../../src/time/clock.ts';
import type { Page } from '../../test/support/browser/page.ts';
import type { Figure } from '../case.ts';
import { slope } from './freshness.ts';

const BYTES_PER_MB = 1_000_000;
const MS_PER_HOUR = 3_600_000;

interface Look {
  readonly atMs: number;
  readonly heapBytes: number;
  readonly nodes: number;
}

type Devtools = Awaited<ReturnType<ReturnType<Page['context']>['newCDPSession']>>;

/** What a page's JavaScript holds after everything that nobody needs has been collected. */
export class MemoryWatch {
  readonly #devtools: Devtools;
  readonly #looks: Look[] = [];

  private constructor(devtools: Devtools) {
    this.#devtools = devtools;
  }

  static async start(page: Page): Promise<MemoryWatch> {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Performance.enable');
    const watch = new MemoryWatch(devtools);
    await watch.look();
    return watch;
  }

  async look(): Promise<void> {
    await this.#devtools.send('HeapProfiler.collectGarbage');
    const { metrics } = await this.#devtools.send('Performance.getMetrics');
    const value = (of: string): number => metrics.find(({ name }) => name === of)?.value ?? Number.NaN;
    this.#looks.push({ atMs: systemClock.now(), heapBytes: value('JSHeapUsedSize'), nodes: value('Nodes') });
  }

  figures(): Figure[] {
    const mb = this.#looks.map(({ heapBytes }) => heapBytes / BYTES_PER_MB);
    const hours = this.#looks.map(({ atMs }) => atMs / MS_PER_HOUR);
    const nodes = this.#looks.map((look) => look.nodes);
    const points = (values: readonly number[]): [number, number][] => values.map((y, n) => [hours[n] ?? 0, y]);
    return [
      { name: 'page, memory at first', unit: 'MB', value: mb[0] ?? Number.NaN },
      { name: 'page, memory at the end', unit: 'MB', value: mb.at(-1) ?? Number.NaN },
      { name: 'page, growth of memory', unit: 'MB/h', value: slope(points(mb)) },
      { name: 'page, elements at the end', unit: 'nodes', value: nodes.at(-1) ?? Number.NaN },
      { name: 'page, growth of elements', unit: 'nodes/h', value: slope(points(nodes)) },
    ];
  }
}
