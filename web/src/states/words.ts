import type { ProblemMessage, RunMessage } from '../../../src/api/live/messages.ts';
import { formatMs } from '../format/duration.ts';
import { formatMoment } from '../format/time.ts';
import type { Connection, LiveState } from '../live/live-state.ts';

/** What a line at the bottom of the page says. */
export interface Words {
  readonly title: string;
  readonly text: string;
  /** What can be typed into a terminal to mend it. */
  readonly command?: string;
}

/** Why the figures are not of now and what to do about it; undefined while they are. */
export function connectionWords(connection: Connection, nowMs: number, run: string | undefined): Words | undefined {
  switch (connection.state) {
    case 'connecting':
    case 'live':
      return undefined;
    case 'stale':
      return {
        title: `Figures of ${clock(connection.since)} UTC.`,
        text: `Nothing has come for ${age(connection.since, nowMs)}. The server may be busy, or the machine asleep: they go on by themselves. If not, look at the terminal where it runs.`,
      };
    case 'broken': {
      const wait = Math.max(0, Math.ceil((connection.nextAttempt - nowMs) / 1000));
      const next = wait === 0 ? 'Trying again now.' : `Trying again in ${wait} s.`;
      if (run === undefined) {
        return {
          title: 'No server answers.',
          text: `${next} Start it in the folder of Spillway:`,
          command: 'npm start',
        };
      }
      return {
        title: 'The server is gone.',
        text: `Figures of ${clock(connection.since)} UTC, ${age(connection.since, nowMs)} old. ${next} Start it again with the command that ran here, or look at what there is (with your --data-dir, if you gave one):`,
        command: `npx spillway serve --run ${run}`,
      };
    }
  }
}

/** A problem that the server tells, in the page's words where these know better what to do. */
export function problemWords({ code, detail, hint }: ProblemMessage): Words {
  if (code === 'TOKEN_REQUIRED') {
    return {
      title: 'This page may not look.',
      text: 'The server listens on an address that others reach, and shows figures to its owner only: open the link that the terminal printed, with everything behind the #.',
    };
  }
  const title = code === 'REQUEST_INVALID' ? 'The server cannot show this view.' : 'Something went wrong.';
  return { title, text: hint === null ? `${detail} (${code}).` : `${detail} (${code}): ${hint}.` };
}

/** What is said when a run has taken the place of the one `before`. */
export function replacedWords(run: RunMessage, before: string | undefined): Words {
  const title = `Now playing: run ${run.run}.`;
  const begins = `It begins ${formatMoment(run.from)} UTC.`;
  if (before === undefined) return { title, text: begins };
  return { title, text: `${begins} Run ${before} stopped where it was and is kept under its name.` };
}

/** What a screen reader is told between two states: only what matters to somebody who is doing something else. */
export function announcement(before: LiveState, after: LiveState): string | undefined {
  if (after.replaced !== before.replaced) return `Another run has taken over: ${after.run?.run ?? ''}.`;
  if (after.problem !== undefined && after.problem !== before.problem) {
    const { title, text } = problemWords(after.problem);
    return `${title} ${text}`;
  }
  const [was, is] = [before.connection.state, after.connection.state];
  if (was === is) return undefined;
  if (is === 'broken') return 'The connection to the server is lost. Figures are old. Trying again.';
  if (is === 'stale') return 'Nothing comes from the server. Figures are old.';
  if (is === 'live' && (was === 'broken' || was === 'stale')) return 'The connection is back. Figures are live.';
  return undefined;
}

function clock(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19);
}

function age(sinceMs: number, nowMs: number): string {
  return formatMs(Math.max(0, Math.floor((nowMs - sinceMs) / 1000)) * 1000);
}
