import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { messageOf, SpillwayError } from '../errors.ts';
import type { ValueSpec } from './field.ts';
import { nearest } from './nearest.ts';
import type { SettingKey } from './schema.ts';
import { SETTING_KEYS, settingInfo } from './schema.ts';

export interface SourcesSpec {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** `--config FILE`; default SPILLWAY_CONFIG, else spillway.yaml in `cwd` if it exists. */
  readonly configFile?: string;
}

/** One value with the place it was written at. */
export interface Given {
  readonly value: ValueSpec;
  readonly source: 'flag' | 'variable' | 'file';
  /** As the user knows it: `--speed`, `SPILLWAY_SPEED`, `speed in spillway.yaml`. */
  readonly place: string;
  /** Folder that a relative path is relative to. */
  readonly base: string;
}

const PREFIX = 'SPILLWAY_';
/** Variables by which our own processes speak to each other; never a setting. */
const INTERNAL_PREFIX = `${PREFIX}INTERNAL_`;
const CONFIG_VARIABLE = `${PREFIX}CONFIG`;
const DEFAULT_FILE = 'spillway.yaml';

/** The variable of a setting: `SPILLWAY_DATA_DIR`. */
export function variableOf(key: SettingKey): string {
  return PREFIX + settingInfo(key).name.toUpperCase().replaceAll('-', '_');
}

/** Values of all SPILLWAY_* variables by key. Throws CONFIG_INVALID for an unknown one. */
export function fromEnvironment(spec: SourcesSpec): Map<string, Given> {
  const variables = new Map(SETTING_KEYS.map((key) => [variableOf(key), key]));
  const given = new Map<string, Given>();
  for (const name of Object.keys(spec.env).sort()) {
    if (!name.startsWith(PREFIX) || name.startsWith(INTERNAL_PREFIX) || name === CONFIG_VARIABLE) continue;
    const key = variables.get(name);
    if (key === undefined) throw unknownName(`the variable ${name}`, name, [...variables.keys(), CONFIG_VARIABLE]);
    const value = spec.env[name];
    // An empty variable is how shells and compose files say "not set".
    if (value !== undefined && value !== '') given.set(key, { value, source: 'variable', place: name, base: spec.cwd });
  }
  return given;
}

/** Values of the configuration file by key; none if it is not named and does not exist. Throws CONFIG_INVALID. */
export async function fromFile(spec: SourcesSpec): Promise<Map<string, Given>> {
  const named = spec.configFile ?? (spec.env[CONFIG_VARIABLE] || undefined);
  const shown = named ?? DEFAULT_FILE;
  const file = resolve(spec.cwd, shown);
  const content = readConfigFile(file, named);
  const given = new Map<string, Given>();
  if (content === undefined) return given;
  const keys = new Map(SETTING_KEYS.map((key) => [settingInfo(key).name, key]));
  for (const [name, value] of Object.entries(await parseConfigFile(content, shown))) {
    const key = keys.get(name);
    if (key === undefined) throw unknownName(`\`${name}\` in ${shown}`, name, keys.keys());
    const place = `${name} in ${shown}`;
    if (value !== null) given.set(key, { value: valueSpec(value, place), source: 'file', place, base: dirname(file) });
  }
  return given;
}

function readConfigFile(file: string, named: string | undefined): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' && named === undefined) return undefined;
    const found = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : messageOf(error);
    throw new SpillwayError('CONFIG_INVALID', `reading the configuration file ${named ?? file}: ${found}`, {
      hint: 'name a YAML file, for example --config spillway.yaml',
      cause: error,
    });
  }
}

async function parseConfigFile(text: string, shown: string): Promise<Record<string, unknown>> {
  // Loaded here, because most calls have no configuration file.
  const { parse } = await import('yaml');
  let content: unknown;
  try {
    content = parse(text, { logLevel: 'error' });
  } catch (error) {
    const [message = ''] = messageOf(error).split('\n');
    throw new SpillwayError('CONFIG_INVALID', `${shown} is not YAML: ${message.replace(/:$/, '')}`, { cause: error });
  }
  if (content === null || content === undefined) return {};
  if (typeof content === 'object' && !Array.isArray(content)) return { ...content };
  throw new SpillwayError('CONFIG_INVALID', `${shown} holds ${kindOf(content)}: expected lines such as \`speed: 60\``, {
    hint: 'docs/options.md lists every option',
  });
}

function valueSpec(value: unknown, place: string): ValueSpec {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string' || typeof item === 'number')) return value;
  throw new SpillwayError('CONFIG_INVALID', `${place} is ${kindOf(value)}: expected one value`, {
    hint: 'docs/options.md lists every option',
  });
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'a map' : 'a single value';
}

function unknownName(subject: string, name: string, known: Iterable<string>): SpillwayError {
  const names = [...known];
  const near = nearest(name, names);
  return new SpillwayError('CONFIG_INVALID', `${subject} is not an option of Spillway`, {
    hint: near === undefined ? `known: ${names.sort().join(', ')}` : `did you mean ${near}?`,
  });
}
