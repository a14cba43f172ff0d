import type { Io, Output } from './io.ts';

/** The few colours of the terminal, as functions from text to text. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

const code =
  (on: number, off: number) =>
  (text: string): string =>
    text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`;
const plain = (text: string): string => text;

export const colored: Style = {
  bold: code(1, 22),
  dim: code(2, 22),
  red: code(31, 39),
  green: code(32, 39),
  yellow: code(33, 39),
  cyan: code(36, 39),
};

export const uncolored: Style = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain, cyan: plain };

/** Colours for a terminal that has them; none for a pipe, a dumb terminal or where NO_COLOR is set (no-color.org). */
export function styleOf(output: Output, env: Io['env']): Style {
  const refused = env.NO_COLOR !== undefined && env.NO_COLOR !== '';
  return output.isTTY && !refused && env.TERM !== 'dumb' ? colored : uncolored;
}
