import type { BenchCase, BenchOptions } from './case.ts';
import type { Machine } from './machine.ts';
import type { Spread } from './spread.ts';

/** A case's outcome with all that is needed to measure it again. */
export interface Result {
  readonly case: string;
  readonly question: string;
  readonly command: string;
  readonly date: string;
  readonly runs: number;
  readonly warmUps: number;
  readonly sizes: string;
  readonly machine: Machine;
  readonly figures: readonly Spread[];
}

export function resultOf(
  bench: BenchCase,
  options: BenchOptions,
  rest: Omit<Result, 'case' | 'question' | 'sizes'>,
): Result {
  const { name, question, sizes = traceSizes } = bench;
  return { case: name, question, sizes: `${sizes(options)}, ${options.memoryMb} MB for the database`, ...rest };
}

function traceSizes({ events, eventsPerHour }: BenchOptions): string {
  return `${shown(events)} events, ${shown(eventsPerHour)} an hour`;
}

/** A figure with three digits that count, or whole if it is large. */
export function shown(value: number): string {
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en-US');
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3 });
}

/** For a terminal. */
export function asText(result: Result): string {
  const width = Math.max(...result.figures.map(({ name }) => name.length));
  const lines = result.figures.map(
    ({ name, unit, median, min, max }) =>
      `  ${name.padEnd(width)}  ${shown(median).padStart(10)} ${unit.padEnd(8)}  (${shown(min)} .. ${shown(max)})`,
  );
  return [`${result.case}: ${result.question}`, ...lines, ''].join('\n');
}

/** What stands above the results in a terminal. */
export function machineLine({ cpu, cores, memoryGb, system, node, duckdb }: Machine): string {
  return `${cpu}, ${cores} cores, ${memoryGb} GB, ${system}, Node ${node}, DuckDB ${duckdb}`;
}

/** A page of docs/benchmarks. */
export function asPage(result: Result): string {
  const { command, date, runs, warmUps, sizes, machine, figures } = result;
  const times = runs === 1 ? 'once' : `${runs} times`;
  const after = warmUps === 0 ? '' : ' after a warm-up';
  const rows = figures.map(
    ({ name, unit, median, min, max }) => `| ${name} | ${shown(median)} | ${shown(min)} | ${shown(max)} | ${unit} |`,
  );
  return `# ${result.case}

${result.question}

| figure | median | least | most | unit |
|---|---:|---:|---:|---|
${rows.join('\n')}

Measured ${date}, ${times}${after}, each in a new process: ${machineLine(machine)};
${sizes}.

    ${command}
`;
}
