import {
  type ColumnDef,
  createPaginatedRowModel,
  createSortedRowModel,
  rowPaginationFeature,
  rowSortingFeature,
  type SortDirection,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useMemo } from 'react';
import type { Cell } from '../../../src/api/live/messages.ts';
import { formatCount } from '../format/numbers.ts';
import type { Rows } from '../live/live-state.ts';
import { TextButton } from '../states/text-button.tsx';
import { compareCells } from './compare.ts';
import classes from './rows-table.module.css';
import { headOf, type TableColumn } from './table-columns.ts';

export interface RowsTableProps {
  readonly rows: Rows;
  /** In the order of `rows.columns`. */
  readonly columns: readonly TableColumn[];
  /** What the table is of, for a screen reader. */
  readonly caption: string;
}

type Line = readonly Cell[];

const PAGE_ROWS = 200;

const features = tableFeatures({
  rowPaginationFeature,
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  paginatedRowModel: createPaginatedRowModel(),
});

/** Rows as they are: sorted by any column, 200 at a time, heads in sight. The sorting stays while the numbers change. */
export function RowsTable({ rows, columns, caption }: RowsTableProps) {
  const defs = useMemo(() => columns.map(definition), [columns]);
  const table = useTable({
    ...{ features, columns: defs, data: rows.rows, autoResetPageIndex: false, enableMultiSort: false },
    initialState: { pagination: { pageIndex: 0, pageSize: PAGE_ROWS } },
  });
  const { pageIndex } = table.state.pagination;
  const pages = table.getPageCount();
  const shown = table.getRowModel().rows;
  return (
    <div className={classes.frame}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={classes.scroller} aria-label={caption} tabIndex={0} data-own-arrows="">
        <table className={classes.table}>
          <caption>{caption}</caption>
          <thead>
            <tr>
              {table.getFlatHeaders().map(({ column }, i) => (
                <Head
                  key={column.id}
                  of={columns[i]}
                  sorted={column.getIsSorted()}
                  onSort={() => column.toggleSorting(undefined, false)}
                />
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={row.id}>
                {columns.map((column, i) => (
                  <td key={column.name} data-numeric={column.numeric}>
                    {column.write(row.original[i])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {pages > 1 && (
        <nav className={classes.pages} aria-label={`Pages of ${caption}`}>
          <TextButton disabled={pageIndex === 0} onClick={() => table.previousPage()}>
            Previous
          </TextButton>
          <span aria-live="polite">{pageWords(pageIndex, shown.length, rows.rows.length)}</span>
          <TextButton disabled={pageIndex >= pages - 1} onClick={() => table.nextPage()}>
            Next
          </TextButton>
        </nav>
      )}
    </div>
  );
}

interface HeadProps {
  readonly of: TableColumn | undefined;
  readonly sorted: false | SortDirection;
  readonly onSort: () => void;
}

const DIRECTIONS = { asc: 'ascending', desc: 'descending' } as const;

function Head({ of, sorted, onSort }: HeadProps) {
  if (of === undefined) return null;
  const { label, unit } = headOf(of);
  return (
    <th scope="col" aria-sort={sorted === false ? 'none' : DIRECTIONS[sorted]} data-numeric={of.numeric}>
      <button type="button" onClick={onSort} title={of.note}>
        <span>
          {label}
          {unit !== undefined && <small> {unit}</small>}
        </span>
        <span aria-hidden="true" className={classes.arrow}>
          {sorted === false ? '' : sorted === 'asc' ? '▲' : '▼'}
        </span>
      </button>
    </th>
  );
}

function definition({ name, numeric }: TableColumn, i: number): ColumnDef<typeof features, Line> {
  return {
    id: name,
    // What is missing comes last, whichever way the rest is sorted.
    accessorFn: (row: Line) => row[i] ?? undefined,
    sortUndefined: 'last',
    sortDescFirst: numeric,
    sortFn: (a, b) => compareCells(a.original[i], b.original[i], numeric),
  };
}

function pageWords(page: number, shown: number, all: number): string {
  const first = page * PAGE_ROWS;
  return `rows ${formatCount(first + 1)} to ${formatCount(first + shown)} of ${formatCount(all)}`;
}
