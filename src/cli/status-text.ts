import type { FailedReport, RunReport } from './status.ts';
import type { Style } from './style.ts';
import { bytes, count, padRight, plural, span } from './text.ts';

/** Reports for people, one block per run. */
export function statusText(reports: readonly (RunReport | FailedReport)[], style: Style): string {
  return reports.map((report) => ('error' in report ? failed(report, style) : block(report, style))).join('\n');
}

function failed({ run, error }: FailedReport, style: Style): string {
  return `${style.bold(`run ${run}`)}  ${style.red(error)}\n`;
}

function block(report: RunReport, style: Style): string {
  const { replay, processor, hours, disk, owner } = report;
  const lines: [string, string][] = [
    [
      'range',
      `${minute(replay.from)} to ${minute(replay.to)}, ${plural(hours.final + hours.open + hours.toCome, 'hour')}`,
    ],
    ['film', filmText(report)],
    ['watermark', watermarks(report)],
    ['hours', `${count(hours.final)} final, ${count(hours.open)} open, ${count(hours.toCome)} to come`],
    [
      'events',
      `${count(processor.counted)} counted, ${count(processor.rejected)} rejected, ${count(processor.late)} late, ${count(processor.duplicate)} duplicate`,
    ],
    ['disk', `${bytes(disk.storeBytes)} store, ${bytes(disk.archiveBytes)} archive`],
  ];
  if (processor.gaps > 0) lines.push(['gaps', style.red(`${count(processor.gaps)} records were lost on the way`)]);
  for (const [name, reason] of Object.entries(processor.failedMetrics))
    lines.push([`metric ${name}`, style.red(reason)]);
  if (owner !== null) lines.push(['owner', ownerText(owner, style)]);
  const label = Math.max(...lines.map(([name]) => name.length));
  const body = lines.map(([name, text]) => `  ${style.dim(padRight(name, label))}  ${text}\n`);
  return `${style.bold(`run ${report.run}`)}  ${stateText(report, style)}\n${body.join('')}`;
}

function stateText({ replay, processor, owner }: RunReport, style: Style): string {
  if (processor.state === 'failed') return style.red('failed');
  if (processor.state === 'done') return style.green(owner === null ? 'done' : 'done, served');
  if (owner === null) return style.yellow('stopped');
  return style.cyan(replay.state === 'idle' ? 'served' : replay.state);
}

function filmText({ replay, owner }: RunReport): string {
  const [at, from, to] = [replay.at, replay.from, replay.to].map((time) => Date.parse(time)) as [
    number,
    number,
    number,
  ];
  const share = to > from ? ((100 * (at - from)) / (to - from)).toFixed(1) : '100.0';
  const speed = typeof replay.speed === 'number' ? `${replay.speed}x` : 'full speed';
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

function ownerText(owner: NonNullable<RunReport['owner']>, style: Style): string {
  const who = `process ${owner.pid} at ${owner.address} since ${owner.startedAt.slice(0, 19)}Z`;
  return owner.leftBehind
    ? `${who}; ${style.yellow(`left behind when what started it was killed; stop it: kill ${owner.pid}`)}`
    : who;
}

function minute(iso: string): string {
  return `${iso.slice(0, 16)}Z`;
}
