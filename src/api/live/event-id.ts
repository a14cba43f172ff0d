import { createHash } from 'node:crypto';
import type { LiveQuestion } from './live-question.ts';
import { questionText } from './live-question.ts';

/** Up to where a client has received what it asked for. */
export interface Place {
  /** This start of the server: versions of another one say nothing. */
  readonly server: string;
  /** How many runs this server has shown before. */
  readonly run: number;
  readonly question: LiveQuestion;
  /** Of the run's hours; see `HourChanges`. */
  readonly version: number;
}

/** A place as the id of an event. It means something to the server that gave it only. */
export function eventId({ server, run, question, version }: Place): string {
  return [server, run, digest(question), version].join('.');
}

/** The version that an id stands for; undefined if it is another server's, run's or question's, or none at all. */
export function versionOf(id: string, { server, run, question }: Omit<Place, 'version'>): number | undefined {
  const version = /\.(\d{1,15})$/.exec(id)?.[1];
  if (version === undefined) return undefined;
  return id === eventId({ server, run, question, version: Number(version) }) ? Number(version) : undefined;
}

function digest(question: LiveQuestion): string {
  return createHash('sha256').update(questionText(question)).digest('hex').slice(0, 12);
}
