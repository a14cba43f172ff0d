import { EXPRESSION_FUNCTIONS } from './expression.ts';
import type { Metric, Panel } from './metric.ts';
import { EVENT_COLUMNS } from './relation.ts';

/** The page docs/metrics.md: every metric as its file defines it, and how to write another one. Markdown. */
export function metricsPage(metrics: readonly Metric[]): string {
  return `${[INTRODUCTION, overview(metrics), ...metrics.map(section), OWN_METRIC, eventColumns()].join('\n\n')}\n`;
}

const INTRODUCTION = `<!-- Generated from metrics/*.sql by scripts/generate-docs.ts: change those files, not this one. -->
# Metrics

A metric is one SQL file: it defines one hourly rollup. Its table in every store, its files in the archive, its part of the API and this page follow from it.

- **Keys** tell the rows of a metric apart; \`hour\` is always the first. Times are UTC.
- **Measures** are whole numbers (BIGINT) that can be added up: any coarser grain (a day, all instances) is a sum, exact in any order.
- **Derived values** are computed from summed measures, in double precision, whatever the grain: a rate over a day is the day's sum over the day's sum, never a mean of hourly rates. What has a zero denominator is null.
- *Executed* means not answered from the result cache. Aborted queries count like any other.`;

function overview(metrics: readonly Metric[]): string {
  const rows = metrics.map(({ name, question }) => [`[\`${name}\`](#${name})`, question]);
  return table(['metric', 'question'], rows);
}

function section(metric: Metric): string {
  const { name, title, question, description, keys, measures, derived, panel, sql } = metric;
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
    `\`\`\`sql\n${sql}\n\`\`\``,
  ];
  return parts.join('\n\n');
}

function panelInWords({ chart, x, y, series, top }: Panel): string {
  const of = y.map((name) => `\`${name}\``).join(', ');
  const by = [x, series].filter((name) => name !== undefined).map((name) => `\`${name}\``);
  const largest = top === undefined ? '' : `, the ${top} largest`;
  return `${chart} of ${of}${by.length === 0 ? '' : ` by ${by.join(' and ')}`}${largest}`;
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
- It reads \`events\` and nothing else, and gives the same rows for the same events: no \`random()\`, \`now()\` or settings, no aggregate that depends on the order of rows (\`first\`, \`list\`, \`any_value\`), no LIMIT or sample. Each hour is computed from its own events.
- Measures must be additive: a sum or a count, not a mean, a maximum or a number of distinct values. Nothing can check that for you.
- An expression has numbers, measures, \`+ - * /\`, parentheses and the functions ${EXPRESSION_FUNCTIONS.map((usage) => `\`${usage}\``).join(', ')}. \`min\` and \`max\` leave nulls out; in all else null gives null.
  - \`share(a, key)\`: \`a\` of the group, divided by \`a\` of all groups together that differ from it in \`key\` only.
  - \`corr(key, n, sum_y, sum_yy)\`: Pearson's correlation of x and y. Each value x of the integer \`key\` stands for \`n\` points whose y and y² sum up to \`sum_y\` and \`sum_yy\`. With N = Σn: S_xx = Σ n (x - x̄)², S_xy = Σ (x - x̄) sum_y, S_yy = Σ sum_yy - N ȳ²; r = S_xy / √(S_xx S_yy), null where x or y does not vary.
  - \`slope(key, n, sum_y)\`: S_xy / S_xx, the slope of the least-squares line of y on x.
- \`panel\`: \`chart\` is one of line, area, bars, scatter, heatmap, table; \`x\` and \`series\` name keys, \`y\` measures or derived values; \`top\` keeps the largest sums of \`y\`, ties by key.

A file that breaks a rule is refused when a run starts, with file, line and reason. A run remembers the definitions that it was created with.`;

function eventColumns(): string {
  const rows = EVENT_COLUMNS.map(({ name, type, note }) => [`\`${name}\``, type, note]);
  return `## The relation \`events\`

One row for each counted event, cleaned: null durations and \`num_*\` of executed queries are 0; \`mbytes_*\` are 0 where nothing was scanned and null where the size is unknown; a cache hit keeps its nulls.

${table(['column', 'type', 'meaning'], rows)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
