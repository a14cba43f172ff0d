import type { BenchCase } from '../case.ts';
import { closing } from './closing.ts';
import { dashboard } from './dashboard.ts';
import { dashboardFilters } from './dashboard-filters.ts';
import { embedded } from './embedded.ts';
import { generate } from './generate.ts';
import { panels } from './panels.ts';
import { rollupRows } from './rollup-rows.ts';
import { traceOpen } from './trace-open.ts';

/** Every benchmark, in the order in which they run. */
export const CASES: readonly BenchCase[] = [
  embedded,
  closing,
  rollupRows,
  generate,
  traceOpen,
  panels,
  dashboard,
  dashboardFilters,
];
