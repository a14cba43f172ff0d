/** A piece of an expression. `position` counts characters from 1. */
export type Token =
  | { readonly kind: 'number'; readonly text: string; readonly value: number; readonly position: number }
  | { readonly kind: 'name' | 'sign' | 'end'; readonly text: string; readonly position: number };

/** What is wrong in an expression, and at which of its characters (counted from 1). */
export class ExpressionFault extends Error {
  readonly position: number;

  constructor(position: number, reason: string) {
    super(reason);
    this.name = 'ExpressionFault';
    this.position = position;
  }
}

const PIECE = /\s+|(?<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?<name>[A-Za-z_]\w*)|(?<sign>[-+*/(),])/y;

/** Cuts an expression into its pieces, the last of kind `end`. Throws ExpressionFault at a character that fits none. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  PIECE.lastIndex = 0;
  for (let at = 0; at < text.length; at = PIECE.lastIndex) {
    const position = at + 1;
    const groups = PIECE.exec(text)?.groups;
    if (groups === undefined) throw new ExpressionFault(position, `unexpected "${text[at]}"`);
    const { number, name, sign } = groups;
    if (number !== undefined && !Number.isFinite(Number(number)))
      throw new ExpressionFault(position, `${number} is too large`);
    if (number !== undefined) tokens.push({ kind: 'number', text: number, value: Number(number), position });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name, position });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign, position });
  }
  tokens.push({ kind: 'end', text: '', position: text.length + 1 });
  return tokens;
}
