import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A value of an event as a case writes it; integers beyond 2^53 are text. */
export type EventValue = string | number | boolean | null;
export type CaseEvent = Readonly<Record<string, EventValue>>;

/** Options of a run that a case may set. Times are ISO-8601. */
export interface CaseOptions {
  readonly partitions?: number;
  readonly latenessMs?: number;
  readonly instances?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  /** As on the command line: `5,provisioned-1=10`. */
  readonly slots?: string;
  readonly weights?: string;
}

/** The rows that a public table, or what derives from a metric, must have. */
export interface Expectation {
  readonly file: string;
  readonly table: string;
  /** Keys to group by; undefined for the rows of the table itself. */
  readonly groupBy: readonly string[] | undefined;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface GoldenCase {
  readonly name: string;
  readonly events: readonly CaseEvent[];
  readonly options: CaseOptions;
  readonly expected: readonly Expectation[];
}

interface EventsSpec {
  readonly defaults: CaseEvent;
  readonly kinds?: Readonly<Record<string, CaseEvent>>;
  readonly events: readonly CaseEvent[];
}

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/** Every case of this folder. */
export async function readCases(): Promise<readonly GoldenCase[]> {
  const entries = await readdir(FOLDER, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return await Promise.all(names.sort().map(readCase));
}

async function readCase(name: string): Promise<GoldenCase> {
  const folder = join(FOLDER, name);
  const files = await readdir(join(folder, 'expected'));
  const spec: EventsSpec = JSON.parse(await readFile(join(folder, 'events.json'), 'utf8'));
  const hasOptions = (await readdir(folder)).includes('options.json');
  return {
    name,
    events: spec.events.map((event) => eventOf(spec, event)),
    options: hasOptions ? JSON.parse(await readFile(join(folder, 'options.json'), 'utf8')) : {},
    expected: await Promise.all(files.sort().map((file) => readExpectation(join(folder, 'expected'), file))),
  };
}

function eventOf(spec: EventsSpec, { kind, ...event }: CaseEvent): CaseEvent {
  if (kind === undefined) return { ...spec.defaults, ...event };
  const ofKind = spec.kinds?.[String(kind)];
  if (ofKind === undefined) throw new Error(`no kind "${String(kind)}"`);
  return { ...spec.defaults, ...ofKind, ...event };
}

async function readExpectation(folder: string, file: string): Promise<Expectation> {
  const lines = (await readFile(join(folder, file), 'utf8')).trimEnd().split('\n');
  const [columns = [], ...rows] = lines.map((line) => line.split(','));
  const odd = rows.find((row) => row.length !== columns.length);
  if (odd !== undefined) throw new Error(`${file}: "${odd.join(',')}" has not the columns of the header`);
  const [table = '', keys] = file.replace(/\.csv$/, '').split('@');
  const groupBy = keys === undefined ? undefined : keys === 'all' ? [] : keys.split('+');
  return { file, table, groupBy, columns, rows };
}
