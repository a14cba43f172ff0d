import type { FieldInfo, ValueSpec } from '../config/field.ts';
import type { SettingKey, Settings } from '../config/schema.ts';
import type { CommandName } from '../config/usage.ts';
import type { Io } from './io.ts';

/** One command: what `--help` says about it and what it does. */
export interface Command {
  readonly name: CommandName;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `--help` says above the options, after the summary. */
  readonly details?: string;
  readonly arguments?: readonly Argument[];
  /** Options of this command alone, by key; they come from flags only. */
  readonly options?: Readonly<Record<string, FieldInfo>>;
  readonly examples: readonly string[];
  /** Returns the exit code. */
  run(call: Call): Promise<number>;
}

export interface Argument {
  /** As commander writes it: `<sql>` must be given, `[name]` may be, `[names...]` takes all that follow. */
  readonly usage: string;
  readonly about: string;
}

/** One call of a command, parsed and checked. */
export interface Call {
  readonly io: Io;
  readonly settings: Settings;
  /** Settings that were given by flag, variable or file. */
  readonly given: ReadonlySet<SettingKey>;
  readonly args: readonly string[];
  /** The command's own options as given. */
  readonly options: Readonly<Record<string, ValueSpec | undefined>>;
  /** The words after `spillway`, for saying how to go on. */
  readonly argv: readonly string[];
}

/** `--json`, for every command whose result a program would read. */
export const JSON_OPTION = { json: { name: 'json', about: 'Print JSON for programs.' } } as const satisfies Record<
  string,
  FieldInfo
>;

/** True if a switch was given. */
export function isSet(call: Call, option: string): boolean {
  return call.options[option] === true;
}
