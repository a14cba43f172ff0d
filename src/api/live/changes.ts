import type { EventTime } from '../../model/time.ts';
import { parseTime } from '../../model/time.ts';
import type { HourLine } from '../routes/hours.ts';

/** Which hours somebody lacks, and up to which version this brings them. */
export interface Changes {
  readonly version: number;
  /** Hours whose rollups or state have changed, oldest first. */
  readonly hours: readonly EventTime[];
  /** Whether the film has gone on to another hour, or another hour is now the latest with rollups. */
  readonly moved: boolean;
}

interface Known {
  readonly line: HourLine;
  readonly text: string;
  /** Version in which the line last changed. */
  readonly lineVersion: number;
  /** Version in which the rollups, or whether they are final, last changed. */
  readonly rowsVersion: number;
  /** Generation of the provisional rollups; undefined while there are none. */
  readonly generation: number | undefined;
}

/**
 * Remembers for each hour in which version it last changed, so that anybody who knows one version can be told what has
 * changed since. Counting goes on as events come, and rollups of open hours lag behind it: the two have versions of
 * their own. Knows only hours that it was last told of; one that comes back counts as changed.
 */
export class HourChanges {
  #version = 0;
  #known: ReadonlyMap<EventTime, Known> = new Map();
  #end: EventTime | undefined;
  #latest: EventTime | undefined;
  #movedVersion = 0;

  /** Raised by each change; 0 before anything was told. */
  get version(): number {
    return this.#version;
  }

  /** The latest hour with rollups; undefined while there is none. */
  get latest(): EventTime | undefined {
    return this.#latest;
  }

  /** Takes over the hours as they are now, in order, and the end of the hour in which the film is. */
  noteLines(lines: readonly HourLine[], end: EventTime): void {
    const version = this.#version + 1;
    const known = new Map(lines.map((line) => [hourOfLine(line), this.#withLine(line, version)]));
    const changed = [...known.values()].some((one) => one.lineVersion === version);
    this.#known = known;
    const moved = this.#noteLatest(version, end);
    if (changed || moved) this.#version = version;
  }

  /** Takes over which generation the provisional rollups of each open hour are of. Returns whether any is new. */
  noteProvisional(generations: ReadonlyMap<EventTime, number>): boolean {
    const version = this.#version + 1;
    let changed = false;
    const next = new Map(this.#known);
    for (const [hour, generation] of generations) {
      const known = next.get(hour);
      if (known === undefined || known.generation === generation) continue;
      next.set(hour, { ...known, generation, rowsVersion: version });
      changed = true;
    }
    this.#known = next;
    const moved = this.#noteLatest(version, this.#end);
    if (changed || moved) this.#version = version;
    return changed || moved;
  }

  /** What has changed after `version`; all that is known for version 0. */
  since(version: number): Changes {
    const hours = [...this.#known].filter(([, known]) => known.rowsVersion > version).map(([hour]) => hour);
    return { version: this.#version, hours, moved: this.#movedVersion > version };
  }

  /** Lines of hours in [from, to) that changed after `version`, and all from `unseenFrom` on. */
  linesSince(version: number, range: { readonly from: EventTime; readonly to: EventTime }, unseenFrom: EventTime) {
    return [...this.#known]
      .filter(([hour]) => hour >= range.from && hour < range.to)
      .filter(([hour, known]) => known.lineVersion > version || hour >= unseenFrom)
      .map(([, { line }]) => line);
  }

  #withLine(line: HourLine, version: number): Known {
    const text = JSON.stringify(line);
    const before = this.#known.get(hourOfLine(line));
    if (before === undefined) {
      return { line, text, lineVersion: version, rowsVersion: version, generation: undefined };
    }
    if (before.text === text) return before;
    const same = before.line.state === line.state && before.line.revision === line.revision;
    return { ...before, line, text, lineVersion: version, rowsVersion: same ? before.rowsVersion : version };
  }

  #noteLatest(version: number, end: EventTime | undefined): boolean {
    const latest = [...this.#known].findLast(
      ([, { line, generation }]) => Number(line.counted) > 0 && (line.state !== 'open' || generation !== undefined),
    )?.[0];
    if (latest === this.#latest && end === this.#end) return false;
    this.#latest = latest;
    this.#end = end;
    this.#movedVersion = version;
    return true;
  }
}

function hourOfLine({ hour }: HourLine): EventTime {
  const time = parseTime(hour);
  if (time === undefined) throw new TypeError(`expected the time of an hour, found ${hour}`);
  return time;
}
