import { timestamp } from '../../engine/sql.ts';
import type { HotStore } from '../../hot-store/hot-store.ts';
import type { RunStatus } from '../../model/status.ts';
import type { EventTime, ReplayTime } from '../../model/time.ts';
import { addMicros, ceilHour, eventTime, isoTime, MICROS_PER_HOUR, replayTime } from '../../model/time.ts';
import type { ApiOptions } from '../options.ts';
import { asObjects } from '../range.ts';
import type { HourLine } from '../routes/hours.ts';
import { hourLine } from '../routes/hours.ts';
import { statusOf } from '../routes/status.ts';
import type { Changes } from './changes.ts';
import { HourChanges } from './changes.ts';
import type { HourWindow, LiveQuestion } from './live-question.ts';
import { HOURS_IN_VIEW, questionText, windowAt } from './live-question.ts';
import type { PanelsMessage, RunMessage } from './messages.ts';
import type { PanelSource } from './panels.ts';
import { answerPanels, shownHour } from './panels.ts';

/** Hours before the window that are told as well: figures are compared with the day before. */
const HOURS_BEFORE = 24;
const HOURS_KNOWN = Math.max(...HOURS_IN_VIEW) + HOURS_BEFORE;
const HOUR_COLUMNS = Object.keys(hourLine.shape).join(', ');

/** Rollups as one message tells them. */
export interface Answer {
  /** A message `panels` as JSON. */
  readonly json: string;
  readonly window: HourWindow;
  /** Up to which version it tells what has changed. */
  readonly version: number;
}

/** What all clients are told of one run: read once, whoever asks. */
export class RunFeed {
  /** How many runs the server has shown before. */
  readonly index: number;
  readonly store: HotStore;
  readonly changes: HourChanges = new HourChanges();
  /** A message `run` as JSON. */
  readonly run: string;
  /** The latest message `status` as JSON; undefined before the first. */
  status: string | undefined;
  /** How many there have been. */
  statusCount = 0;
  readonly #source: PanelSource;
  #place: ReplayTime;
  #refreshing = false;
  /** Answers of the version `#answered`, by what was asked. */
  #answers = new Map<string, Promise<Answer>>();
  #answered = 0;

  constructor(options: ApiOptions, index: number) {
    this.index = index;
    this.store = options.store;
    this.#source = { store: options.store, metrics: options.metrics };
    this.#place = replayTime(options.store.manifest.from);
    this.run = JSON.stringify(runMessage(options));
  }

  /** Reads where the run stands, and its hours; `chosen` are hours that are wanted however old they are. */
  async read(status: RunStatus, chosen: readonly EventTime[]): Promise<void> {
    const body = await statusOf(this.store, status);
    const place = placeOf(status);
    const to = ceilHour(eventTime(place));
    const lines = await readLines(this.store, { from: addMicros(to, -HOURS_KNOWN * MICROS_PER_HOUR), to }, chosen);
    this.#place = place;
    this.changes.noteLines(lines, to);
    this.status = JSON.stringify(body);
    this.statusCount++;
  }

  get isRefreshing(): boolean {
    return this.#refreshing;
  }

  /** Brings provisional rollups up to date; returns whether there is anything new. */
  async refresh(): Promise<boolean> {
    this.#refreshing = true;
    try {
      const { hours } = await this.store.refreshLive();
      return this.changes.noteProvisional(hours);
    } finally {
      this.#refreshing = false;
    }
  }

  /** The hours in view of somebody who asks this now. */
  window({ hours }: LiveQuestion): HourWindow {
    return windowAt(this.#place, hours);
  }

  /** Lines of the window and of the day before that have changed after a version, and all from `unseenFrom` on. */
  linesSince(version: number, { from, to }: HourWindow, unseenFrom: EventTime): HourLine[] {
    const range = { from: addMicros(from, -HOURS_BEFORE * MICROS_PER_HOUR), to };
    return this.changes.linesSince(version, range, unseenFrom);
  }

  /**
   * What has changed of the rollups after a version; undefined asks for everything. Equal questions at the same time are
   * answered once.
   */
  answer(question: LiveQuestion, since: number | undefined): Promise<Answer> {
    const { version } = this.changes;
    if (this.#answered !== version) this.#answers.clear();
    this.#answered = version;
    const changes = since === undefined ? undefined : this.changes.since(since);
    const key = JSON.stringify([questionText(question), changes?.hours ?? null, changes?.moved ?? null]);
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const answer = this.#answer(question, changes);
    this.#answers.set(key, answer);
    // One that failed is tried again by the next who asks.
    answer.catch(() => this.#answers.get(key) === answer && this.#answers.delete(key));
    return answer;
  }

  /** Nobody is going to ask for them again. */
  forgetAnswers(): void {
    this.#answers.clear();
  }

  async #answer(live: LiveQuestion, changes: Changes | undefined): Promise<Answer> {
    const { version, latest } = this.changes;
    const window = this.window(live);
    const shown = windowWithDayBefore(window);
    const hours = changes?.hours.filter((hour) => (hour >= shown.from && hour < shown.to) || hour === live.hour) ?? [];
    const since = changes === undefined ? undefined : { hours, moved: changes.moved };
    const question = { live, window, latest, since };
    const nothing = since !== undefined && hours.length === 0 && !since.moved;
    const found = nothing ? { panels: {}, kpis: {} } : await answerPanels(this.#source, question);
    const hour = shownHour(question);
    const message: PanelsMessage = {
      reset: since === undefined,
      window: { from: isoTime(window.from), to: isoTime(window.to) },
      hour: hour === undefined ? null : isoTime(hour),
      ...found,
    };
    return { json: JSON.stringify(message), window, version };
  }
}

function windowWithDayBefore({ from, to }: HourWindow): HourWindow {
  return { from: addMicros(from, -HOURS_BEFORE * MICROS_PER_HOUR), to };
}

/** Where the film is, or any partition's watermark: a stalled partition holds the film's place back, not the others. */
function placeOf({ replay, processor }: RunStatus): ReplayTime {
  const reached = processor.partitions.reduce<number>(
    (most, { watermark }) => Math.max(most, watermark ?? most),
    replay.at,
  );
  // The watermark that ends a partition lies behind the run's end by the lateness.
  return replayTime(Math.min(reached, Math.max(replay.at, replay.to)));
}

async function readLines(store: HotStore, range: HourWindow, chosen: readonly EventTime[]): Promise<HourLine[]> {
  const others = chosen.length === 0 ? '' : `OR hour IN (${chosen.map(timestamp).join(', ')})`;
  const { columns, rows } = await store.query(`SELECT ${HOUR_COLUMNS} FROM hours
    WHERE (hour >= ${timestamp(range.from)} AND hour < ${timestamp(range.to)}) ${others} ORDER BY hour`);
  return asObjects(columns, rows).map((line) => hourLine.parse(line));
}

function runMessage({ store, traceRange, controls, jump }: ApiOptions): RunMessage {
  const { manifest, run } = store;
  return {
    run,
    from: isoTime(manifest.from),
    to: isoTime(manifest.to),
    trace: { from: isoTime(traceRange.from), to: isoTime(traceRange.to) },
    latenessMs: manifest.latenessMs,
    keep: manifest.keep,
    faults: manifest.faults,
    controllable: controls !== undefined,
    jumpable: jump !== undefined,
  };
}
