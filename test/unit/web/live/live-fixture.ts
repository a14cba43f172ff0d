import type { LiveMessage } from '../../../../web/src/live/reducer.ts';

type Data<E extends LiveMessage['event']> = Extract<LiveMessage, { event: E }>['data'];

const HOUR_MS = 3_600_000;
const START_MS = Date.parse('2024-03-01T00:00:00Z');

/** Hour `n` of the made-up run, as the server writes it. */
export function hour(n: number): string {
  return new Date(START_MS + n * HOUR_MS).toISOString().replace('.000Z', 'Z');
}

export function run(name: string, more: Partial<Data<'run'>> = {}): LiveMessage {
  const range = { from: hour(0), to: hour(96) };
  const data = { run: name, ...range, trace: range, latenessMs: 600_000, keep: 'all' as const, faults: 'none' };
  return { event: 'run', data: { ...data, controllable: true, jumpable: true, ...more } };
}

export function hourLine(n: number, state: 'open' | 'final' = 'final', counted = n): Data<'hours'>['hours'][number] {
  const counts = { counted, late: 0, rejected: 0, duplicate: 0 };
  const closed = state === 'final' ? 1 : 0;
  return { hour: hour(n), state, revision: closed, watermark: null, finalized_at: null, ...counts };
}

export function hours(lines: Data<'hours'>['hours'], reset = false): LiveMessage {
  return { event: 'hours', data: { reset, hours: lines } };
}

export type Row = Data<'panels'>['panels'][string]['rows'][number];

/** Rows of a panel by hour; `whole` where no hours are given. */
export function panel(rows: Row[], of?: readonly number[]): Data<'panels'>['panels'][string] {
  return {
    columns: ['hour', 'series', 'value'],
    rows,
    whole: of === undefined,
    hours: (of ?? []).map(hour),
    over: { from: hour(0), to: hour(24) },
    where: {},
    choices: {},
    ignored: [],
    shown: null,
    caption: {},
    problem: null,
  };
}

export function kpi(rows: Row[], of?: readonly number[]): Data<'panels'>['kpis'][string] {
  const base = { columns: ['hour', 'value', 'n'], rows, ignored: [] };
  return { ...base, whole: of === undefined, hours: (of ?? []).map(hour) };
}

/** A message about the window of hours [from, to). */
export function panels(
  [from, to]: readonly [number, number],
  more: Partial<Omit<Data<'panels'>, 'window'>> = {},
): LiveMessage {
  const window = { from: hour(from), to: hour(to) };
  return { event: 'panels', data: { reset: false, hour: hour(to - 1), panels: {}, kpis: {}, ...more, window } };
}

export const PROBLEM: LiveMessage = {
  event: 'problem',
  data: { code: 'INTERNAL', detail: 'the store cannot be read', hint: null },
};
