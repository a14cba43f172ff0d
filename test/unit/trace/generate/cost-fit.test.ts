import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CALIBRATION, CLASS_RULES } from '../../../../src/trace/generate/calibration.ts';
import { fitCosts } from '../../../../src/trace/generate/cost-fit.ts';
import { CostModel, runTimeIn, scanIn } from '../../../../src/trace/generate/cost-model.ts';
import { Random } from '../../../../src/trace/generate/prng.ts';
import { spillRates } from '../../../../src/trace/generate/spill-rates.ts';

test('the fit meets every figure it is given, or comes within a fifth where the sources contradict each other', () => {
  for (const tier of Object.values(CALIBRATION)) {
    const { figures } = fitCosts(tier);
    const off = figures.filter(({ target, fitted }) => Math.abs(fitted / target - 1) > 0.03).map(({ name }) => name);
    assert.ok(off.length <= 2, off.join(', '));
    for (const { name, target, fitted } of figures) assert.ok(Math.abs(fitted / target - 1) < 0.2, name);
  }
});

test('the cells hold exactly the uncached rows', () => {
  for (const tier of Object.values(CALIBRATION)) {
    const total = fitCosts(tier).shares.reduce((sum, share) => sum + share, 0);
    assert.ok(Math.abs(total - (1 - tier.cached / 100)) < 1e-4);
  }
});

test('spilling is likelier the more is scanned, and certain for no class', () => {
  const rates = spillRates(fitCosts(CALIBRATION.provisioned));
  const normal = rates[4] ?? [];
  assert.ok((normal[5] ?? 0) < (normal[8] ?? 0));
  assert.equal(normal[0], 0);
  for (const rate of rates.flat()) assert.ok(rate >= 0 && rate <= 0.95);
});

test('a run drawn from a cell stays in its range and obeys the rule of its class', () => {
  const costs = new CostModel(CALIBRATION.provisioned);
  const random = new Random(5n);
  const seen = new Set<string>();
  for (let i = 0; i < 20_000; i++) {
    const group = (['read', 'copy', 'write', 'util'] as const)[i % 4] ?? 'read';
    const cell = costs.newCell(group, random);
    costs.record(cell);
    seen.add(cell.costClass);
    const ms = runTimeIn(cell, random.unit());
    const mb = scanIn(cell, ms, random.unit());
    assert.ok(ms <= cell.toMs && (cell.fromMs < 1 || ms > cell.fromMs), `${ms} ms of ${cell.fromMs} to ${cell.toMs}`);
    assert.ok(mb <= cell.toMb);
    const ratio = ms / (mb + 1);
    if (cell.costClass === 'network') assert.ok(ms > CLASS_RULES.networkMs);
    if (cell.costClass === 'cpu') assert.ok(mb > 0 && ms > CLASS_RULES.slowMs && ratio > CLASS_RULES.cpuMsPerMb);
    if (cell.costClass === 'io') {
      assert.ok(
        mb >= CLASS_RULES.ioMb && ms > CLASS_RULES.slowMs && ratio < CLASS_RULES.ioMsPerMb,
        `${ms} ms, ${mb} MB`,
      );
    }
  }
  assert.deepEqual([...seen].sort(), ['cpu', 'io', 'network', 'normal']);
});

test('cells keep their shares of runs although templates are repeated unevenly', () => {
  const costs = new CostModel(CALIBRATION.provisioned);
  const random = new Random(6n);
  const slow = { runs: 0 };
  const runs = 100_000;
  for (let i = 0; i < runs; ) {
    const cell = costs.newCell('read', random);
    for (let repeat = random.below(40); repeat >= 0 && costs.room(cell) >= 0; repeat--, i++) {
      costs.record(cell);
      if (cell.fromMs >= 1_000) slow.runs += 1;
    }
  }
  const fit = fitCosts(CALIBRATION.provisioned);
  const share = (slower: boolean): number =>
    fit.cells.reduce(
      (sum, cell, i) => sum + (cell.group === 'read' && (!slower || cell.fromMs >= 1_000) ? (fit.shares[i] ?? 0) : 0),
      0,
    );
  const expected = (runs * share(true)) / share(false);
  assert.ok(Math.abs(slow.runs / expected - 1) < 0.03, `${slow.runs} slow runs instead of ${expected}`);
});
