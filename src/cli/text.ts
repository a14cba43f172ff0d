/** How numbers, sizes and times are written for people: the same in every command and in the view. */

const ESC = '\u001b';
const PLAIN = /^[ -~]*$/;
const ESCAPE_SEQUENCE = new RegExp(`${ESC}\\[[0-9;?]*[A-Za-z]`, 'g');

/** `1,234,567`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** At most three significant digits and a unit: `950`, `12.3 k`, `4.56 M`. For rates and narrow columns. */
export function compact(value: number): string {
  const units = ['', ' k', ' M', ' G', ' T'];
  let scaled = Math.abs(value);
  let unit = 0;
  while (scaled >= 999.5 && unit < units.length - 1) {
    scaled /= 1000;
    unit++;
  }
  const digits = unit === 0 || scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2;
  return `${value < 0 ? '-' : ''}${scaled.toFixed(digits)}${units[unit]}`;
}

/** Bytes in decimal units, as disks are sold: `12.3 MB`. */
export function bytes(value: number): string {
  const text = compact(value);
  return /[a-zA-Z]$/.test(text) ? `${text}B` : `${text} B`;
}

/** A share as `12.3 %`; nothing of nothing is `-`. */
export function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;
}

/** A length of wall time in its two largest units: `3 h 12 min`, `45 s`, `2 d 4 h`. */
export function span(millis: number): string {
  const seconds = Math.max(0, Math.round(millis / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (seconds < 600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** An ISO-8601 time to the minute: `2024-03-01T14:05Z`. */
export function minute(iso: string): string {
  return `${iso.slice(0, 16)}Z`;
}

/** `1 hour`, `2 hours`. */
export function plural(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** Columns that a text takes in a terminal, escape sequences not counted. */
export function width(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let columns = 0;
  for (const char of text.replace(ESCAPE_SEQUENCE, '')) columns += columnsOf(char.codePointAt(0) ?? 0);
  return columns;
}

/** Cuts a text without escape sequences to `columns`; what is cut shows as an ellipsis. */
export function fit(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  let cut = '';
  for (const char of text) {
    if (width(cut + char) > columns - 1) break;
    cut += char;
  }
  return columns < 1 ? '' : `${cut}…`;
}

export function padLeft(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - width(text))) + text;
}

export function padRight(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - width(text)));
}

/** A text that stays on its line and sends the terminal no commands, whatever a trace holds. */
export function printable(text: string): string {
  return text.replace(CONTROL, (char) => {
    const known: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
    return known[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

const CONTROL = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

type Range = readonly [number, number];

/** Combining marks and joiners: no column of their own. */
const ZERO: readonly Range[] = [
  [0x300, 0x36f],
  [0x200b, 0x200d],
  [0xfe00, 0xfe0f],
];

/** East Asian wide characters and most emoji: two columns (Unicode UAX 11, coarse). */
const WIDE: readonly Range[] = [
  [0x1100, 0x115f],
  [0x2e80, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0x1f300, 0x1faff],
  [0x20000, 0x3fffd],
];

function columnsOf(code: number): number {
  const within = ([first, last]: Range): boolean => code >= first && code <= last;
  return ZERO.some(within) ? 0 : WIDE.some(within) ? 2 : 1;
}

/** Cuts a text that may hold colours to `columns`; colours that are on where it is cut are turned off. */
export function clip(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  let [out, used] = ['', 0];
  for (const piece of text.split(new RegExp(`(${ESCAPE_SEQUENCE.source})`))) {
    if (piece.startsWith(ESC)) out += piece;
    else {
      for (const char of piece) {
        const size = width(char);
        if (used + size > columns) return `${out}${ESC}[0m`;
        out += char;
        used += size;
      }
    }
  }
  return out;
}
