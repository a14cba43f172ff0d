import type { GenerateSettings } from '../config/schema.ts';
import { GENERATE_KEYS, generateInfo } from '../config/schema.ts';
import { missing, resolveGenerate } from '../config/settings.ts';
import { addMicros, eventTime, isoTime, MICROS_PER_DAY, MICROS_PER_MS } from '../model/time.ts';
import type { GenerateResult } from '../trace/generate/generate.ts';
import type { Command } from './command.ts';
import { isSet, JSON_OPTION } from './command.ts';
import type { Io } from './io.ts';
import { EXIT } from './io.ts';
import { shownPath } from './layout.ts';
import { openProgress } from './progress.ts';
import { styleOf } from './style.ts';
import { table } from './table.ts';
import { bytes, count } from './text.ts';

const DEFAULT_LENGTH = 4 * MICROS_PER_DAY;

export const generate: Command = {
  name: 'generate',
  summary: 'Make a trace in the shape of Redset.',
  details:
    'Two deployments with overlapping ids, skew, silences, cache hits, repetition, spill, and one planted incident.',
  options: { ...Object.fromEntries(GENERATE_KEYS.map((key) => [key, generateInfo(key)])), ...JSON_OPTION },
  examples: ['spillway generate --out ./trace --events 2000000 --from 2024-03-04 --to 2024-03-11'],
  async run(call) {
    const { io } = call;
    const { json: _json, ...flags } = call.options;
    const settings = resolveGenerate({ flags, cwd: io.cwd });
    if (settings.out === undefined) throw missing(generateInfo('out'), 'there is no place for the trace');
    const result = await generateWithProgress(settings, settings.out, io);
    io.stdout.write(isSet(call, 'json') ? resultJson(result) : resultText(result, io));
    return EXIT.done;
  },
};

/** Generates, with progress on stderr. */
export async function generateWithProgress(
  settings: Omit<GenerateSettings, 'out'>,
  out: string,
  io: Io,
): Promise<GenerateResult> {
  const { generateTrace } = await import('../trace/generate/generate.ts');
  const { seed, events, instances, deployment } = settings;
  const progress = openProgress(io);
  const spec = {
    out,
    seed,
    events,
    from: settings.from / MICROS_PER_MS,
    to: (settings.to ?? addMicros(settings.from, DEFAULT_LENGTH)) / MICROS_PER_MS,
    ...(instances === undefined ? {} : { instances }),
    ...(deployment === undefined ? {} : { deployment }),
  };
  try {
    return await generateTrace(spec, ({ deployment: tier, rows, of }) => {
      progress.update(`generating ${tier}: ${count(rows)} of ${count(of)} events`);
    });
  } finally {
    progress.done();
  }
}

function resultText(result: GenerateResult, io: Io): string {
  const style = styleOf(io.stdout, io.env);
  const right = (name: string) => ({ name, align: 'right' }) as const;
  const head = [{ name: 'file', align: 'left' } as const, right('events'), right('instances'), right('size')];
  const rows = result.files.map((file) => [
    shownPath(file.path, io.cwd),
    count(file.rows),
    count(file.instances),
    bytes(file.bytes),
  ]);
  return table(head, rows, style) + incidentText(result);
}

function incidentText({ incident }: GenerateResult): string {
  if (incident === undefined) return '';
  const hour = isoTime(eventTime(incident.hour));
  return `\nincident: ${incident.instance} at ${hour}: ${incident.fingerprints.length} queries spill ${count(incident.mbytesSpilled)} MB\n`;
}

function resultJson(result: GenerateResult): string {
  const { files, rows, bytes: size, incident } = result;
  const told =
    incident === undefined
      ? null
      : { ...incident, hour: isoTime(eventTime(incident.hour)), queryIds: incident.queryIds.map(String) };
  return `${JSON.stringify({ files, rows, bytes: size, incident: told })}\n`;
}
