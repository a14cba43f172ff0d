import { messageOf } from '../../errors.ts';
import type { HotStore } from '../../hot-store/hot-store.ts';
import type { RunStatus, Speed } from '../../model/status.ts';
import type { EventTime } from '../../model/time.ts';
import { eventTime, hourOf } from '../../model/time.ts';
import type { Logger } from '../../observe/logger.ts';
import type { Replay } from '../../replay/replay.ts';
import { readHourFigures } from '../figures.ts';
import { injectedText } from '../injected.ts';
import type { Io } from '../io.ts';
import type { Style } from '../style.ts';
import { styleOf } from '../style.ts';
import type { ViewModel } from './render.ts';
import { renderView } from './render.ts';
import { openScreen } from './screen.ts';

/** What the view looks at and acts on. */
export interface ViewedRun {
  readonly store: Pick<HotStore, 'manifest' | 'query' | 'metrics' | 'refreshLive' | 'size'>;
  readonly replay: Replay;
  status(): RunStatus;
  /** What people open. */
  readonly address: string;
  /** Up to here history is filled at full speed. */
  readonly fillUntil: EventTime | undefined;
}

export interface View {
  /** Says something in the bottom line, until told otherwise. */
  notice(text: string | undefined): void;
  /** Reads and shows the figures once more, then leaves them on the terminal. Safe to call twice. */
  close(): Promise<void>;
}

/** The clock of the film should run smoothly; the figures behind it cost a query. */
const FRAME_MS = 200;
const FIGURES_MS = 1_000;
/** More hours than any terminal has lines. */
const MOST_HOURS = 200;

/** Speeds that the keys step through. */
const SPEEDS: readonly Speed[] = [1, 2, 5, 10, 20, 30, 60, 120, 240, 600, 1_200, 3_600, 'max'];

/** Shows a run in place on the terminal until it is closed. */
export function openView(run: ViewedRun, io: Io, logger: Logger): View {
  const style = styleOf(io.stdout, io.env);
  const screen = openScreen(io.stdout);
  const stop = new AbortController();
  let figures: Figures = { hours: [], storeBytes: undefined };
  let notice: string | undefined;
  const stopKeys = io.onKey((key) => onKey(key, run.replay, io, draw));
  const keys = stopKeys !== undefined;
  const frame = (size = { columns: io.stdout.columns, rows: io.stdout.rows }): string[] =>
    renderView(modelOf(run, { ...figures, notice, keys }), size, style);
  function draw(): void {
    if (!stop.signal.aborted) screen.draw(frame());
  }
  const leave = (): void => {
    stop.abort();
    stopKeys?.();
    screen.close(lastFrame(run, figures, io, style));
  };
  const stopAtExit = io.atExit(leave);
  const reading = loop(FIGURES_MS, io, stop.signal, async () => {
    figures = await readFigures(run, io, logger, figures);
  });
  const frames = loop(FRAME_MS, io, stop.signal, async () => draw());
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    stop.abort();
    await Promise.all([reading, frames]);
    figures = await readFigures(run, io, logger, figures);
    stopAtExit();
    leave();
  };
  return {
    notice: (text) => {
      notice = text;
      draw();
    },
    close: () => (closing ??= close()),
  };
}

async function loop(everyMs: number, io: Io, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await work();
    await io.clock.sleep(everyMs, signal);
  }
}

/** What costs a query. */
type Figures = Pick<ViewModel, 'hours' | 'storeBytes'>;

async function readFigures(run: ViewedRun, io: Io, logger: Logger, last: Figures): Promise<Figures> {
  try {
    await run.store.refreshLive();
    // Up to where the processor is: the film may be far ahead of it while history is filled.
    const reached = run.status().processor.partitions.map(({ watermark }) => watermark ?? 0);
    const upTo = hourOf(eventTime(Math.max(...reached)));
    const hours = await readHourFigures(run.store, { upTo, limit: Math.min(MOST_HOURS, io.stdout.rows) });
    return { hours, storeBytes: await run.store.size() };
  } catch (error) {
    // The view outlives a query that fails: what it shows is old then, and the log says why.
    logger.warn({ error: messageOf(error) }, 'reading the figures of the view');
    return last;
  }
}

function modelOf(run: ViewedRun, shown: Figures & Pick<ViewModel, 'notice' | 'keys'>): ViewModel {
  const status = run.status();
  const filling = run.fillUntil !== undefined && status.replay.state === 'playing' && status.replay.at < run.fillUntil;
  return { status, address: run.address, injected: injectedText(run.store.manifest), filling, ...shown };
}

/** What stays on the terminal: the view without keys, no higher than it needs to be. */
function lastFrame(run: ViewedRun, figures: Figures, io: Io, style: Style): string[] {
  const size = { columns: io.stdout.columns, rows: Math.max(10, io.stdout.rows - 4) };
  const model = { ...modelOf(run, { ...figures, notice: undefined, keys: false }), address: undefined };
  const lines = renderView(model, size, style).slice(0, -1);
  return lines.filter((line, i) => line !== '' || lines[i - 1] !== '');
}

function onKey(key: string, replay: Replay, io: Io, draw: () => void): void {
  const { state, speed } = replay.status();
  if (key === '\u0003' || key === 'q' || key === 'Q') io.interrupts.trigger();
  else if (key === ' ') state === 'paused' ? replay.resume() : replay.pause();
  else if (key === ']' || key === '+') replay.setSpeed(faster(speed));
  else if (key === '[' || key === '-') replay.setSpeed(slower(speed));
  else if (key === '.') replay.step();
  else return;
  draw();
}

/** The next higher step. */
export function faster(speed: Speed): Speed {
  return SPEEDS.find((step) => step === 'max' || (speed !== 'max' && step > speed)) ?? 'max';
}

/** The next lower step; the lowest stays. */
export function slower(speed: Speed): Speed {
  return SPEEDS.findLast((step) => step !== 'max' && (speed === 'max' || step < speed)) ?? speed;
}
