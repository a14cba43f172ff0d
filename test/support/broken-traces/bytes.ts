import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import type { BrokenTrace, Workshop } from './case.ts';
import { invalid } from './case.ts';

/** The sound trace's bytes, changed. */
const changed =
  (change: (sound: Buffer) => Uint8Array | string) =>
  async (workshop: Workshop): Promise<string> => {
    const path = await workshop.parquet();
    return await workshop.bytes(change(await readFile(path)));
  };

const at = (sound: Buffer, offset: number, ...bytes: number[]): Buffer => {
  const copy = Buffer.from(sound);
  copy.set(bytes, offset < 0 ? sound.length + offset : offset);
  return copy;
};

/** Bytes that look random, the same for the same seed (xorshift). */
export function noise(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed * 2_654_435_769 + 1;
  for (let i = 0; i < length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state & 0xff;
  }
  return bytes;
}

const framed = (middle: Buffer, footerBytes: number): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footerBytes);
  return Buffer.concat([Buffer.from('PAR1'), middle, length, Buffer.from('PAR1')]);
};

const footerLength = (sound: Buffer, change: (bytes: number) => number): Buffer => {
  const copy = Buffer.from(sound);
  copy.writeUInt32LE(change(sound.readUInt32LE(sound.length - 8)) >>> 0, sound.length - 8);
  return copy;
};

const other = (name: string, content: Uint8Array | string): BrokenTrace => ({
  name: `that is ${name}`,
  verdict: invalid('expected a whole Parquet file'),
  make: ({ bytes }) => bytes(content),
});

const NOT_PARQUET: readonly BrokenTrace[] = [
  other('an empty file', ''),
  other('one byte', 'P'),
  other('the magic number alone', 'PAR1'),
  other('eleven bytes', 'PAR1xxxPAR1'),
  other('two magic numbers and nothing between', framed(Buffer.alloc(0), 0)),
  other('text', 'this is not a trace, it is a letter\n'.repeat(20)),
  other('CSV', `instance_id,query_id,arrival_timestamp\n${'1,2,2024-03-04 00:00:00\n'.repeat(50)}`),
  other('JSON', JSON.stringify({ instance_id: 1, query_id: 2 })),
  other('gzip', gzipSync('PAR1'.repeat(100))),
  other('zeros', Buffer.alloc(5_000)),
  ...[1, 2, 3].map((seed) => other(`noise (${seed})`, noise(4_000, seed))),
  other('noise between magic numbers', framed(noise(4_000, 4), 2 ** 31)),
  ...[5, 6, 7].map((seed) => ({
    name: `that is noise in the frame of Parquet (${seed})`,
    verdict: invalid('expected a readable Parquet file'),
    make: ({ bytes }: Workshop) => bytes(framed(noise(4_000, seed), 900)),
  })),
];

const TRUNCATED: readonly BrokenTrace[] = [
  ...[0.05, 0.2, 0.4, 0.6, 0.8, 0.95].map((part) => ({
    name: `cut off after ${Math.round(part * 100)} %`,
    verdict: invalid('expected a whole Parquet file'),
    make: changed((sound) => sound.subarray(0, Math.floor(sound.length * part))),
  })),
  ...[1, 3, 4, 7, 8, 9, 500].map((bytes) => ({
    name: `without its last ${bytes} byte(s)`,
    verdict: invalid('expected a whole Parquet file'),
    make: changed((sound) => sound.subarray(0, sound.length - bytes)),
  })),
  ...[1, 4, 100].map((bytes) => ({
    name: `without its first ${bytes} byte(s)`,
    verdict: invalid('expected a whole Parquet file'),
    make: changed((sound) => sound.subarray(bytes)),
  })),
  {
    name: 'with a byte after its end',
    verdict: invalid('expected a whole Parquet file'),
    make: changed((sound) => Buffer.concat([sound, Buffer.from('\n')])),
  },
  {
    name: 'with a byte before its start',
    verdict: invalid('expected a whole Parquet file'),
    make: changed((sound) => Buffer.concat([Buffer.from('\n'), sound])),
  },
];

const FRAME: readonly BrokenTrace[] = [
  {
    name: 'with a damaged magic number at its start',
    verdict: invalid('does not start with PAR1'),
    make: changed((sound) => at(sound, 2, 0x58)),
  },
  {
    name: 'with a damaged magic number at its end',
    verdict: invalid('no PAR1 at its end'),
    make: changed((sound) => at(sound, -1, 0x58)),
  },
  {
    name: 'that says its footer is encrypted',
    verdict: invalid('PAR1'),
    make: changed((sound) => at(at(sound, 0, 0x50, 0x41, 0x52, 0x45), -4, 0x50, 0x41, 0x52, 0x45)),
  },
  ...[
    ['0', () => 0],
    ['larger than the file', () => 10_000_000],
    ['4 GB', () => 0xffffffff],
  ].map(([name, change]) => ({
    name: `with a footer length of ${name}`,
    verdict: invalid('a footer length of'),
    make: changed((sound) => footerLength(sound, change as (bytes: number) => number)),
  })),
  ...[
    ['1', () => 1],
    ['one too few', (bytes: number) => bytes - 1],
    ['one too many', (bytes: number) => bytes + 1],
    ['half of what it is', (bytes: number) => Math.floor(bytes / 2)],
    ['the whole file', (_: number, size = 0) => size],
  ].map(([name, change]) => ({
    name: `with a footer length of ${name}`,
    verdict: { either: 'refused or balanced' } as const,
    make: changed((sound) =>
      footerLength(sound, (bytes) => (change as (bytes: number, size: number) => number)(bytes, sound.length - 12)),
    ),
  })),
];

const WRITER = 'DuckDB version';
const TEXTS: readonly BrokenTrace[] = [
  {
    name: 'in whose footer a text is none',
    verdict: invalid('footer'),
    make: changed((sound) => at(sound, sound.lastIndexOf(WRITER), ...Buffer.alloc(WRITER.length, 0xff))),
  },
];

/** Bytes overwritten at a place between the data's start (0) and the footer's end (1). */
const DAMAGED: readonly BrokenTrace[] = [
  ...[0.02, 0.2, 0.4, 0.6, 0.8, 0.98].map((place) => ({
    name: `with a footer that is damaged at ${Math.round(place * 100)} %`,
    verdict: { either: 'refused or balanced' } as const,
    make: changed((sound) => {
      const length = sound.readUInt32LE(sound.length - 8);
      return at(sound, sound.length - 8 - length + Math.floor((length - 16) * place), ...noise(16, 11));
    }),
  })),
  ...[0.01, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.99].map((place) => ({
    name: `with pages that are damaged at ${Math.round(place * 100)} %`,
    verdict: { either: 'refused or balanced' } as const,
    make: async (workshop: Workshop) => {
      const path = await workshop.parquet('SELECT * FROM large ORDER BY arrival_timestamp');
      const sound = await readFile(path);
      const data = sound.length - 8 - sound.readUInt32LE(sound.length - 8);
      return await workshop.bytes(at(sound, 4 + Math.floor((data - 200) * place), ...noise(200, 12)));
    },
  })),
  {
    name: 'with all pages overwritten by zeros',
    verdict: invalid('found'),
    make: changed((sound) => {
      const copy = Buffer.from(sound);
      copy.fill(0, 4, sound.length - 8 - sound.readUInt32LE(sound.length - 8));
      return copy;
    }),
  },
];

/** Files that are no Parquet, or no longer. */
export const BROKEN_BYTES: readonly BrokenTrace[] = [...NOT_PARQUET, ...TRUNCATED, ...FRAME, ...TEXTS, ...DAMAGED];
