import type { EventTime } from '../../src/model/time.ts';
import { parseTime } from '../../src/model/time.ts';

/** An event time as it is written, such as `2024-03-01 00:10`. */
export function at(text: string): EventTime {
  const time = parseTime(text);
  if (time === undefined) throw new Error(`not a time: ${text}`);
  return time;
}
