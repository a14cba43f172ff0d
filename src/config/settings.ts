import type { z } from 'zod';
import { SpillwayError } from '../errors.ts';
import type { EventTime } from '../model/time.ts';
import { isoTime } from '../model/time.ts';
import type { FieldInfo, ValueSpec } from './field.ts';
import { infoOf } from './field.ts';
import { resolvePath } from './path.ts';
import type { GenerateSettings, SettingKey, Settings } from './schema.ts';
import { generateSchema, SETTING_KEYS, settingsSchema } from './schema.ts';
import type { Given, SourcesSpec } from './sources.ts';
import { fromEnvironment, fromFile } from './sources.ts';

/** Where settings may come from, strongest first: flags, variables, the configuration file. */
export interface SettingsSpec extends SourcesSpec {
  /** By key of the schema. */
  readonly flags: Readonly<Record<string, ValueSpec | undefined>>;
}

export interface ResolvedSettings {
  readonly settings: Settings;
  /** Keys that were given somewhere, so that a command can tell a wish from a default. */
  readonly given: ReadonlySet<SettingKey>;
}

/**
 * Reads, merges and checks all settings. Throws CONFIG_INVALID (variable, file) or USAGE (flag) naming the option, the
 * value seen and what to write instead.
 */
export async function resolveSettings(spec: SettingsSpec): Promise<ResolvedSettings> {
  const given = new Map<string, Given>([
    ...(await fromFile(spec)),
    ...fromEnvironment(spec),
    ...fromFlags(spec, (key) => infoOf(Reflect.get(settingsSchema.shape, key))),
  ]);
  const settings = check(settingsSchema, given, spec.cwd);
  checkRange(settings, given);
  return { settings: Object.freeze(settings), given: new Set(SETTING_KEYS.filter((key) => given.has(key))) };
}

/** Checks the flags of `generate`. Throws USAGE. */
export function resolveGenerate(spec: Pick<SettingsSpec, 'flags' | 'cwd'>): GenerateSettings {
  return resolveFlags(generateSchema, spec);
}

/** Checks options that a command takes as flags alone, and a range `from` to `to` among them. Throws USAGE. */
export function resolveFlags<S extends z.ZodObject>(
  schema: S,
  spec: Pick<SettingsSpec, 'flags' | 'cwd'>,
): Readonly<z.output<S>> {
  const given = fromFlags(spec, (key) => infoOf(Reflect.get(schema.shape, key)));
  const options = check(schema, given, spec.cwd);
  checkRange(options, given);
  return Object.freeze(options);
}

function fromFlags(spec: Pick<SettingsSpec, 'flags' | 'cwd'>, info: (key: string) => FieldInfo): Map<string, Given> {
  const given = new Map<string, Given>();
  for (const [key, value] of Object.entries(spec.flags)) {
    if (value !== undefined) given.set(key, { value, source: 'flag', place: `--${info(key).name}`, base: spec.cwd });
  }
  return given;
}

/** Validates the merged values and makes paths absolute. */
function check<S extends z.ZodObject>(schema: S, given: ReadonlyMap<string, Given>, cwd: string): z.output<S> {
  const result = schema.safeParse(Object.fromEntries([...given].map(([key, { value }]) => [key, value])));
  if (!result.success) {
    const [issue] = result.error.issues;
    const key = String(issue?.path[0]);
    throw invalid(given.get(key), infoOf(Reflect.get(schema.shape, key)), issue?.message ?? 'expected another value');
  }
  for (const [key, value] of Object.entries(result.data)) {
    const { path } = infoOf(Reflect.get(schema.shape, key));
    if (path === true && typeof value === 'string') {
      Reflect.set(result.data, key, resolvePath(given.get(key)?.base ?? cwd, value));
    }
  }
  return result.data;
}

function checkRange(
  { from, to }: { readonly from?: EventTime | undefined; readonly to?: EventTime | undefined },
  given: ReadonlyMap<string, Given>,
): void {
  if (from === undefined || to === undefined || from < to) return;
  const place = (key: string): string => given.get(key)?.place ?? `the default of --${key}`;
  throw new SpillwayError(
    codeOf(given.get('to') ?? given.get('from')),
    `${place('to')} is ${isoTime(to)}, not after ${place('from')}, which is ${isoTime(from)}`,
    { hint: '--to is the end, exclusive: for one day write --from 2024-03-01 --to 2024-03-02' },
  );
}

function invalid(given: Given | undefined, info: FieldInfo, expected: string): SpillwayError {
  const seen = given === undefined ? 'missing' : shown(given.value);
  return new SpillwayError(codeOf(given), `${given?.place ?? info.name} is ${seen}: ${expected}`, {
    hint: `for example ${exampleOf(given, info)}`,
  });
}

function codeOf(given: Given | undefined): 'USAGE' | 'CONFIG_INVALID' {
  return given?.source === 'variable' || given?.source === 'file' ? 'CONFIG_INVALID' : 'USAGE';
}

/** The working example in the place where the wrong value was. */
function exampleOf(given: Given | undefined, info: FieldInfo): string {
  const example = info.example ?? info.default ?? '';
  if (given?.source === 'file') return `${info.name}: ${example}`;
  if (given?.source === 'variable') return `${given.place}=${example}`;
  return info.value === undefined ? `--${info.name}` : `--${info.name} ${example}`;
}

/** A value as the error shows it: short, on one line, and visible even when it is blank. */
function shown(value: ValueSpec): string {
  const text = Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
  if (text.trim() === '') return 'empty';
  const line = JSON.stringify(text).slice(1, -1);
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}

/** An option that a command cannot do without, for errors that it finds by itself. */
export function missing(info: FieldInfo, why: string): SpillwayError {
  return new SpillwayError('USAGE', `--${info.name} is missing: ${why}`, {
    hint: `for example --${info.name} ${info.example ?? ''}`.trim(),
  });
}
