import { fit, printable } from './text.ts';

/** What tells a record from others, after the field that it was rejected for. */
const TELLING = ['deployment', 'instance_id', 'query_id', 'query_type', 'arrival_timestamp'];
/** Where no terminal sets the width: enough to recognize a record by. */
const WIDEST = 120;

/**
 * A piece of a rejected record for people, on one line: of a record of Redset's columns the field in question and what
 * tells it from others, of anything else its beginning.
 */
export function pieceOf(raw: string | undefined, field: string): string {
  if (raw === undefined) return 'not kept';
  const columns = columnsOf(raw);
  const names = [field, ...TELLING.filter((name) => name !== field)];
  const parts = names.flatMap((name) => (columns.has(name) ? [`${name}=${columns.get(name)}`] : []));
  const piece = parts.length === 0 ? raw : parts.join(' ');
  return fit(printable(piece.slice(0, 2 * WIDEST)), WIDEST);
}

/** The columns of a record that came as JSON, numbers with all their digits; none if it did not. */
function columnsOf(raw: string): ReadonlyMap<string, string> {
  const numbers: { readonly of: unknown; readonly name: string; readonly digits: string }[] = [];
  let record: unknown;
  try {
    // A reviver is told how a number was written: https://tc39.es/proposal-json-parse-with-source
    record = JSON.parse(raw, function (this: unknown, name: string, value: unknown, ...told: unknown[]): unknown {
      if (typeof value === 'number')
        numbers.push({ of: this, name, digits: String(Reflect.get(Object(told[0]), 'source')) });
      return value;
    });
  } catch {
    return new Map();
  }
  if (record === null || typeof record !== 'object' || Array.isArray(record)) return new Map();
  const text = (name: string, value: unknown): string => {
    const number = numbers.find((one) => one.of === record && one.name === name);
    return number?.digits ?? (typeof value === 'string' ? value : JSON.stringify(value));
  };
  return new Map(Object.entries(record).map(([name, value]) => [name, text(name, value)]));
}
