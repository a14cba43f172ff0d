import type { EventTime } from '../model/time.ts';
import { isoTime } from '../model/time.ts';

/** Hexadecimal digits of a file's SHA-256 that go into its name. */
const NAME_DIGITS = 12;

/** The folder of an hour's files of one dataset (`events` or a metric), below the run's prefix. */
export function hourFolder(dataset: string, hour: EventTime): string {
  const iso = isoTime(hour);
  const root = dataset === 'events' ? 'events' : `rollups/${dataset}`;
  // `hh`, because a partition folder `hour=14` would shadow the column `hour` on reading.
  return `${root}/date=${iso.slice(0, 10)}/hh=${iso.slice(11, 13)}`;
}

/** The content-addressed name of a file. */
export function fileName(revision: number, sha256: string): string {
  return `r${revision}-${sha256.slice(0, NAME_DIGITS)}.parquet`;
}

/** Where a day's `current.json` lies, below the run's prefix. */
export function currentPath(day: EventTime): string {
  return `current/date=${isoTime(day).slice(0, 10)}/current.json`;
}
