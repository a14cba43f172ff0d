import { existsSync } from 'node:fs';
import type { AmendBody } from '../api/routes/amend.ts';
import { bodyOfAmendments } from '../api/routes/amend.ts';
import { amendSchema, infosOf } from '../config/command-options.ts';
import { resolveFlags } from '../config/settings.ts';
import { SpillwayError } from '../errors.ts';
import { addMicros, eventTime, hourOf, isoTime, MICROS_PER_HOUR, parseTime } from '../model/time.ts';
import { silentLogger } from '../observe/logger.ts';
import type { Call, Command } from './command.ts';
import { isSet, JSON_OPTION } from './command.ts';
import { openCorrections } from './corrections.ts';
import { EXIT } from './io.ts';
import { runPaths } from './layout.ts';
import { ownerClient } from './owner-client.ts';
import { liveOwner, runNotFound } from './run-reader.ts';
import { plural } from './text.ts';

/** The whole time that a run can have. */
const ALWAYS = { from: eventTime(Date.UTC(1684, 0) * 1_000), to: eventTime(Date.UTC(2255, 0) * 1_000) };

export const amend: Command = {
  name: 'amend',
  summary: 'Fold late events into the hours that they belong to.',
  details: [
    'Each final hour for which late events wait is computed once more, from its archived events and its late ones, as a new',
    'revision in store and archive. Other hours do not change. Works beside a live run; --amend-after of `run` does it by itself.',
  ].join(' '),
  arguments: [{ usage: '[hour]', about: 'One hour, in UTC.' }],
  options: { ...infosOf(amendSchema), ...JSON_OPTION },
  examples: [
    'spillway amend 2024-03-05T14',
    'spillway amend --from 2024-03-05 --to 2024-03-06',
    'spillway amend --all',
  ],
  async run(call) {
    const { io, settings } = call;
    const range = rangeOf(call);
    const paths = runPaths(settings, settings.run);
    if (!existsSync(paths.store)) throw runNotFound(settings, settings.run, io.cwd);
    const owner = await liveOwner(paths.dir);
    const amended =
      owner === undefined
        ? await amendHere(call, range)
        : await ownerClient(owner).amend(isoTime(range.from), isoTime(range.to));
    if (isSet(call, 'json')) io.stdout.write(`${JSON.stringify(amended)}\n`);
    else io.stdout.write(textOf(amended));
    return EXIT.done;
  },
};

function rangeOf(call: Call): typeof ALWAYS {
  const { json: _json, ...flags } = call.options;
  const { from, to, all } = resolveFlags(amendSchema, { flags, cwd: call.io.cwd });
  const [hour] = call.args;
  const given = [hour, from ?? to, all === true ? all : undefined].filter((value) => value !== undefined);
  const hint = 'for example spillway amend 2024-03-05T14, or spillway amend --all';
  if (given.length === 0)
    throw new SpillwayError('USAGE', 'no hour given: which late events are to be folded in?', { hint });
  if (given.length > 1)
    throw new SpillwayError('USAGE', 'an hour, --from and --to, and --all exclude one another', { hint });
  if (hour === undefined) return { from: from ?? ALWAYS.from, to: to ?? ALWAYS.to };
  // People write an hour without its minutes.
  const start = parseTime(/[T ]\d{2}$/.test(hour) ? `${hour}:00` : hour);
  if (start === undefined || start !== hourOf(start)) {
    throw new SpillwayError('USAGE', `${hour}: expected the start of an hour in UTC`, { hint });
  }
  return { from: start, to: addMicros(start, MICROS_PER_HOUR) };
}

async function amendHere({ io, settings }: Call, range: typeof ALWAYS): Promise<AmendBody> {
  const corrections = await openCorrections(settings, runPaths(settings, settings.run), io.clock, silentLogger);
  try {
    return bodyOfAmendments(await corrections.amend(range));
  } finally {
    await corrections.close();
  }
}

function textOf(amended: AmendBody): string {
  if (amended.length === 0) return 'no late events wait there: nothing to amend\n';
  const lines = amended.map(({ hour, revision, amended: counted, lateDuplicate }) => {
    const known = lateDuplicate === 0 ? '' : `, ${lateDuplicate} counted already`;
    return `${hour}  revision ${revision}: ${plural(counted, 'late event')} counted${known}\n`;
  });
  return lines.join('');
}
