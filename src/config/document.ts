import { diffSchema, infosOf, rejectedSchema } from './command-options.ts';
import type { FieldInfo } from './field.ts';
import type { SettingKey } from './schema.ts';
import { GENERATE_KEYS, generateInfo, RUN_NAME, SETTING_KEYS, settingInfo } from './schema.ts';
import { variableOf } from './sources.ts';
import { COMMANDS, SETTINGS_OF } from './usage.ts';

/** docs/options.md, made from the schema that checks the options. */
export function optionsPage(): string {
  return [
    INTRODUCTION,
    '## Options',
    ...SETTING_KEYS.map(settingSection),
    '## Options of `generate`',
    'These are flags only: a trace is made by a command that says all of it.',
    flagTable(GENERATE_KEYS.map(generateInfo)),
    '## Options of `rejected`',
    'These are flags only: they say what one call is to show.',
    flagTable(Object.values(infosOf(rejectedSchema))),
    '## Options of `diff`',
    'These are flags only, too.',
    flagTable(Object.values(infosOf(diffSchema))),
  ]
    .join('\n\n')
    .concat('\n');
}

const INTRODUCTION = `<!-- Made by scripts/generate-docs.ts from src/config/schema.ts; do not edit. -->

# Options

An option can be given in four places. The first that has it wins:

1. a flag: \`--lateness 15m\`
2. an environment variable: \`SPILLWAY_LATENESS=15m\`; an empty one counts as not set
3. \`spillway.yaml\` in the current folder, or the file that \`--config\` or \`SPILLWAY_CONFIG\` names: \`lateness: 15m\`
4. the default

Flags, variables and names in the file that Spillway does not know are refused, with the nearest name that it knows. A
command uses the options listed for it and no others. A relative path in the file is relative to the file's folder, any
other one to the current folder.

- A **duration** is a number and a unit: \`250ms\`, \`90s\`, \`10m\`, \`1h\`, \`7d\`.
- A **time** is ISO-8601: \`2024-03-01\`, \`2024-03-01T14:00\`, \`2024-03-01T14:00:00Z\`. Without a zone it is UTC.
- A **run's name** fits \`${RUN_NAME.source}\`.

\`\`\`yaml
# spillway.yaml
data-dir: ./data
trace: ./redset/provisioned
instances: [provisioned-12, provisioned-96]
speed: 600
\`\`\``;

function settingSection(key: SettingKey): string {
  const info = settingInfo(key);
  const commands = COMMANDS.filter((name) => SETTINGS_OF[name].includes(key)).map((name) => `\`${name}\``);
  return [
    `### ${info.name}`,
    info.about,
    [
      '| flag | variable | default | example | commands |',
      '|---|---|---|---|---|',
      `| ${[flagOf(info), `\`${variableOf(key)}\``, defaultOf(info), exampleOf(info), commands.join(', ')].join(' | ')} |`,
    ].join('\n'),
  ].join('\n\n');
}

function flagTable(infos: readonly FieldInfo[]): string {
  const rows = infos.map((info) => {
    return `| ${[flagOf(info), defaultOf(info), exampleOf(info), info.about].join(' | ')} |`;
  });
  return ['| flag | default | example | |', '|---|---|---|---|', ...rows].join('\n');
}

function flagOf(info: FieldInfo): string {
  return code(info.value === undefined ? `--${info.name}` : `--${info.name} ${info.value}`);
}

function defaultOf(info: FieldInfo): string {
  if (info.defaultText !== undefined) return info.defaultText;
  return info.default === undefined ? 'none: it must be given' : code(info.default);
}

function exampleOf(info: FieldInfo): string {
  return info.example === undefined ? '' : code(info.example);
}

/** Code in a table: a bar would end the cell. */
function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}
