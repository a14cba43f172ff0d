import { EXPRESSION_FUNCTIONS } from './expression.ts';
import type { Kpi, Metric, Panel } from './metric.ts';
import { CHARTS } from './metric.ts';
import { PARAMETERS } from './parameters.ts';
import type { EventColumn } from './relation.ts';
import { CARRIED_COLUMNS, EVENT_COLUMNS, HISTORY_RELATIONS, KNOWN_COLUMNS } from './relation.ts';

/** The page docs/metrics.md: every metric as its file defines it, and how to write another one. Markdown. */
export function metricsPage(metrics: readonly Metric[]): string {
  const own = [OWN_METRIC, panels(), expressions(), ...relations()];
  const parts = [INTRODUCTION, overview(metrics), ...metrics.map(section), ...own];
  return `${parts.join('\n\n')}\n`;
}

const INTRODUCTION = `<!-- Generated from metrics/*.sql by scripts/generate-docs.ts: change those files, not this one. -->
# Metrics

A metric is one SQL file: it defines one hourly rollup. Its table in every store, its files in the archive, its part of the API and this page follow from it.

- **Keys** tell the rows of a metric apart; \`hour\` is always the first. Times are UTC.
- **Measures** are whole numbers (BIGINT) that can be added up: any coarser grain (a day, all instances) is a sum, exact in any order.
- **Derived values** are computed from summed measures, in double precision, whatever the grain: a rate over a day is the day's sum over the day's sum, never a mean of hourly rates. What has a zero denominator is null, unless its description says otherwise.
- *Executed* means not answered from the result cache. Aborted queries count like any other.`;

function overview(metrics: readonly Metric[]): string {
  const rows = metrics.map(({ name, question }) => [`[\`${name}\`](#${name})`, question]);
  return table(['metric', 'question'], rows);
}

function section(metric: Metric): string {
  const { name, title, question, description, keys, measures, derived, panel, kpi, history, sql } = metric;
  const parts = [
    `## ${name}\n\n**${title}.** ${question}`,
    ...(description === undefined ? [] : [description.trim()]),
    `Keys: ${keys.map((key) => `\`${key.name}\` (${key.type})`).join(', ')}.`,
    table(
      ['measure', 'unit', 'note'],
      measures.map(({ name, unit, note }) => [`\`${name}\``, unit, note ?? '']),
    ),
    ...(derived.length === 0
      ? []
      : [
          table(
            ['derived value', 'unit', 'expression', 'note'],
            derived.map(({ name, unit, expr, note }) => [`\`${name}\``, unit, `\`${expr}\``, note ?? '']),
          ),
        ]),
    ...(panel === undefined ? [] : [`Panel: ${panelInWords(panel)}.`]),
    ...(kpi.length === 0 ? [] : [`Top row: ${kpi.map(kpiInWords).join('; ')}.`]),
    ...(history ? ['Reads [history](#history) besides the events of its hours.'] : []),
    `\`\`\`sql\n${sql}\n\`\`\``,
  ];
  return parts.join('\n\n');
}

function panelInWords({ chart, x, y, series, top, where, stack, scale, over, caption, spread, fit }: Panel): string {
  const named = (names: readonly (string | undefined)[]): string[] =>
    names.filter((name) => name !== undefined).map((name) => `\`${name}\``);
  const by = named([x, series]);
  const sum = x === 'hour' || series === 'hour' ? [] : [over === 'range' ? 'over all hours in view' : 'over one hour'];
  return [
    `${chart} of ${named(y).join(', ')}${by.length === 0 ? '' : ` by ${by.join(' and ')}`}`,
    ...(top === undefined ? [] : [`the ${top} largest`]),
    ...sum,
    ...oneValueInWords(where),
    ...(stack ? ['stacked'] : []),
    ...(scale === 'log' ? ['logarithmic'] : []),
    ...(spread === undefined ? [] : [`spread from ${named(spread).join(' to ')}`]),
    ...(fit === undefined ? [] : [`fit ${named([fit.slope, fit.intercept]).join(' and ')}`]),
    ...(caption.length === 0 ? [] : [`caption ${named(caption).join(', ')}`]),
  ].join(', ');
}

function kpiInWords({ label, value, where, count }: Kpi): string {
  const what = count === undefined ? `\`${value}\`` : `how many \`${count}\` have \`${value}\``;
  return [`*${label}*, ${what}`, ...oneValueInWords(where)].join(', ');
}

function oneValueInWords(where: Readonly<Record<string, string>>): string[] {
  return Object.entries(where).map(([key, value]) => `where \`${key}\` is \`${value}\``);
}

const OWN_METRIC = `## A metric of your own

Put a file \`<name>.sql\` into a folder and name the folder with \`--metrics DIR\`. The head is YAML between \`/*---\` and \`---*/\`, the rest is one SELECT in DuckDB's SQL over the relation \`events\`:

\`\`\`sql
/*---
title: Users
question: How many queries does each user run?
key: [hour, instance_id, user_id]
measures:
  queries: { unit: queries }
  execution_ms: { unit: ms, note: executed queries }
derived:
  mean_execution_ms: { expr: execution_ms / queries, unit: ms }
panel: { chart: bars, x: user_id, y: [queries], series: instance_id, top: 10 }
---*/
SELECT hour, instance_id, user_id, count(*) AS queries, sum(execution_duration_ms) AS execution_ms
FROM events
WHERE NOT was_cached
GROUP BY ALL
\`\`\`

- Names are lower-case letters, digits and \`_\`. The file's name must not be that of another metric or of a public table, nor end in \`_day\`.
- The SELECT has exactly the columns that the head declares: keys (integers, VARCHAR, BOOLEAN or TIMESTAMP) and measures (integers; cast what is not), one row for each key.
- It reads \`events\` and nothing else ([history](#history) besides, with \`history: true\` in the head), and gives the same rows for the same events: no \`random()\`, \`now()\` or settings, no aggregate that depends on the order of rows (\`first\`, \`list\`, \`any_value\`), no LIMIT or sample. Each hour is computed from its own events.
- Measures must be additive: a sum or a count, not a mean, a maximum or a number of distinct values. Nothing can check that for you.
- Derived values are [expressions](#expressions).
- \`panel\` and \`kpi\` say how the [dashboard](#panels) shows it; without them it has its table and its part of the API only.

A file that breaks a rule, or whose SQL does not come to an end over a few made-up events, is left out when a run starts; a line says so, with file, line and reason, and \`spillway status\` shows it while the run is live. \`spillway metrics --metrics DIR\` checks the files without a run. A metric that fails later, on an hour's events, is left out of that hour. A run remembers the definitions that it was created with.`;

/** Fields of `panel`, and what they mean. */
const PANEL_FIELDS: readonly (readonly [field: string, meaning: string])[] = [
  ['chart', `one of ${CHARTS.join(', ')}`],
  ['x', 'key along the axis'],
  ['y', 'measures or derived values that are drawn, in this order'],
  ['series', 'key that tells series apart, or with `top` equal values of `x`'],
  [
    'top',
    'shows that many values of `series`, or of `x` and `series` where `x` is not the hour: those with the largest sum of `y`, ties by key. Otherwise up to 50 values of `series` are shown, in a heatmap 400',
  ],
  ['where', 'the one value of a key that is shown unless another is chosen: `{ phase: execution }`'],
  ['stack', '`true` where what `y` and `series` tell apart lies on top of each other'],
  ['scale', '`linear` (default) or `log`, on which a zero has no place'],
  [
    'over',
    'what is summed where neither `x` nor `series` is the hour: `range` (default), all hours in view or the chosen one, or `hour`, the chosen one or the latest with events',
  ],
  ['caption', 'measures or derived values of everything that is shown together, said below the chart'],
  ['spread', 'two derived values, `[low, high]`, between which most of what the first of `y` stands for lies'],
  [
    'fit',
    'derived values that draw the line ln(1 + y) = intercept + slope x: `{ slope: joins_slope, intercept: joins_intercept }`',
  ],
];

/** Fields of an entry of `kpi`. */
const KPI_FIELDS: readonly (readonly [field: string, meaning: string])[] = [
  ['label', 'what stands above the figure'],
  ['value', 'a measure or derived value; with `count`, a flag that is 1 or 0'],
  ['better', '`lower` or `higher` where one is good and the other is not'],
  ['where', 'the one value of a key that it is about'],
  ['count', 'a key: how many of its values have the flag in the hour, of how many'],
];

function panels(): string {
  const fields = (of: readonly (readonly [string, string])[]): string =>
    table(
      ['field', 'meaning'],
      of.map(([field, meaning]) => [`\`${field}\``, meaning]),
    );
  return `## Panels

\`panel\` in the head makes a panel of the dashboard, with its filters, its table and its CSV. \`chart\` and \`y\` are needed, all else may be left out.

${fields(PANEL_FIELDS)}

\`kpi\` is a list of figures of the dashboard's top row, each of one hour and compared with the same hour of the day before. \`label\` and \`value\` are needed.

${fields(KPI_FIELDS)}

A share that is filtered by its own key stays a share of the whole.`;
}

function expressions(): string {
  const functions = EXPRESSION_FUNCTIONS.map(({ usage, about }) => [`\`${usage}\``, about]);
  const ofRows = EXPRESSION_FUNCTIONS.flatMap((one) => (one.ofRows ? [`\`${one.name}\``] : []));
  const parameters = PARAMETERS.map(({ name, unit, note }) => [`\`${name}\``, unit, note]);
  return `## Expressions

An expression has numbers, \`+ - * /\`, parentheses, measures, derived values that are defined above it, parameters and functions. What cannot be computed is null: a division by zero, a logarithm of what has none, and whatever is computed from a null. Only \`min\` and \`max\` leave nulls out: \`max(0, a / b)\` is 0 where \`b\` is 0, and \`min\` and \`max\` of 0 and 1 are *and* and *or*.

${table(['function', 'value'], functions)}

\`a\`, \`b\`, \`n\`, \`sum_y\` and \`sum_yy\` are expressions. ${ofRows.join(', ')} look below the group's sums and do not stand inside one another.

${table(['parameter', 'unit', 'value'], parameters)}

Slots and weights are those that the run was created with (\`--slots\`, \`--weights\`). The group's instances are the one that it is for, else those that were chosen; all of the run's, if none were.`;
}

function relations(): string[] {
  const columns = (of: readonly EventColumn[]): string =>
    table(
      ['column', 'type', 'meaning'],
      of.map(({ name, type, note }) => [`\`${name}\``, type, note]),
    );
  const [known, carried] = HISTORY_RELATIONS;
  return [
    `## The relation \`events\`

One row for each counted event, cleaned: null durations and \`num_*\` of executed queries are 0; \`mbytes_*\` are 0 where nothing was scanned and null where the size is unknown; a cache hit keeps its nulls.

${columns(EVENT_COLUMNS)}`,
    `## History

With \`history: true\` in its head a metric also reads what earlier hours left behind, made from on-time events only. An hour has only the history that it needs: join by \`hour\` too.

\`${known}\`: one row for each hour and each fingerprint that an instance executes in it and has executed before, the last time at most 168 hours earlier.

${columns(KNOWN_COLUMNS)}

\`${carried}\`: one row at most for each hour and instance; a query of an earlier hour is busy in each hour that its execution reaches, an hour without events included.

${columns(CARRIED_COLUMNS)}`,
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
