import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../config/schema.ts';
import { settingInfo } from '../config/schema.ts';
import { NO_FAULTS, parseFaults } from '../model/faults.ts';
import { DEPLOYMENTS } from '../model/redset.ts';
import type { EventTime } from '../model/time.ts';
import { addMicros, eventTime, MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MS } from '../model/time.ts';
import type { Call, Command } from './command.ts';
import { generateWithProgress } from './generate.ts';
import type { Io } from './io.ts';
import { requireFolder, shownPath } from './layout.ts';
import { play } from './play.ts';
import { pipelineOptions } from './run.ts';
import { span } from './text.ts';
import { launcher, quoted } from './words.ts';

/** Enough of everything that goes wrong to be seen at work, and little enough that the answers stay those of the trace. */
const FAULTS = 'disorder=2m,duplicate=0.5%,corrupt=0.05%,late=0.005%';
/** Late events are folded in while one watches. */
const AMEND_AFTER_MS = 6 * (MICROS_PER_HOUR / MICROS_PER_MS);

/** Monday to Thursday: the planted incident of Tuesday 14:00 is in it. */
const FROM = eventTime(Date.UTC(2024, 2, 4) * MICROS_PER_MS);
const TRACE = { seed: 1, events: 1_000_000, from: FROM, to: addMicros(FROM, 4 * MICROS_PER_DAY) };
/** The hour that becomes final shortly after the film has begun to play: Wednesday 11:00, half past the trace. */
const FIRST_FINAL_HOUR_END = addMicros(FROM, 2 * MICROS_PER_DAY + 12 * MICROS_PER_HOUR);
/** Wall time from the start of the film until that hour is final: long enough to look, short enough to wait for. */
const LEAD_MS = 20_000;

export const demo: Command = {
  name: 'demo',
  summary: 'Show everything at work: a generated trace, played live.',
  details: [
    'Generates four days of telemetry if they are missing, fills two and a half days of history at full speed, then plays',
    'on at 60x. Interrupted in any way, the same command goes on where it stopped.',
    `Mild faults are injected, and labelled as injected (${FAULTS}); --faults none turns them off.`,
  ].join(' '),
  examples: ['spillway demo', 'spillway demo --faults none', 'spillway demo --data-dir /tmp/spillway --port 8080'],
  async run(call) {
    const { io } = call;
    const settings = demoSettings(call);
    requireFolder(settingInfo('dataDir'), settings.dataDir);
    const trace = join(settings.dataDir, 'trace');
    await generateIfMissing(trace, io);
    const fillUntil = historyEnd(settings);
    return await play(call, {
      options: { ...demoOptions(settings, trace), pace: { speed: settings.speed, fillUntil } },
      whenDone: 'the trace has ended; serving until Ctrl-C',
      json: false,
      goOn: (made) => `or look at run ${made.run}: ${serveCommand(call, made.run)}`,
    });
  },
};

/** The demo plays its own hours only; what a jump has made of the others is there to be looked at. */
function serveCommand({ io, settings, given }: Call, run: string): string {
  const folder = given.has('dataDir') ? ['--data-dir', quoted(shownPath(settings.dataDir, io.cwd))] : [];
  return [launcher(io), 'serve', '--run', run, ...folder].join(' ');
}

/** The settings with the demo's own defaults. */
export function demoSettings({ settings, given }: Pick<Call, 'settings' | 'given'>): Settings {
  const faults = given.has('faults') ? settings.faults : (parseFaults(FAULTS) ?? NO_FAULTS);
  // Where only rollups are kept nothing can be folded in.
  const isOwn = given.has('amendAfterMs') || settings.keep === 'rollups';
  return { ...settings, faults, amendAfterMs: isOwn ? settings.amendAfterMs : AMEND_AFTER_MS };
}

/** What belongs to another trace, set in a file or a variable, must not disturb the demo. */
function demoOptions(settings: Settings, trace: string): ReturnType<typeof pipelineOptions> {
  const { deployment: _deployment, from: _from, to: _to, instances: _instances, ...rest } = settings;
  return pipelineOptions(rest, trace);
}

/** Where the film goes over from full speed to its own, so that the first hour is final `LEAD_MS` of wall time later. */
export function historyEnd(of: Pick<Settings, 'latenessMs' | 'speed' | 'faults'>): EventTime {
  const leadMicros = of.speed === 'max' ? 0 : LEAD_MS * MICROS_PER_MS * of.speed;
  // Watermarks stay behind the film by the longest delay.
  const finalAfter = of.latenessMs * MICROS_PER_MS + of.faults.disorderMicros;
  const end = addMicros(FIRST_FINAL_HOUR_END, Math.round(finalAfter - leadMicros));
  return eventTime(Math.max(FROM, end));
}

async function generateIfMissing(trace: string, io: Io): Promise<void> {
  // Each file gets its name when it is complete: an interrupted generation is begun again.
  if (DEPLOYMENTS.every((deployment) => existsSync(join(trace, deployment, 'full.parquet')))) return;
  const started = io.clock.monotonicMs();
  io.stderr.write(`generating four days of telemetry in ${shownPath(trace, io.cwd)}\n`);
  await generateWithProgress(TRACE, trace, io);
  io.stderr.write(`generated 1,000,000 events in ${span(io.clock.monotonicMs() - started)}\n`);
}
