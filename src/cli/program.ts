import { Command as Commander, CommanderError, Option } from 'commander';
import type { FieldInfo, ValueSpec } from '../config/field.ts';
import { nearest } from '../config/nearest.ts';
import { settingInfo } from '../config/schema.ts';
import { COMMANDS, SETTINGS_OF } from '../config/usage.ts';
import { SpillwayError } from '../errors.ts';
import type { Command } from './command.ts';
import type { Io } from './io.ts';

/** What the command line says, before any value is checked. */
export interface ParsedCall {
  readonly command: Command;
  readonly args: readonly string[];
  /** Values of settings given as flags, by key of the schema. */
  readonly settings: Readonly<Record<string, ValueSpec | undefined>>;
  /** Values of the command's own options, by key. */
  readonly options: Readonly<Record<string, ValueSpec | undefined>>;
  readonly configFile: string | undefined;
}

const CONFIG: FieldInfo = {
  name: 'config',
  value: 'FILE',
  about: 'Read settings from this YAML file instead of ./spillway.yaml.',
};

/**
 * Parses the words after `spillway`. Prints help where it is asked for and then throws commander's own error with exit
 * code 0; throws USAGE for unknown commands, flags and arguments.
 */
export function parseCall(argv: readonly string[], commands: readonly Command[], io: Io): ParsedCall {
  let parsed: ParsedCall | undefined;
  const program = baseCommander('spillway', io)
    .description("Replays a data warehouse's query telemetry as a live stream and turns it into hourly answers.")
    .usage('<command> [options]')
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .helpCommand('help [command]', 'Show the help of a command.')
    .addHelpText('after', ['', 'Start here:', '  $ spillway demo', ''].join('\n'));
  for (const command of commands) {
    program.addCommand(
      commanderOf(command, io).action((...received: unknown[]) => {
        const commander = received.at(-1);
        if (commander instanceof Commander) parsed = parsedCall(command, commander);
      }),
    );
  }
  const [first] = argv;
  if (first === undefined) {
    program.outputHelp({ error: true });
    throw new SpillwayError('USAGE', 'no command given', { hint: 'spillway demo shows everything at work' });
  }
  checkCommand(first);
  try {
    program.parse(argv.map(escaped), { from: 'user' });
  } catch (error) {
    throw usageOf(
      error,
      commands.find(({ name }) => name === first),
    );
  }
  if (parsed === undefined) throw new Error(`no action ran for ${argv.join(' ')}`);
  return parsed;
}

/** SQL may begin with a comment: a word such as `-- by day` is no option. */
function escaped(word: string): string {
  return /^--\s/.test(word) ? `\n${word}` : word;
}

function baseCommander(name: string, io: Io): Commander {
  return new Commander(name)
    .exitOverride()
    .showSuggestionAfterError(false)
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // Errors are thrown and printed in one place, failure.ts.
      outputError: () => undefined,
      getOutHelpWidth: () => io.stdout.columns,
      getErrHelpWidth: () => io.stderr.columns,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .helpOption('-h, --help', 'Show this help.');
}

function commanderOf(command: Command, io: Io): Commander {
  const commander = baseCommander(command.name, io)
    .summary(command.summary)
    // Checked by ourselves, to name the argument that is too many.
    .allowExcessArguments(true)
    .description([command.summary, ...(command.details === undefined ? [] : ['', command.details])].join('\n'));
  for (const { usage, about } of command.arguments ?? []) commander.argument(usage, about);
  for (const info of [...settingOptions(command), ...ownOptions(command)]) commander.addOption(optionOf(info));
  if (settingOptions(command).length > 0) commander.addOption(optionOf(CONFIG));
  const examples = command.examples.map((example) => `  $ ${example}`);
  return commander.addHelpText(
    'after',
    ['', examples.length > 1 ? 'Examples:' : 'Example:', ...examples, ''].join('\n'),
  );
}

function optionOf(info: FieldInfo): Option {
  const value = info.value === undefined ? '' : ` <${info.value}>`;
  const fallback = info.defaultText ?? (info.value === undefined ? undefined : info.default);
  return new Option(`--${info.name}${value}`, fallback === undefined ? info.about : `${info.about} (${fallback})`);
}

function settingOptions(command: Command): FieldInfo[] {
  return SETTINGS_OF[command.name].map(settingInfo);
}

function ownOptions(command: Command): FieldInfo[] {
  return Object.values(command.options ?? {});
}

function parsedCall(command: Command, commander: Commander): ParsedCall {
  checkArguments(command, commander.args);
  const values: Record<string, unknown> = commander.opts();
  const valueGiven = (info: FieldInfo): ValueSpec | undefined => {
    const value = values[optionOf(info).attributeName()];
    return typeof value === 'string' || typeof value === 'boolean' ? value : undefined;
  };
  const configFile = valueGiven(CONFIG);
  return {
    command,
    args: commander.args,
    settings: Object.fromEntries(SETTINGS_OF[command.name].map((key) => [key, valueGiven(settingInfo(key))])),
    options: Object.fromEntries(Object.entries(command.options ?? {}).map(([key, info]) => [key, valueGiven(info)])),
    configFile: typeof configFile === 'string' ? configFile : undefined,
  };
}

function checkArguments(command: Command, args: readonly string[]): void {
  const taken = command.arguments?.length ?? 0;
  if (command.arguments?.at(-1)?.usage.endsWith('...]') === true) return;
  const extra = args[taken];
  if (extra === undefined) return;
  const most = taken === 0 ? 'no argument' : taken === 1 ? 'one argument' : `${taken} arguments`;
  throw new SpillwayError(
    'USAGE',
    `spillway ${command.name} takes ${most}, found ${extra}${taken === 0 ? '' : ' after that'}`,
    {
      hint: `spillway ${command.name} --help lists what there is`,
    },
  );
}

function checkCommand(word: string): void {
  if (word.startsWith('-') || word === 'help' || COMMANDS.some((name) => name === word)) return;
  const near = nearest(word, COMMANDS);
  throw new SpillwayError('USAGE', `there is no command ${word}`, {
    hint: near === undefined ? `commands: ${COMMANDS.join(', ')}` : `did you mean spillway ${near}?`,
  });
}

/** Turns commander's complaint into ours: what was seen, and the nearest thing that would have been right. */
function usageOf(error: unknown, command: Command | undefined): unknown {
  if (!(error instanceof CommanderError) || error.exitCode === 0) return error;
  const [, seen = ''] = /'([^']*)'/.exec(error.message) ?? [];
  const help = `spillway ${command === undefined ? '' : `${command.name} `}--help lists what there is`;
  if (error.code === 'commander.unknownOption') {
    const known = command === undefined ? ['--help'] : flagsOf(command);
    const near = nearest(seen.split('=')[0] ?? seen, known);
    const subject = command === undefined ? 'spillway' : `spillway ${command.name}`;
    return new SpillwayError('USAGE', `${subject} has no option ${seen}`, {
      hint: near === undefined ? help : `did you mean ${near}?`,
      cause: error,
    });
  }
  if (error.code === 'commander.optionMissingArgument') {
    return new SpillwayError('USAGE', `${seen.replace(/ .*/, '')} needs a value`, {
      hint: `write ${seen.replace(/^.*(--\S+) <(.*)>$/, '$1 $2')}; ${help}`,
      cause: error,
    });
  }
  const message = error.message.replace(/^error: /, '').replace(/\.$/, '');
  return new SpillwayError('USAGE', message, { hint: help, cause: error });
}

function flagsOf(command: Command): string[] {
  return [...ownOptions(command), ...settingOptions(command), CONFIG].map(({ name }) => `--${name}`).concat('--help');
}
