import type { Cell } from '../../../src/api/live/messages.ts';
import { formatKey, words } from '../format/cells.ts';
import { formatHour } from '../format/time.ts';
import type { ChartMetric } from './chart-metric.ts';

/**
 * The value of a key as a name: `table 12`, `3 joins` (of `num_joins`), `provisioned-1`; a time as `Tue 12 Mar 14:00`.
 * Text speaks for itself, numbers and yes-or-no need their key's name.
 */
export function keyName(metric: ChartMetric, key: string, cell: Cell | undefined): string {
  const type = metric.keys.find(({ name }) => name === key)?.type;
  const text = formatKey(cell);
  if (cell === null || cell === undefined) return `no ${noun(key)}`;
  if (type === 'TIMESTAMP') return formatHour(text);
  if (type === 'BOOLEAN') return `${noun(key)}: ${cell === true || text === 'true' ? 'yes' : 'no'}`;
  if (type !== 'BIGINT') return text;
  if (!key.startsWith('num_')) return `${noun(key)} ${text}`;
  const counted = noun(key);
  return `${text} ${text === '1' ? counted.replace(/s$/, '') : counted}`;
}

/** A key in words, without what only says that it is one: `table_id` is "table", `num_joins` is "joins". */
export function noun(key: string): string {
  return words(key.replace(/_id$/, '').replace(/^num_/, ''));
}

/** A key's value where its name is said elsewhere: a number alone. */
export function shortName(metric: ChartMetric, key: string, cell: Cell | undefined): string {
  const isNumber = metric.keys.some(({ name, type }) => name === key && type === 'BIGINT');
  return isNumber ? formatKey(cell) : keyName(metric, key, cell);
}

type Pair = readonly [metric: ChartMetric, x: string, xCell: Cell | undefined, y: string, yCell: Cell | undefined];

/** Two keys' values as one name: `table 12 on provisioned-1`, `table 12, copy`. */
export function pairName(...[metric, x, xCell, y, yCell]: Pair): string {
  return `${keyName(metric, x, xCell)}${joinOf(y)}${keyName(metric, y, yCell)}`;
}

/** The same where the first key is said elsewhere: `12 on provisioned-1`. */
export function shortPairName(...[metric, x, xCell, y, yCell]: Pair): string {
  return `${shortName(metric, x, xCell)}${joinOf(y)}${keyName(metric, y, yCell)}`;
}

function joinOf(key: string): string {
  return key === 'instance_id' ? ' on ' : ', ';
}
