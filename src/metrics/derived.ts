import { checkColumnName } from './columns.ts';
import type { Expression } from './expression.ts';
import { compileExpression } from './expression.ts';
import { fault } from './fault.ts';
import type { MetricFile } from './head.ts';
import type { DerivedValue, KeyColumn } from './metric.ts';
import { ExpressionFault } from './token.ts';

/** Checks names and expressions of the derived values. Throws MetricFault. */
export function checkDerived(
  { head, headLine }: MetricFile,
  keys: readonly KeyColumn[],
  reserved: ReadonlySet<string>,
): readonly DerivedValue[] {
  const measures = Object.keys(head.measures);
  const above = new Map<string, Expression>();
  const scope = { keys, measures, above, derived: Object.keys(head.derived ?? {}) };
  return Object.entries(head.derived ?? {}).map(([name, { expr, unit, note }]) => {
    const line = headLine(['derived', name]);
    checkColumnName(name, line, `derived value "${name}"`, reserved);
    if (measures.includes(name)) fault(line, `"${name}" is both a measure and a derived value`);
    if (keys.some((key) => key.name === name)) fault(line, `"${name}" is both a key and a derived value`);
    try {
      above.set(name, compileExpression(expr, scope));
    } catch (error) {
      if (!(error instanceof ExpressionFault)) throw error;
      fault(
        headLine(['derived', name, 'expr']),
        `derived value "${name}", character ${error.position} of "${expr}": ${error.message}`,
      );
    }
    return { name, expr, unit, note };
  });
}
