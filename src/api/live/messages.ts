import { z } from 'zod';
import { hourFields } from '../routes/hours.ts';
import { statusBody } from '../routes/status.ts';
import { cell, time } from '../schemas.ts';

/**
 * What `GET /api/live` sends: server-sent events, each named as a key of `LIVE_EVENTS` with its data as JSON.
 *
 *     run -> (status | hours | panels | problem)* -> run -> ...
 *
 * `run` comes first on every connection and whenever another run has taken the place of the one before: whatever was
 * received earlier is then void. All that changes carries whole hours: a message replaces what it names and repeats do
 * no harm. `panels` and `hours` carry the event id with which a client resumes (`Last-Event-ID`): it then gets the hours
 * that have changed since, and everything (`reset`) where the server no longer knows. `hours` tells only hours that an
 * earlier `panels` has brought into view, and `problem` holds until the next `panels`.
 */

/** Which run it is, and what stays the same while it lasts. */
export const runMessage = z.object({
  run: z.string(),
  from: time,
  to: time,
  trace: z
    .object({ from: time, to: time })
    .describe('What can be jumped to; the range of the run where it is only served.'),
  latenessMs: z.int(),
  keep: z.enum(['all', 'rollups']),
  faults: z.string().describe('As `--faults` says it; `none` for nothing.'),
  controllable: z.boolean().describe('Whether there is a replay to control.'),
  jumpable: z.boolean().describe('Whether it can go on from another place, as a new run.'),
});

/** Where the run stands; once a second. */
export const statusMessage = statusBody;

/** Hours whose line has changed, or all in view at first. */
export const hoursMessage = z.object({
  reset: z.boolean().describe('Hours that are not named are gone.'),
  hours: z.array(z.object(hourFields)),
});

/** Rows as arrays in the order of `columns`. */
const rowsFields = { columns: z.array(z.string()), rows: z.array(z.array(cell)) };

/** Rows of one panel. */
export const panelRows = z.object({
  ...rowsFields,
  whole: z.boolean().describe('These are all rows; else they replace the rows of the hours in `hours`.'),
  hours: z.array(time),
  over: z.object({ from: time, to: time }).describe('The hours that the rows are of.'),
  where: z.record(z.string(), z.string()).describe('The one value shown of each of these keys.'),
  choices: z.record(z.string(), z.array(z.string())).describe('The values that `where` could have instead.'),
  ignored: z.array(z.string()).describe('Filters on keys that the metric does not have.'),
  shown: z
    .object({ of: z.string(), shown: z.int(), all: z.int() })
    .nullable()
    .describe('How many values of a key are shown, of how many; null if all are.'),
  caption: z.record(z.string(), z.number().nullable()).describe("The panel's `caption`, `fit` values included."),
  problem: z.string().nullable().describe('Why there are no rows, in words; null if there is no such reason.'),
});

/** Rows of one figure of the top row: `hour`, `value`, `n` and, where it counts, `of`. */
export const kpiRows = z.object({
  ...rowsFields,
  whole: z.boolean(),
  hours: z.array(time),
  ignored: z.array(z.string()),
});

/** Rollups that have changed. */
export const panelsMessage = z.object({
  reset: z.boolean().describe('The first of a connection that does not resume: what was received before is void.'),
  window: z.object({ from: time, to: time }).describe('The hours in view.'),
  hour: time.nullable().describe('The hour that panels over one hour show: the chosen one, or the latest with events.'),
  panels: z.record(z.string(), panelRows).describe('By metric; only what has changed.'),
  kpis: z.record(z.string(), kpiRows).describe('By metric and place in its `kpi`: `spill.0`.'),
});

/** Something the page should say instead of showing old figures as if they were new. */
export const problemMessage = z.object({ code: z.string(), detail: z.string(), hint: z.string().nullable() });

/** Every event by its name. */
export const LIVE_EVENTS = {
  run: runMessage,
  status: statusMessage,
  hours: hoursMessage,
  panels: panelsMessage,
  problem: problemMessage,
} as const;

export type RunMessage = z.output<typeof runMessage>;
export type StatusMessage = z.output<typeof statusMessage>;
export type HoursMessage = z.output<typeof hoursMessage>;
export type PanelsMessage = z.output<typeof panelsMessage>;
export type PanelRows = z.output<typeof panelRows>;
export type KpiRows = z.output<typeof kpiRows>;
export type ProblemMessage = z.output<typeof problemMessage>;
export type Cell = z.output<typeof cell>;
