import { isoTime } from '../model/time.ts';
import type { HourFigures } from './figures.ts';
import { balances } from './figures.ts';
import type { Style } from './style.ts';
import { count, padLeft, padRight, percent } from './text.ts';

/** One final hour on one line, aligned with the others. */
export function hourLine(hour: HourFigures, style: Style): string {
  const balance = balances(hour);
  const compile = hour.compiled ? `${count((hour.compileMs ?? 0) / hour.compiled)} ms` : '-';
  const parts = [
    style.bold(`${isoTime(hour.hour).slice(0, 16)}Z`),
    `${padLeft(count(hour.queries ?? hour.counted), 7)} queries`,
    `spilled ${padLeft(percent(hour.spilled ?? 0, hour.queries ?? 0), 6)} ${padLeft(count(hour.spilledMb ?? 0), 9)} MB`,
    `hits ${padLeft(percent(hour.cached ?? 0, hour.reads ?? 0), 6)} of reads`,
    `compile ${padLeft(compile, 8)}`,
    `top table ${padRight(hour.topTable ?? '-', 20)}`,
    `rejected ${hour.rejected}`,
    `late ${hour.late}`,
    `duplicate ${hour.duplicate}`,
    balance === false ? style.red('receipt does not balance') : style.green('receipt balances'),
  ];
  return parts.join('  ');
}

/** The same as one JSON object, for programs; after a jump it is another run that speaks. */
export function hourJson(run: string, hour: HourFigures): string {
  const balance = balances(hour);
  return JSON.stringify({
    run,
    ...hour,
    hour: isoTime(hour.hour),
    ...(balance === undefined ? {} : { balances: balance }),
  });
}
