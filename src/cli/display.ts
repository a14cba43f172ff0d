import { messageOf } from '../errors.ts';
import type { EventTime } from '../model/time.ts';
import type { Logger } from '../observe/logger.ts';
import type { Pipeline } from '../pipeline.ts';
import { watchFinalHours } from './final-hours.ts';
import { hourJson, hourLine } from './hour-line.ts';
import { injectedText } from './injected.ts';
import type { Io } from './io.ts';
import { styleOf } from './style.ts';

/** Shows a live run until it is closed. */
export interface Display {
  /** Something worth knowing that is no result. */
  notice(text: string): void;
  /** The same, together with the address. */
  invite(text: string): void;
  /** Shows what came last, then stops. Safe to call twice. */
  close(): Promise<void>;
}

export interface DisplaySpec {
  readonly pipeline: Pipeline;
  /** What people open. */
  readonly address: string;
  readonly fillUntil: EventTime | undefined;
  readonly json: boolean;
}

/** The view on a terminal; where there is none, and for programs, one line per final hour. */
export async function openDisplay(spec: DisplaySpec, io: Io, logger: Logger): Promise<Display> {
  const { pipeline, address, fillUntil, json } = spec;
  if (io.stdout.isTTY && !json && io.env.TERM !== 'dumb') {
    const { openView } = await import('./view/view.ts');
    const { store, replay } = pipeline;
    const view = openView({ store, replay, status: () => pipeline.status(), address, fillUntil }, io, logger);
    return { notice: (text) => view.notice(text), invite: (text) => view.notice(text), close: () => view.close() };
  }
  return hourLines(spec, io, logger);
}

function hourLines({ pipeline, address, json }: DisplaySpec, io: Io, logger: Logger): Display {
  const { run } = pipeline.store;
  // An address is copied whole only from a line of its own.
  io.stderr.write(`playing run ${run}:\n${address}\n`);
  const injected = injectedText(pipeline.store.manifest);
  if (injected !== undefined) io.stderr.write(`${injected}\n`);
  const style = styleOf(io.stdout, io.env);
  const known = pipeline.status().processor.lastFinal;
  const onError = (error: unknown): void => logger.warn({ error: messageOf(error) }, 'reading the final hours');
  const hours = watchFinalHours(pipeline.store, known, io.clock, {
    tell: (hour) => io.stdout.write(`${json ? hourJson(run, hour) : hourLine(hour, style)}\n`),
    onError,
  });
  return {
    notice: (text) => io.stderr.write(`${text}\n`),
    invite: (text) => io.stderr.write(`${text}:\n${address}\n`),
    close: () => hours.close(),
  };
}
