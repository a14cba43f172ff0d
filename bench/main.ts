/**
 * Measures how fast and how lean Spillway is: `npm run bench -- --case embedded`. Prints median and spread of several
 * runs, each in a process of its own, with the machine and the command that measures the same again.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { settingsSchema } from '../src/config/schema.ts';
import { SpillwayError } from '../src/errors.ts';
import { systemClock } from '../src/time/clock.ts';
import type { BenchCase, BenchOptions } from './case.ts';
import { CASES } from './cases/cases.ts';
import { thisMachine } from './machine.ts';
import { measureCase } from './measure.ts';
import type { Result } from './report.ts';
import { asPage, asText, machineLine, resultOf } from './report.ts';
import { benchTrace } from './trace.ts';

const PAGES = join(import.meta.dirname, '..', 'docs', 'benchmarks');

const DEFAULT_MEMORY_MB = settingsSchema.shape.memoryMb.parse(undefined);

/** Measurements of a case that says nothing else. */
const RUNS = 5;

const HELP = `npm run bench -- [options]

  --case NAME            measure this case only; may be given again: ${CASES.map(({ name }) => name).join(', ')} (all)
  --events N             events of the trace (2000000)
  --events-per-hour N    events in an hour of the trace (174000)
  --minutes N            minutes for which a case plays that goes by the clock (10)
  --runs N               measurements that count (5; of one that goes by the clock 1)
  --warm-ups N           measurements before them that do not (1; none)
  --memory MB            what the database may use (${DEFAULT_MEMORY_MB}, as of spillway run)
  --json                 print JSON
  --write                write a page for each case to docs/benchmarks
`;

const FLAGS = {
  case: { type: 'string', multiple: true },
  events: { type: 'string', default: '2000000' },
  'events-per-hour': { type: 'string', default: '174000' },
  minutes: { type: 'string', default: '10' },
  runs: { type: 'string' },
  'warm-ups': { type: 'string' },
  memory: { type: 'string', default: String(DEFAULT_MEMORY_MB) },
  json: { type: 'boolean', default: false },
  write: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

type Flags = ReturnType<typeof readFlags>;

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS }).values;
  } catch (cause) {
    throw new SpillwayError('USAGE', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function whole(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new SpillwayError('USAGE', `--${name}: expected a whole number from ${least}, found ${text}`);
}

function casesOf(names: readonly string[] | undefined): readonly BenchCase[] {
  return (names ?? CASES.map(({ name }) => name)).map((name) => {
    const found = CASES.find((candidate) => candidate.name === name);
    if (found !== undefined) return found;
    throw new SpillwayError(
      'USAGE',
      `--case: there is no ${name}; there is ${CASES.map((known) => known.name).join(', ')}`,
    );
  });
}

async function measureAll(flags: Flags, args: readonly string[]): Promise<void> {
  const options: BenchOptions = {
    events: whole('events', flags.events, 1),
    eventsPerHour: whole('events-per-hour', flags['events-per-hour'], 1),
    memoryMb: whole('memory', flags.memory, 100),
    minutes: whole('minutes', flags.minutes, 1),
  };
  const say = (what: string): boolean => process.stderr.write(`${what}\n`);
  const machine = thisMachine();
  const results: Result[] = [];
  if (!flags.json) process.stdout.write(`${machineLine(machine)}\n\n`);
  for (const bench of casesOf(flags.case)) {
    const runs = whole('runs', flags.runs ?? String(bench.runs ?? RUNS), 1);
    const warmUps = whole('warm-ups', flags['warm-ups'] ?? (bench.runs === undefined ? '1' : '0'), 0);
    const trace = bench.needsTrace ? await benchTrace(options.events, options.eventsPerHour, say) : undefined;
    const figures = await measureCase(bench, options, { runs, warmUps, trace }, say);
    const date = new Date(systemClock.now()).toISOString().slice(0, 10);
    const command = ['npm run bench --', '--case', bench.name, ...sizesIn(args)].join(' ');
    const result = resultOf(bench, options, { command, date, runs, warmUps, machine, figures });
    results.push(result);
    if (!flags.json) process.stdout.write(`${asText(result)}\n`);
    if (flags.write) await writePage(result);
  }
  if (flags.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
}

/** What decides over the figures, of the arguments given. */
function sizesIn(args: readonly string[]): string[] {
  const { tokens } = parseArgs({ args: [...args], options: FLAGS, tokens: true });
  return tokens.flatMap((token) =>
    token.kind === 'option' && token.value !== undefined && token.name !== 'case' ? [token.rawName, token.value] : [],
  );
}

async function writePage(result: Result): Promise<void> {
  await mkdir(PAGES, { recursive: true });
  await writeFile(join(PAGES, `${result.case}.md`), asPage(result));
}

async function main(args: readonly string[]): Promise<number> {
  try {
    const flags = readFlags(args);
    if (flags.help) process.stdout.write(HELP);
    else await measureAll(flags, args);
    return 0;
  } catch (error) {
    if (!(error instanceof SpillwayError)) throw error;
    process.stderr.write(`error: ${error.message}\n${HELP}`);
    return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
