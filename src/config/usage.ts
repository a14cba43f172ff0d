import type { SettingKey } from './schema.ts';

export const COMMANDS = [
  'demo',
  'generate',
  'run',
  'serve',
  'query',
  'verify',
  'status',
  'metrics',
  'reset',
  'version',
] as const;
export type CommandName = (typeof COMMANDS)[number];

const MACHINE = ['memoryMb', 'logLevel'] as const;

/** The settings each command takes. A setting that a command does not take has no effect on it, wherever it is given. */
export const SETTINGS_OF: Readonly<Record<CommandName, readonly SettingKey[]>> = {
  demo: ['dataDir', 'run', 'speed', 'faults', 'faultSeed', 'port', ...MACHINE],
  generate: [],
  run: [
    'trace',
    'deployment',
    'dataDir',
    'archive',
    'run',
    'from',
    'to',
    'instances',
    'speed',
    'latenessMs',
    'partitions',
    'maxDurationMs',
    'cap',
    'maxDisorderMs',
    'maxAheadMs',
    'faults',
    'faultSeed',
    'keep',
    'hotHours',
    'amendAfterMs',
    'slots',
    'weights',
    'metricsDir',
    'port',
    'exitWhenDone',
    ...MACHINE,
  ],
  serve: ['dataDir', 'archive', 'run', 'port', ...MACHINE],
  query: ['dataDir', 'run', 'format', 'memoryMb'],
  verify: ['trace', 'deployment', 'dataDir', 'run', 'metricsDir', 'memoryMb'],
  status: ['dataDir', 'archive', 'run'],
  metrics: ['metricsDir'],
  reset: ['dataDir', 'archive', 'run'],
  version: [],
};
