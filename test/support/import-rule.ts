import { posix } from 'node:path';
import { type SourceFile, withoutComments } from './source-files.ts';

/** The one file of a stage that its neighbours may import. */
const INTERFACES = [
  'archive/archive.ts',
  'bus/bus.ts',
  'hot-store/hot-store.ts',
  'metrics/metric.ts',
  'replay/faults.ts',
  'replay/replay.ts',
  'trace/trace.ts',
  'warehouse/warehouse.ts',
];

/** What everybody may import, besides the own folder. */
const COMMON = ['engine/', 'errors.ts', 'model/', 'observe/', 'time/'];

/** What a folder or file of src/ may import besides its own folder. `x/` is a folder, `x.ts` a file, `*` everything. */
interface Rule {
  readonly may: readonly string[];
  /** May be imported with `import type` only. */
  readonly types?: readonly string[];
  /** Wins over `may`. */
  readonly never?: readonly string[];
  /** Whether npm packages and Node's own modules may be imported; default true. */
  readonly packages?: boolean;
}

// nearest.ts is how every part of Spillway finds the name that was meant; it knows nothing of configuration.
const STAGE: Rule = { may: [...COMMON, ...INTERFACES, 'config/nearest.ts'], types: ['config/'] };

/** The import rule of src/. A folder that is not here may not be: name it first. */
const RULES: Readonly<Record<string, Rule>> = {
  'model/': { may: [], packages: false },
  'errors.ts': { may: [], packages: false },
  'time/': { may: ['errors.ts', 'model/'] },
  'observe/': { may: ['errors.ts', 'model/', 'time/'], types: ['config/'] },
  'engine/': { may: COMMON, types: ['config/'] },
  'config/': { may: COMMON },
  'trace/': STAGE,
  'replay/': STAGE,
  'bus/': STAGE,
  'processor/': STAGE,
  'metrics/': STAGE,
  'hot-store/': STAGE,
  'archive/': STAGE,
  'warehouse/': STAGE,
  'verify/': { ...STAGE, never: ['processor/'] },
  'api/': { ...STAGE, never: ['processor/'] },
  'pipeline.ts': { may: ['*'], never: ['cli/'] },
  'cli/': { may: ['*'] },
};

/** The dashboard is built apart from src/ and knows it by its types only. */
const WEB: Rule = { may: [], types: ['api/'] };

/** An import as it is written in a file. */
interface Import {
  readonly specifier: string;
  readonly isType: boolean;
}

/** Every import that breaks the rule, one line each: `src/api/app.ts imports src/processor/hours.ts: <the rule>`. */
export function importViolations(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) =>
    importsOf(file.text).flatMap((found) => {
      const target = targetOf(file.path, found.specifier);
      const broken = brokenRule(file.path, target, found.isType);
      return broken === undefined ? [] : [`${file.path} imports ${target}: ${broken}`];
    }),
  );
}

/** The imports of a source text: static, re-exporting, for side effects, and dynamic ones with a fixed name. */
function importsOf(text: string): Import[] {
  const patterns = [
    /^\s*(?:import|export)\s+(?<type>type\s+)?[^'";`]*?\bfrom\s*['"](?<specifier>[^'"]+)['"]/gm,
    /^\s*import\s*['"](?<specifier>[^'"]+)['"]/gm,
    /\bimport\s*\(\s*['"](?<specifier>[^'"]+)['"]/g,
  ];
  const code = withoutComments(text);
  return patterns.flatMap((pattern) =>
    Array.from(code.matchAll(pattern), ({ groups }) => ({
      specifier: groups?.specifier ?? '',
      isType: groups?.type !== undefined,
    })),
  );
}

/** A relative import as a path from the project's folder, a package by its name. */
function targetOf(path: string, specifier: string): string {
  return specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier;
}

/** The rule in words that an import breaks, or undefined. */
function brokenRule(path: string, target: string, isType: boolean): string | undefined {
  const unit = unitOf(path);
  const rule = path.startsWith('web/') ? WEB : RULES[unit];
  if (rule === undefined) return `${unit} is not in the table of the import rule`;
  if (!target.startsWith('src/')) {
    const isPackage = !/^\.|^[a-z]+\//.test(target) || target.startsWith('@');
    return rule.packages === false && isPackage ? `${unit} imports nothing from outside` : undefined;
  }
  const inside = target.slice('src/'.length);
  const matches = (entry: string) =>
    entry === '*' || entry === inside || (entry.endsWith('/') && inside.startsWith(entry));
  if (rule.never?.some(matches)) return `${unit} never imports ${rule.never.find(matches)}`;
  if (path.startsWith('src/') && unitOf(target) === unit) return undefined;
  if (rule.may.some(matches) || (isType && rule.types?.some(matches))) return undefined;
  if (rule.types?.some(matches)) return `${unit} imports only types from ${rule.types.find(matches)}`;
  return `${unit} may import ${[...rule.may, ...(rule.types ?? []).map((entry) => `types of ${entry}`)].join(', ') || 'nothing'}`;
}

/** `bus/` for a file of src/bus, `errors.ts` for a file of src itself, `web/` for one of the dashboard. */
function unitOf(path: string): string {
  const parts = (path.startsWith('src/') ? path.slice('src/'.length) : path).split('/');
  return parts.length === 1 ? (parts[0] ?? '') : `${parts[0]}/`;
}
