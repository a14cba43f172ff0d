import type { JumpSpec } from '../api/options.ts';
import { messageOf, SpillwayError } from '../errors.ts';
import type { Speed } from '../model/status.ts';
import type { EventTime } from '../model/time.ts';
import { isoTime } from '../model/time.ts';
import type { PipelineOptions } from '../pipeline.ts';
import type { Call } from './command.ts';
import type { Display } from './display.ts';
import { openDisplay } from './display.ts';
import type { HostedRun } from './hosted-run.ts';
import { isThere, openRun, removeRun } from './hosted-run.ts';
import { nameAfterJump, optionsAfterJump } from './jump.ts';
import { announce } from './ownership.ts';

/** Where and how the runs of this process are shown. */
export interface Stage {
  /** Of the API, without a slash at the end. */
  readonly url: string;
  readonly token: string;
  /** What people open: with the token in its fragment. */
  readonly address: string;
  readonly json: boolean;
}

/** How it ended: every hour final, interrupted before that, or interrupted while what was done was only served. */
export type Ending = 'done' | 'stopped' | 'served';

/** How long readers may take to finish before a jump interrupts them: somebody waits for it. */
const READERS_MS = 2_000;

/** A jump that has been asked for and checked. */
interface Jump {
  readonly next: PipelineOptions;
  readonly to: EventTime;
  readonly outcome: PromiseWithResolvers<{ readonly run: string }>;
}

/**
 * The runs of one process: one at a time, one after the other, all at one address.
 *
 *     playing --jump--> leaving --> opening the next --> playing
 *                                        |
 *                                        +-- cannot be opened --> opening the one before again --> playing
 *
 * Whoever asks for `current` while no run plays gets the one that is being left: it turns readers away with NOT_READY.
 */
export class RunHost {
  readonly #call: Call;
  readonly #base: string;
  readonly #interrupted: Promise<'interrupted'>;
  #current: HostedRun;
  #stage: Stage | undefined;
  #display: Display | undefined;
  #withdraw: () => void = () => undefined;
  /** Resolved with the next jump; `untilOver` makes it. */
  #asked = Promise.withResolvers<Jump>();
  #jump: Jump | undefined;
  #isOver = false;

  private constructor(call: Call, first: HostedRun, interrupted: Promise<'interrupted'>) {
    this.#call = call;
    this.#base = first.options.run;
    this.#current = first;
    this.#interrupted = interrupted;
    void interrupted.then(() => {
      this.#isOver = true;
    });
  }

  /** Opens the first run; undefined if the user wants to stop before it is open. Throws what opening it throws. */
  static async open(
    call: Call,
    options: PipelineOptions,
    interrupted: Promise<'interrupted'>,
  ): Promise<RunHost | undefined> {
    const first = await unlessInterrupted(openRun(call, options), interrupted);
    return first === undefined ? undefined : new RunHost(call, first, interrupted);
  }

  get current(): HostedRun {
    return this.#current;
  }

  /** Announces the current run and shows it; runs that take its place are shown in the same way. */
  async show(stage: Stage): Promise<void> {
    this.#stage = stage;
    const { io } = this.#call;
    const { pipeline, logger, paths, options } = this.#current;
    const { url, token, address, json } = stage;
    this.#withdraw = announce({ dir: paths.dir, run: options.run, address: url, token }, io);
    this.#display = await openDisplay({ pipeline, address, fillUntil: options.pace.fillUntil, json }, io, logger);
  }

  notice(text: string): void {
    this.#display?.notice(text);
  }

  invite(text: string): void {
    this.#display?.invite(text);
  }

  /** Plays until the end, jumps included. Throws what a run fails with. */
  async untilOver(whenDone: 'exit' | string): Promise<Ending> {
    for (let isDone = false; ; ) {
      const what: 'interrupted' | 'done' | 'stopped' | Jump = await Promise.race([
        this.#interrupted,
        this.#asked.promise,
        ...(isDone ? [] : [this.#current.pipeline.finished]),
      ]);
      if (what === 'interrupted') return isDone ? 'served' : 'stopped';
      isDone = what === 'done';
      if (typeof what === 'object') await this.#make(what);
      else if (whenDone === 'exit') return 'done';
      else this.invite(whenDone);
    }
  }

  /**
   * Leaves the current run and goes on as a new one. Throws TRACE_RANGE or CONFIG_INVALID before anything is stopped,
   * NOT_READY during another jump, and what starting the new run throws, once the one before has been opened again.
   */
  async jump(spec: JumpSpec): Promise<{ readonly run: string }> {
    if (this.#isOver) throw notReady('the process is stopping');
    if (this.#jump !== undefined) throw notReady(`the film is on its way to ${isoTime(this.#jump.to)} already`);
    const next = this.#planned(spec);
    this.#jump = { next, to: spec.to, outcome: Promise.withResolvers() };
    this.#asked.resolve(this.#jump);
    return await this.#jump.outcome.promise;
  }

  /** Shows the last figures, and nothing any more: the end begins. */
  async hide(): Promise<void> {
    this.#isOver = true;
    this.#jump?.outcome.reject(notReady('the process is stopping'));
    await this.#hide();
  }

  /** Closes the current run. Nobody reads it any more. */
  async close(): Promise<void> {
    this.#withdraw();
    await this.#current.close(0);
  }

  #planned(spec: JumpSpec): PipelineOptions {
    const { settings } = this.#call;
    const { options, pipeline } = this.#current;
    const run = nameAfterJump(this.#base, spec.to, (name) => isThere(settings, name));
    const start = { options, traceFrom: pipeline.traceRange.from, speed: chosenSpeed(this.#current) };
    const next = optionsAfterJump(start, spec, run);
    pipeline.check(next);
    return next;
  }

  async #make({ next, to, outcome }: Jump): Promise<void> {
    const { options } = this.#current;
    const before = { ...options, pace: { ...options.pace, speed: chosenSpeed(this.#current) } };
    try {
      this.notice(`going to ${isoTime(to)}`);
      await this.#leave();
      await this.#enter(next);
      outcome.resolve({ run: next.run });
    } catch (error) {
      try {
        if (!isOthers(error)) removeRun(this.#call.settings, next.run);
        await this.#goBack(before);
        this.notice(`still in run ${before.run}: going to ${isoTime(to)} failed: ${messageOf(error)}`);
      } finally {
        outcome.reject(error);
      }
    } finally {
      this.#jump = undefined;
      this.#asked = Promise.withResolvers();
    }
  }

  /** Throws if the run that was left cannot be opened any more either: then there is none. */
  async #goBack(before: PipelineOptions): Promise<void> {
    if (this.#isOver) return;
    await this.#enter(before).catch((error: unknown) => {
      if (!this.#isOver) throw error;
    });
  }

  async #enter(options: PipelineOptions): Promise<void> {
    const opened = await unlessInterrupted(openRun(this.#call, options), this.#interrupted);
    if (opened === undefined) throw notReady('the process is stopping');
    try {
      this.#current = opened;
      if (this.#stage !== undefined) await this.show(this.#stage);
    } catch (error) {
      this.#withdraw();
      await opened.close(0);
      throw error;
    }
  }

  async #leave(): Promise<void> {
    try {
      await this.#hide();
    } finally {
      await this.#current.close(READERS_MS);
    }
  }

  async #hide(): Promise<void> {
    // Nothing more is sent from here on, so that the figures shown last are those that stay.
    this.#current.pipeline.replay.stop();
    try {
      await this.#display?.close();
    } finally {
      this.#withdraw();
    }
  }
}

/** Whether a run could not be opened because another process has it: then it is not this one's to remove. */
function isOthers(error: unknown): boolean {
  return error instanceof SpillwayError && (error.code === 'RUN_OWNED' || error.code === 'OWNER_UNREACHABLE');
}

/** The speed that the film has, or will have once history is filled. */
function chosenSpeed({ options, pipeline }: HostedRun): Speed {
  const { at, speed } = pipeline.replay.status();
  const { fillUntil, speed: first } = options.pace;
  return fillUntil !== undefined && at < fillUntil ? first : speed;
}

/** What opens, or undefined if the user wants to stop before that: opening may be killed at any point. */
async function unlessInterrupted(
  opening: Promise<HostedRun>,
  interrupted: Promise<'interrupted'>,
): Promise<HostedRun | undefined> {
  const opened = await Promise.race([opening, interrupted]);
  if (opened !== 'interrupted') return opened;
  opening.then((run) => run.close(0)).catch(() => undefined);
  return undefined;
}

function notReady(what: string): SpillwayError {
  return new SpillwayError('NOT_READY', what, { hint: 'try again in a moment' });
}
