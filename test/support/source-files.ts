import { globSync, readFileSync } from 'node:fs';
import { sep } from 'node:path';

/** A source file: its path from the project's folder with `/`, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** All files of the project that match a glob, in order of their paths. */
export function readSources(pattern: string): SourceFile[] {
  const root = new URL('../../', import.meta.url);
  return globSync(pattern, { cwd: root, exclude: ['**/node_modules/**'] })
    .map((path) => path.split(sep).join('/'))
    .sort()
    .map((path) => ({ path, text: readFileSync(new URL(path, root), 'utf8') }));
}

// A string or template first, so that a `//` within one does not start a comment.
const STRING_OR_COMMENT = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;

/** The text without its comments, line numbers kept. */
export function withoutComments(text: string): string {
  return text.replace(STRING_OR_COMMENT, (found) => (/^\/[/*]/.test(found) ? found.replace(/[^\n]/g, ' ') : found));
}
