/** An exact sum: a number while no digit is lost, else a bigint; null where no row has a value. */
export type ExactSum = number | bigint | null;

/** Adds without losing a digit. */
export function addExact(a: ExactSum, b: number | bigint): number | bigint {
  if (a === null) return b;
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return narrow(BigInt(a) + BigInt(b));
}

/** A cell of a measure or an integer key: a number, a bigint or its text. Throws TypeError for anything else. */
export function exactInteger(cell: unknown): ExactSum {
  if (cell === null) return null;
  if (typeof cell === 'number' && Number.isSafeInteger(cell)) return cell;
  if (typeof cell === 'bigint') return narrow(cell);
  if (typeof cell === 'string' && /^-?\d+$/.test(cell)) return narrow(BigInt(cell));
  throw new TypeError(`expected a 64-bit integer, found ${typeof cell} ${String(cell)}`);
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
