import { z } from 'zod';
import { DEPLOYMENTS } from '../model/redset.ts';
import type { LogLevel } from '../observe/logger.ts';
import type { FieldInfo } from './field.ts';
import {
  boolean,
  defaulted,
  durationMs,
  faults,
  folder,
  infoOf,
  instant,
  integer,
  list,
  offOrDurationMs,
  oneOf,
  optional,
  path,
  pattern,
  slots,
  speed,
  weights,
} from './field.ts';

const MS_PER_DAY = 86_400_000;
/** Written out, because the logger's own list would load the logger with every `--help`. */
const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const satisfies readonly LogLevel[];
export const QUERY_FORMATS = ['table', 'json', 'csv'] as const;
export type QueryFormat = (typeof QUERY_FORMATS)[number];

/** The form of a run's name: it becomes a folder, a schema and a topic. */
export const RUN_NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/**
 * Every setting: its type, default, check and description in one place. Flags, variables and spillway.yaml are read
 * with it, and docs/options.md and `--help` are made from it.
 */
export const settingsSchema = z.object({
  dataDir: defaulted(folder(), './spillway-data', {
    name: 'data-dir',
    value: 'DIR',
    about: "Folder that holds every run's store, archive, cache and log.",
    example: './spillway-data',
    path: true,
  }),
  run: defaulted(
    pattern(RUN_NAME, 'expected 1 to 63 of a-z, 0-9, dot, dash and underscore, the first a letter or digit'),
    'default',
    {
      name: 'run',
      value: 'NAME',
      about: 'Name of the run: one replay of one trace. Each run has its own store and archive folder.',
      example: 'march',
    },
  ),
  trace: optional(path('expected a file, glob or folder'), {
    name: 'trace',
    value: 'PATH',
    about: 'Redset-format Parquet to replay: a file, a glob in quotes or a folder.',
    example: './redset/provisioned',
    path: true,
  }),
  deployment: optional(oneOf(DEPLOYMENTS), {
    name: 'deployment',
    value: 'NAME',
    about: 'Deployment of trace files that say it neither in their path nor in a column: provisioned or serverless.',
    example: 'provisioned',
    defaultText: 'from the path or the data',
  }),
  from: optional(instant(), {
    name: 'from',
    value: 'TIME',
    about: 'First instant of the run in UTC, rounded down to a full hour.',
    example: '2024-03-01',
    defaultText: "the trace's first hour",
  }),
  to: optional(instant(), {
    name: 'to',
    value: 'TIME',
    about: 'End of the run in UTC, exclusive, rounded up to a full hour.',
    example: '2024-03-08T12:00',
    defaultText: "the trace's last hour",
  }),
  instances: optional(
    list(/^(provisioned|serverless)-\d{1,18}$/, 'expected names such as provisioned-96, separated by commas'),
    {
      name: 'instances',
      value: 'LIST',
      about: 'Only these instances, as `<deployment>-<id>`: ids overlap between the two deployments.',
      example: 'provisioned-96,serverless-12',
      defaultText: 'all',
    },
  ),
  speed: defaulted(speed(), '60', {
    name: 'speed',
    value: 'N|max',
    about: 'Trace time per wall time: 60 plays an hour in a minute; `max` plays as fast as the answers are made.',
    example: '60',
  }),
  latenessMs: defaulted(durationMs(0, 7 * MS_PER_DAY, ', at most 7d'), '10m', {
    name: 'lateness',
    value: 'DURATION',
    about: 'How long, in trace time, an hour stays open for late events after its end before it is final.',
    example: '10m',
  }),
  partitions: defaulted(integer(1, 1024), '4', {
    name: 'partitions',
    value: 'N',
    about: 'Partitions of the bus; the events of one instance stay in one.',
    example: '4',
  }),
  maxDurationMs: defaulted(durationMs(1, 366 * MS_PER_DAY, ', above 0 and at most 366d'), '7d', {
    name: 'max-duration',
    value: 'DURATION',
    about:
      'Longest believable compile, queue or execution time; a record with a longer one is rejected as out_of_range.',
    example: '7d',
  }),
  cap: defaulted(boolean(), 'false', {
    name: 'cap',
    about: 'Cap durations at max-duration instead of rejecting the record.',
    example: 'true',
  }),
  faults: defaulted(faults(), 'none', {
    name: 'faults',
    value: 'SPEC',
    about:
      'What to inject, to see the answers stay right: disorder (longest delay), duplicate, corrupt and late (shares of the events), stall (a partition that is silent from WHEN for a while; T is the start of the run). Counted and labelled as injected. The demo injects mild ones unless told otherwise.',
    example: 'disorder=5m,duplicate=1%,corrupt=0.1%,late=0.01%,stall=partition:1@T+6h+30m',
  }),
  faultSeed: defaulted(integer(0, Number.MAX_SAFE_INTEGER), '1', {
    name: 'fault-seed',
    value: 'N',
    about: 'Seed of the injected faults: the same seed disturbs the same events in the same way.',
    example: '1',
  }),
  maxDisorderMs: defaulted(durationMs(0, MS_PER_DAY, ', at most 1d'), '5m', {
    name: 'max-disorder',
    value: 'DURATION',
    about:
      'For producers that send no watermarks: how far out of order, in event time, their events may come and be on time.',
    example: '5m',
  }),
  maxAheadMs: defaulted(durationMs(1, 366 * MS_PER_DAY, ', above 0 and at most 366d'), '1h', {
    name: 'max-ahead',
    value: 'DURATION',
    about:
      'For producers that send no watermarks: an event further ahead of all partitions is rejected as out_of_range and moves nothing; an idle partition holds hours open for no longer than this.',
    example: '1h',
  }),
  hotHours: defaulted(integer(1, 8784), '48', {
    name: 'hot-hours',
    value: 'N',
    about: 'Hours of clean events that the hot store keeps once they are final; all of them stay in the archive.',
    example: '48',
  }),
  keep: defaulted(oneOf(['all', 'rollups']), 'all', {
    name: 'keep',
    value: 'WHAT',
    about:
      'all, or rollups: then no raw event stays in store or archive after its hour is final, and late events cannot be folded in.',
    example: 'rollups',
  }),
  amendAfterMs: defaulted(offOrDurationMs(366 * MS_PER_DAY, ', at most 366d'), 'off', {
    name: 'amend-after',
    value: 'DURATION|off',
    about:
      'Fold late events into their hour by itself once the watermark is this far past the hour; off waits for `spillway amend`.',
    example: '6h',
  }),
  slots: defaulted(slots(), '5', {
    name: 'slots',
    value: 'N[,INSTANCE=N]',
    about: 'Queries that an instance works on at once, for the utilization score; single instances may have others.',
    example: '5,provisioned-3=10',
  }),
  weights: defaulted(weights(), 'queue=0.3,spill=0.2,performance=0.3,concurrency=0.2', {
    name: 'weights',
    value: 'LIST',
    about: 'Shares of the four parts of the utilization score; they add up to 1.',
    example: 'queue=0.3,spill=0.2,performance=0.3,concurrency=0.2',
  }),
  metricsDir: optional(folder(), {
    name: 'metrics',
    value: 'DIR',
    about: 'Folder with more metric files (.sql), added to the built-in ones.',
    example: './my-metrics',
    defaultText: 'none',
    path: true,
  }),
  archive: optional(folder(), {
    name: 'archive',
    value: 'DIR',
    about: 'Folder of the archive: all history as Parquet files, below it one folder per run.',
    example: './archive',
    defaultText: '`archive` in data-dir',
    path: true,
  }),
  port: defaulted(integer(0, 65_535), '4870', {
    name: 'port',
    value: 'N',
    about:
      'Port of the dashboard and the HTTP API on 127.0.0.1; 0 takes any free one. If it is taken, the next free one is used.',
    example: '4870',
  }),
  open: defaulted(boolean(), 'false', {
    name: 'open',
    about: 'Open the dashboard in the browser; no effect without a display or in CI.',
    example: 'true',
  }),
  memoryMb: defaulted(integer(256, 1_048_576), '600', {
    name: 'memory',
    value: 'MB',
    about: 'Megabytes the databases may use before they spill to disk; the process needs 200 to 400 MB more.',
    example: '1000',
  }),
  logLevel: defaulted(oneOf(LEVELS), 'info', {
    name: 'log-level',
    value: 'LEVEL',
    about: `Least level that is logged: ${LEVELS.join(', ')}. Logs go to \`logs/<run>.log\` in data-dir.`,
    example: 'debug',
  }),
  exitWhenDone: defaulted(boolean(), 'false', {
    name: 'exit-when-done',
    about: 'Exit when every hour is final, instead of staying to serve the results.',
    example: 'true',
  }),
  format: defaulted(oneOf(QUERY_FORMATS), 'table', {
    name: 'format',
    value: 'FORMAT',
    about: 'How a result is printed: table, json (one array of row objects) or csv (RFC 4180).',
    example: 'json',
  }),
});

/** What `generate` makes. Given as flags only: a trace is made by a command that says all of it. */
export const generateSchema = z.object({
  out: optional(folder(), {
    name: 'out',
    value: 'PATH',
    about: 'Folder to write the trace to, one file per deployment. Only an earlier generated trace is written over.',
    example: './trace',
    path: true,
  }),
  seed: defaulted(integer(0, Number.MAX_SAFE_INTEGER), '1', {
    name: 'seed',
    value: 'N',
    about: 'Seed of everything random: the same seed and options give the same bytes.',
    example: '1',
  }),
  events: defaulted(integer(1, 10_000_000_000), '1000000', {
    name: 'events',
    value: 'N',
    about: 'Number of events.',
    example: '1000000',
  }),
  from: defaulted(instant(), '2024-03-04', {
    name: 'from',
    value: 'TIME',
    about: 'First instant of the trace in UTC.',
    example: '2024-03-04',
  }),
  to: optional(instant(), {
    name: 'to',
    value: 'TIME',
    about: 'End of the trace in UTC, exclusive.',
    example: '2024-03-08',
    defaultText: 'four days after --from',
  }),
  instances: optional(integer(1, 10_000), {
    name: 'instances',
    value: 'N',
    about: 'Instances of each deployment.',
    example: '40',
    defaultText: 'up to 200, fewer for few events',
  }),
  deployment: optional(oneOf(DEPLOYMENTS), {
    name: 'deployment',
    value: 'NAME',
    about: 'Only this deployment: provisioned or serverless.',
    example: 'provisioned',
    defaultText: 'both',
  }),
});

/** Settings after validation; a frozen object. */
export type Settings = z.output<typeof settingsSchema>;
export type SettingKey = keyof Settings & string;
export type GenerateSettings = z.output<typeof generateSchema>;
export type GenerateKey = keyof GenerateSettings & string;

/** Name and description of a setting. */
export function settingInfo(key: SettingKey): FieldInfo {
  return infoOf(settingsSchema.shape[key]);
}

/** Name and description of an option of `generate`. */
export function generateInfo(key: GenerateKey): FieldInfo {
  return infoOf(generateSchema.shape[key]);
}

export const SETTING_KEYS = Object.keys(settingsSchema.shape) as readonly SettingKey[];
export const GENERATE_KEYS = Object.keys(generateSchema.shape) as readonly GenerateKey[];
