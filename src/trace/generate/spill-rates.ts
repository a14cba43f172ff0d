import { CLASS_FIGURES, COST_CLASSES } from './calibration.ts';
import type { CostFit } from './cost-fit.ts';
import { spillGuess } from './cost-fit.ts';
import { SCAN_EDGES } from './cost-grid.ts';

const SWEEPS = 60;
const BELOW_PUBLISHED = 0.0015; // [ours] where the publications say nothing: cpu-bound queries spill on small scans too

/**
 * The chance to spill of each class at each scan size, such that both the published shares by scan size and the
 * published shares by class come out: iterative proportional fitting again. Scan sizes without a published share take
 * what the classes leave over.
 */
export function spillRates(fit: CostFit): number[][] {
  const rows = COST_CLASSES.map(() => SCAN_EDGES.slice(1).map(() => 0));
  fit.cells.forEach((cell, i) => {
    const row = rows[COST_CLASSES.indexOf(cell.costClass)];
    const bin = scanBin(cell.fromMb);
    if (row !== undefined) row[bin] = (row[bin] ?? 0) + (fit.shares[i] ?? 0);
  });
  const rates = rows.map((row) => row.map((_, bin) => (bin === 0 ? 0 : Math.max(BELOW_PUBLISHED, guessOf(bin)))));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    matchScanSizes(rates, rows, 1);
    matchClasses(rates, rows);
  }
  // The two cannot both be met: classes now have theirs, and scan sizes fall short. Meet half way.
  matchScanSizes(rates, rows, 0.5);
  return rates.map((row) => row.map((rate) => Math.min(0.95, rate)));
}

/** The range of SCAN_EDGES that a scan size lies in; 0 for queries that scan nothing. */
export function scanBin(scannedMb: number): number {
  let bin = 0;
  while (bin + 2 < SCAN_EDGES.length && scannedMb >= (SCAN_EDGES[bin + 1] ?? 0)) bin++;
  return bin;
}

function guessOf(bin: number): number {
  return spillGuess(SCAN_EDGES[bin] ?? 0);
}

function matchScanSizes(rates: number[][], rows: readonly number[][], power: 0.5 | 1): void {
  for (let bin = 1; bin + 1 < SCAN_EDGES.length; bin++) {
    const published = guessOf(bin);
    if (published === 0) continue;
    const factor = published / average(rates, rows, bin);
    for (const row of rates) row[bin] = (row[bin] ?? 0) * (power === 1 ? factor : Math.sqrt(factor));
  }
}

/** The share of a range's queries that spill, over all classes. */
function average(rates: readonly number[][], rows: readonly number[][], bin: number): number {
  const spilled = rates.reduce((sum, row, c) => sum + (row[bin] ?? 0) * (rows[c]?.[bin] ?? 0), 0);
  return spilled / rows.reduce((sum, row) => sum + (row[bin] ?? 0), 0);
}

function matchClasses(rates: number[][], rows: readonly number[][]): void {
  rates.forEach((row, c) => {
    const costClass = COST_CLASSES[c];
    const own = rows[c];
    if (costClass === undefined || own === undefined) return;
    const spilled = row.reduce((sum, rate, bin) => sum + rate * (own[bin] ?? 0), 0);
    const all = own.reduce((sum, share) => sum + share, 0);
    const factor = ((CLASS_FIGURES[costClass].spilled / 100) * all) / spilled;
    row.forEach((rate, bin) => {
      row[bin] = rate * factor;
    });
  });
}
