import type { Style } from './style.ts';
import { fit, padLeft, padRight, width } from './text.ts';

export interface TableColumn {
  readonly name: string;
  readonly align: 'left' | 'right';
}

const GAP = '  ';
/** Below this a text column is not cut, however narrow the terminal is. */
const NARROWEST = 12;

/**
 * Rows as aligned text under a rule, ending in a line end. Cells may hold colours; what comes from data must have been
 * made `printable` before. Where `columns` is given, the widest text columns are cut so that a line fits.
 */
export function table(
  head: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  style: Style,
  columns?: number,
): string {
  const names = head.map(({ name }) => name);
  const natural = names.map((name, i) => rows.reduce((max, row) => Math.max(max, width(row[i] ?? '')), width(name)));
  const widths = columns === undefined ? natural : shrink(natural, head, columns);
  const line = (row: readonly string[]): string =>
    head
      .map(({ align }, i) => {
        const [cell, size] = [row[i] ?? '', widths[i] ?? 0];
        const cut = width(cell) > size ? fit(cell, size) : cell;
        return align === 'right' ? padLeft(cut, size) : padRight(cut, size);
      })
      .join(GAP)
      .trimEnd();
  const rule = widths.map((size) => '─'.repeat(size)).join(GAP);
  return `${[style.bold(line(names)), style.dim(rule), ...rows.map(line)].join('\n')}\n`;
}

function shrink(natural: readonly number[], head: readonly TableColumn[], columns: number): number[] {
  const widths = [...natural];
  let over = widths.reduce((sum, size) => sum + size, GAP.length * (widths.length - 1)) - columns;
  while (over > 0) {
    const widest = widths.reduce((best, size, i) => {
      return head[i]?.align === 'left' && size > NARROWEST && (best < 0 || size > (widths[best] ?? 0)) ? i : best;
    }, -1);
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    over--;
  }
  return widths;
}
