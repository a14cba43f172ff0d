import { nearest } from '../config/nearest.ts';
import type { Settings } from '../config/schema.ts';
import { SpillwayError } from '../errors.ts';
import type { Metric } from '../metrics/metric.ts';
import { relationNames } from '../metrics/relation.ts';
import type { Call, Command } from './command.ts';
import { isSet, JSON_OPTION } from './command.ts';
import { EXIT } from './io.ts';
import type { Style } from './style.ts';
import { styleOf } from './style.ts';
import { table } from './table.ts';

const ACTIONS = ['list', 'describe'] as const;

export const metrics: Command = {
  name: 'metrics',
  summary: 'List the metrics, or describe one.',
  arguments: [
    { usage: '[action]', about: 'list (default) or describe.' },
    { usage: '[name]', about: 'The metric to describe.' },
  ],
  options: JSON_OPTION,
  examples: [
    'spillway metrics list',
    'spillway metrics describe spill',
    'spillway metrics list --metrics ./my-metrics',
  ],
  async run(call) {
    const { settings, args } = call;
    const [action = 'list', name] = args;
    if (action === 'list') {
      if (name !== undefined)
        throw usage(`metrics list takes no name, found ${name}`, `spillway metrics describe ${name}`);
      list(call, await load(settings));
    } else if (action === 'describe') {
      if (name === undefined)
        throw usage('metrics describe needs a name', 'for example spillway metrics describe spill');
      describe(call, find(await load(settings), name));
    } else {
      const near = nearest(action, ACTIONS);
      throw usage(`metrics has no action ${action}`, near === undefined ? 'list or describe' : `did you mean ${near}?`);
    }
    return EXIT.done;
  },
};

async function load({ metricsDir }: Settings): Promise<readonly Metric[]> {
  const { loadMetrics } = await import('../metrics/load.ts');
  return await loadMetrics(metricsDir === undefined ? {} : { user: metricsDir });
}

function find(all: readonly Metric[], name: string): Metric {
  const found = all.find((metric) => metric.name === name);
  if (found !== undefined) return found;
  const names = all.map((metric) => metric.name);
  const near = nearest(name, names);
  throw usage(
    `there is no metric ${name}`,
    near === undefined ? `metrics: ${names.join(', ')}` : `did you mean ${near}?`,
  );
}

function list(call: Call, all: readonly Metric[]): void {
  const { io } = call;
  if (isSet(call, 'json')) {
    io.stdout.write(`${JSON.stringify(all)}\n`);
    return;
  }
  const head = ['metric', 'key', 'question'].map((name) => ({ name, align: 'left' }) as const);
  const rows = all.map((metric) => [metric.name, metric.keys.map(({ name }) => name).join(', '), metric.question]);
  io.stdout.write(table(head, rows, styleOf(io.stdout, io.env), io.stdout.isTTY ? io.stdout.columns : undefined));
}

function describe(call: Call, metric: Metric): void {
  const { io } = call;
  if (isSet(call, 'json')) io.stdout.write(`${JSON.stringify(metric)}\n`);
  else io.stdout.write(description(metric, styleOf(io.stdout, io.env)));
}

function description(metric: Metric, style: Style): string {
  const columns = (...names: string[]): { name: string; align: 'left' }[] =>
    names.map((name) => ({ name, align: 'left' }));
  const keys = metric.keys.map(({ name, type }) => [name, type]);
  const measures = metric.measures.map(({ name, unit, note }) => [name, unit, note ?? '']);
  const derived = metric.derived.map(({ name, unit, expr, note }) => [name, unit, expr, note ?? '']);
  return [
    `${style.bold(metric.name)}  ${metric.title}\n${metric.question}\n`,
    metric.description === undefined ? '' : `${metric.description.trim()}\n`,
    table(columns('key', 'type'), keys, style),
    table(columns('measure', 'unit', 'note'), measures, style),
    derived.length === 0 ? '' : table(columns('derived', 'unit', 'expression', 'note'), derived, style),
    `reads ${relationNames(metric.history).join(', ')}\n`,
    `${style.dim(metric.file)}\n${metric.sql.trim()}\n`,
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function usage(message: string, hint: string): SpillwayError {
  return new SpillwayError('USAGE', message, { hint });
}
