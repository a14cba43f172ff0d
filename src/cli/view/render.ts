import type { RunStatus, Speed } from '../../model/status.ts';
import type { EventTime } from '../../model/time.ts';
import { isoTime, MICROS_PER_HOUR } from '../../model/time.ts';
import type { HourFigures } from '../figures.ts';
import { hourCounts } from '../hour-counts.ts';
import type { Style } from '../style.ts';
import { bytes, clip, compact, count, padLeft, padRight, plural, span, width } from '../text.ts';
import { gapBefore, hourColumns, weekday } from './columns.ts';

/** Everything the view shows. */
export interface ViewModel {
  readonly status: RunStatus;
  /** Oldest first. */
  readonly hours: readonly HourFigures[];
  /** What people open, never cut: a part of it is no address. Undefined once nobody answers there. */
  readonly address: string | undefined;
  /** Of the hot store on disk. */
  readonly storeBytes: number | undefined;
  /** What of the run is not the trace's own; undefined if all of it is. */
  readonly injected: string | undefined;
  /** History is played at full speed before the film runs at its own. */
  readonly filling: boolean;
  /** Something to say, until there is something else. */
  readonly notice: string | undefined;
  /** Which keys do something. */
  readonly keys: boolean;
}

export interface ViewSize {
  readonly columns: number;
  readonly rows: number;
}

/** Fewer hours than this are no table: then everything else moves closer together. */
const FEWEST_HOURS = 4;

/** The whole view as lines, no more and no wider than the terminal. Pure: the same model gives the same lines. */
export function renderView(model: ViewModel, size: ViewSize, style: Style): string[] {
  const airy = layout(model, size, style, [
    [title(model, size, style), '', ...film(model, size, style), '', ...figures(model, size, style), ''],
    ['', legend(model, size, style), ...addressLine(model, size, style), bottom(model, size, style)],
  ]);
  const lines =
    airy ??
    layout(model, size, style, [
      [title(model, size, style), ...film(model, size, style), ...figures(model, size, style)],
      [...addressLine(model, size, style), bottom(model, size, style)],
    ]);
  // Too low even for that: the hours and the keys stay longest.
  const kept = lines ?? [...table(model, FEWEST_HOURS, size, style), bottom(model, size, style)];
  return kept.slice(Math.max(0, kept.length - size.rows)).map((line) => clip(line, size.columns).trimEnd());
}

/** Head, hours and foot, filling the terminal; undefined if there is no room for the hours. */
function layout(
  model: ViewModel,
  size: ViewSize,
  style: Style,
  [head, foot]: readonly [readonly string[], readonly string[]],
): string[] | undefined {
  const room = size.rows - head.length - foot.length - TABLE_HEAD_LINES;
  if (room < FEWEST_HOURS) return undefined;
  const hours = table(model, room, size, style);
  const filler = Array.from({ length: room + TABLE_HEAD_LINES - hours.length }, () => '');
  return [...head, ...hours, ...filler, ...foot];
}

const TABLE_HEAD_LINES = 2;

/** The newest hours under their heads, newest first. */
function table({ hours }: ViewModel, most: number, size: ViewSize, style: Style): string[] {
  const shown = hours.slice(-most).reverse();
  return [...tableHead(size, style), ...shown.map((hour) => hourLine(hour, size, style))];
}

function title({ status, filling }: ViewModel, size: ViewSize, style: Style): string {
  const name = ` ${style.bold('Spillway')}  ${style.dim('run')} ${status.run}`;
  return spread(name, `${stateText(status, filling, style)} `, size.columns);
}

function stateText({ replay, processor }: RunStatus, filling: boolean, style: Style): string {
  if (processor.state === 'failed') return style.red('✗ failed');
  if (processor.state === 'done') return style.green('■ done, every hour is final');
  if (replay.state === 'ended') return style.green('■ end of the trace');
  if (replay.state === 'paused') return style.yellow('‖ paused');
  if (replay.state === 'stopped') return style.yellow('■ stopped');
  if (replay.state === 'starting') return style.dim('starting');
  const reached = replay.speedReached > 0 ? style.dim(`, reached ${speedText(round(replay.speedReached))}`) : '';
  if (filling) return `${style.cyan('▶▶ filling history')}${reached}`;
  return `${style.cyan(`▶ playing at ${speedText(replay.speed)}`)}${reached}`;
}

/** `60x`, `full speed`. */
export function speedText(speed: Speed): string {
  if (speed === 'max') return 'full speed';
  return `${Number.isInteger(speed) ? count(speed) : speed}x`;
}

function round(speed: number): number {
  return speed >= 100 ? Math.round(speed) : Number(speed.toPrecision(3));
}

/** The clock, how far the film is, and how long it still takes; below that the same as a bar. */
function film({ status, filling }: ViewModel, size: ViewSize, style: Style): string[] {
  const { at, from, to, remainingMs, state } = status.replay;
  const iso = isoTime(at).slice(0, 19);
  const clock = ` ${style.dim(weekday(`${iso}Z`))} ${style.bold(iso.replace('T', ' '))} ${style.dim('UTC')}`;
  const share = to > from ? Math.min(1, Math.max(0, (at - from) / (to - from))) : 1;
  // At full speed the time to the end says nothing about the film that follows at its own speed.
  const known = !filling && state !== 'ended' && remainingMs !== undefined && remainingMs > 0;
  const left = known ? `${style.dim(`${span(remainingMs)} left`)}   ` : '';
  const done = `${(100 * share).toFixed(1)} %`;
  const whole = `${done} ${style.dim(`of ${plural(Math.round((to - from) / MICROS_PER_HOUR), 'hour')}`)}`;
  const ends = [`${left}${whole} `, `${whole} `, `${done} `];
  const end = ends.find((text) => width(clock) + 2 + width(text) <= size.columns) ?? '';
  return [spread(clock, end, size.columns), ` ${bar(share, Math.max(0, size.columns - 2), style)}`];
}

function bar(share: number, columns: number, style: Style): string {
  const done = Math.round(share * columns);
  return style.cyan('━'.repeat(done)) + style.dim('─'.repeat(columns - done));
}

/** Twelve figures in three lines; a narrow terminal shows those of the first groups. */
function figures({ status, storeBytes, injected }: ViewModel, size: ViewSize, style: Style): string[] {
  const { replay, processor } = status;
  const { at, to } = replay;
  const hours = hourCounts({ at, to, notFinal: processor.openHours, final: processor.finalHours });
  const warn = (value: number): string => (value === 0 ? '0' : style.yellow(short(value)));
  const groups: readonly (readonly (readonly [string, string])[])[] = [
    [
      ['events/s', short(processor.eventsPerSecond)],
      ['counted', short(processor.counted)],
      ['store', storeBytes === undefined ? '-' : bytes(storeBytes)],
    ],
    [
      ['watermark', timeOfDay(processor.watermark)],
      ['lag', short(processor.lag)],
      ['drift', drift(replay.driftMs)],
    ],
    [
      ['final hours', count(hours.final)],
      ['open hours', count(hours.open)],
      ['to come', count(hours.toCome)],
    ],
    [
      ['rejected', warn(processor.rejected)],
      ['late', warn(processor.late)],
      ['duplicate', warn(processor.duplicate)],
    ],
  ];
  const gap = size.columns >= 100 ? 5 : 2;
  const fitting = Math.max(1, Math.min(groups.length, Math.floor((size.columns - 2 + gap) / (NARROWEST_CELL + gap))));
  const cell = Math.min(26, Math.floor((size.columns - 2 - (fitting - 1) * gap) / fitting));
  const lines = [0, 1, 2].map((row) => {
    const cells = groups.slice(0, fitting).map((group) => group[row] ?? ['', '']);
    return ` ${cells.map(([label = '', value = '']) => style.dim(label) + padLeft(value, cell - width(label))).join(' '.repeat(gap))}`;
  });
  return [...lines, ...(injected === undefined ? [] : [` ${style.yellow(injected)}`]), ...alarms(status, style)];
}

/** `watermark` and a time, with a space between. */
const NARROWEST_CELL = 18;

/** What must not happen; silent as long as it does not. */
function alarms({ processor }: RunStatus, style: Style): string[] {
  const { gaps, failedMetrics } = processor;
  return [
    ...(gaps > 0 ? [` ${style.red(`${plural(gaps, 'record')} lost on the way`)}`] : []),
    ...Object.entries(failedMetrics).map(([name, why]) => ` ${style.red(`metric ${name} failed: ${why}`)}`),
  ];
}

function short(value: number): string {
  const whole = count(value);
  return whole.length <= 9 ? whole : compact(value);
}

function timeOfDay(t: EventTime | undefined): string {
  return t === undefined ? '-' : isoTime(t).slice(8, 16).replace('T', ' ');
}

function drift(millis: number): string {
  if (Math.abs(millis) < 50) return '0 s';
  return Math.abs(millis) < 60_000
    ? `${(millis / 1000).toFixed(1)} s`
    : `${millis < 0 ? '-' : ''}${span(Math.abs(millis))}`;
}

function tableHead(size: ViewSize, style: Style): string[] {
  const columns = hourColumns(size.columns);
  const line = (which: 0 | 1): string =>
    columns
      .map((column, i) => {
        const text = column.head[which];
        return (
          gapBefore(column, i) + (column.align === 'right' ? padLeft(text, column.width) : padRight(text, column.width))
        );
      })
      .join('');
  return [style.bold(line(0)), style.dim(line(1))];
}

function hourLine(hour: HourFigures, size: ViewSize, style: Style): string {
  // Figures of an open hour are provisional: they are there, but they do not shout.
  const tone = hour.state === 'final' ? (text: string): string => text : style.dim;
  return hourColumns(size.columns)
    .map((column, i) => {
      const text = column.cell(hour, style);
      const padded = column.align === 'right' ? padLeft(text, column.width) : padRight(text, column.width);
      return gapBefore(column, i) + (text.includes('\u001b') ? padded : tone(padded));
    })
    .join('');
}

function legend({ hours }: ViewModel, size: ViewSize, style: Style): string {
  const marks = [
    `${style.green('✓')} ${style.dim('final, balanced')}`,
    ...(hours.some(({ amended }) => amended > 0) ? [`${style.green('+')} ${style.dim('amended')}`] : []),
    `${style.yellow('○')} ${style.dim('open, provisional')}`,
  ];
  const left = ` ${marks.join('   ')}`;
  const rates = style.dim('spill of all queries, hits of reads');
  const line = spread(left, `${rates} `, size.columns);
  return width(line) <= size.columns ? line : left;
}

/** The address alone on its line, so that it can be marked and copied; without its fragment where that does not fit. */
function addressLine({ address }: ViewModel, size: ViewSize, style: Style): string[] {
  if (address === undefined) return [];
  const [plain = address] = address.split('/#');
  const fitting = [address, plain].find((text) => 1 + width(text) <= size.columns);
  return fitting === undefined ? [] : [` ${style.cyan(fitting)}`];
}

/** What there is to say, and the keys: fewer of them where they do not fit beside it. */
function bottom({ notice, keys, status }: ViewModel, size: ViewSize, style: Style): string {
  const left = notice === undefined ? '' : ` ${style.yellow(notice)}`;
  if (!keys) return left;
  const key = (name: string, what: string): string => `${style.bold(name)} ${style.dim(what)}`;
  const playing = status.replay.state === 'playing' || status.replay.state === 'paused';
  const space = key('space', status.replay.state === 'paused' ? 'go on' : 'pause');
  const player = playing ? [space, key('[ ]', 'speed'), key('.', 'hour')] : [];
  const ends = [player, player.slice(0, -1), []].map((some) => `${[...some, key('q', 'quit')].join('   ')} `);
  const right = ends.find((text) => width(left) + 2 + width(text) <= size.columns) ?? ends.at(-1) ?? '';
  return spread(left, right, size.columns);
}

/** Two texts at the two ends of a line. */
function spread(left: string, right: string, columns: number): string {
  return left + ' '.repeat(Math.max(2, columns - width(left) - width(right))) + right;
}
