import type { WallTime } from '../model/time.ts';
import { openHourLines } from './open-hours-text.ts';
import type { FailedReport, RunReport } from './run-report.ts';
import { runState } from './run-report.ts';
import type { Style } from './style.ts';
import { bytes, count, minute, padRight, plural, span } from './text.ts';

/** What the text depends on besides the reports. */
export interface StatusView {
  readonly style: Style;
  /** For saying how long ago something was. */
  readonly now: WallTime;
}

/** Reports for people, one block per run. */
export function statusText(reports: readonly (RunReport | FailedReport)[], view: StatusView): string {
  return reports.map((report) => ('error' in report ? failed(report, view) : block(report, view))).join('\n');
}

function failed({ run, error }: FailedReport, { style }: StatusView): string {
  return `${style.bold(`run ${run}`)}  ${style.red(error)}\n`;
}

type Line = readonly [label: string, text: string];

function block(report: RunReport, view: StatusView): string {
  const { style } = view;
  const { replay, processor, hours, owner } = report;
  const lines: readonly Line[] = [
    [
      'range',
      `${minute(replay.from)} to ${minute(replay.to)}, ${plural(hours.final + hours.open + hours.toCome, 'hour')}`,
    ],
    ['film', filmText(report)],
    ['watermark', watermarks(report)],
    ['hours', `${count(hours.final)} final, ${count(hours.open)} open, ${count(hours.toCome)} to come`],
    ...openHourLines(report, view.now).map((text, i): Line => [i === 0 ? 'open' : '', text]),
    [
      'events',
      `${count(processor.counted)} counted, ${count(processor.rejected)} rejected, ${count(processor.late)} late, ${count(processor.duplicate)} duplicate`,
    ],
    ...lateLines(report, style),
    ...(report.faults === 'none' ? [] : [['injected', report.faults] as const]),
    ['disk', diskText(report)],
    ...(processor.gaps > 0
      ? [['gaps', style.red(`${count(processor.gaps)} records were lost on the way`)] as const]
      : []),
    ...Object.entries(processor.failedMetrics).map(([name, reason]): Line => [`metric ${name}`, style.red(reason)]),
    ...(owner === null ? [] : [['owner', ownerText(owner, style)] as const]),
  ];
  const label = Math.max(...lines.map(([name]) => name.length));
  const body = lines.map(([name, text]) => `  ${style.dim(padRight(name, label))}  ${text}\n`);
  return `${style.bold(`run ${report.run}`)}  ${stateText(report, style)}\n${body.join('')}`;
}

function stateText(report: RunReport, style: Style): string {
  const state = runState(report);
  if (state === 'failed') return style.red(state);
  if (state === 'done') return style.green(report.owner === null ? state : 'done, served');
  return state === 'stopped' ? style.yellow(state) : style.cyan(state);
}

function filmText({ replay, owner }: RunReport): string {
  const [at, from, to] = [replay.at, replay.from, replay.to].map((time) => Date.parse(time)) as [
    number,
    number,
    number,
  ];
  const share = to > from ? ((100 * (at - from)) / (to - from)).toFixed(1) : '100.0';
  const speed = typeof replay.speed === 'number' && replay.fullSpeedUntil === null ? `${replay.speed}x` : 'full speed';
  const live = owner !== null && replay.state === 'playing';
  const left = live && replay.remainingMs !== null ? `, ${span(replay.remainingMs)} left` : '';
  return `${replay.at.slice(0, 19)}Z, ${share} %${live ? ` at ${speed}` : ''}${left}`.replace('ZZ', 'Z');
}

/** One instant where all partitions agree, as they do most of the time. */
function watermarks({ processor }: RunReport): string {
  const marks = processor.partitions.map(({ watermark }) => (watermark === null ? 'none yet' : minute(watermark)));
  const [first = 'none yet'] = marks;
  if (marks.every((mark) => mark === first)) return `${first} on ${plural(marks.length, 'partition')}`;
  return processor.partitions.map(({ partition }, i) => `${partition}: ${marks[i]}`).join(', ');
}

/** What has become of late events, if there are any. */
function lateLines({ late }: RunReport, style: Style): Line[] {
  const { waiting, waitingHours, amendedHours, amendable } = late;
  const parts = [
    ...(waiting === 0 ? [] : [style.yellow(waitingText(waiting, waitingHours, amendable))]),
    ...(amendedHours === 0 ? [] : [`${plural(amendedHours, 'hour')} amended`]),
  ];
  return parts.length === 0 ? [] : [['late', parts.join(', ')]];
}

function waitingText(waiting: number, hours: number, amendable: boolean): string {
  const which = `${plural(waiting, 'event')} of ${plural(hours, 'hour')}`;
  return amendable
    ? `${which} ${waiting === 1 ? 'waits' : 'wait'} for spillway amend`
    : `${which} cannot be folded in: only rollups are kept`;
}

function diskText({ disk, history }: RunReport): string {
  const known = history.rows === 0 ? '' : ` (history ${bytes(history.bytes)}, ${plural(history.rows, 'row')})`;
  return `${bytes(disk.storeBytes)} store${known}, ${bytes(disk.archiveBytes)} archive`;
}

function ownerText(owner: NonNullable<RunReport['owner']>, style: Style): string {
  const who = `process ${owner.pid} at ${owner.address} since ${owner.startedAt.slice(0, 19)}Z`;
  return owner.leftBehind
    ? `${who}; ${style.yellow(`left behind when what started it was killed; stop it: kill ${owner.pid}`)}`
    : who;
}
