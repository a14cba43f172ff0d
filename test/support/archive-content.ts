import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Session } from '../../src/engine/session.ts';
import { numberOf, textOf } from '../../src/engine/session.ts';
import { identifier, quoted } from '../../src/engine/sql.ts';
import { PUBLIC_EVENT_COLUMNS } from '../../src/hot-store/hot-store.ts';
import type { RunPlace } from './run-content.ts';
import { CURRENT_FILES, withStores } from './run-content.ts';

interface LedgerFile {
  readonly path: string;
  readonly hour: bigint;
  readonly dataset: string;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
  /** No later revision of its hour and dataset is there. */
  readonly current: boolean;
}

/**
 * Every way in which the archive of a finished run is not what its ledger says: files on disk, ledger and
 * `current.json` must agree, each file must have its bytes, hash and rows, and each current one hold exactly the store's
 * rows of its hour, where the store still has them. Empty if all is right.
 */
export async function archiveFaults(place: RunPlace): Promise<string[]> {
  const base = join(place.dataDir, 'archive', place.run);
  return await withStores({ found: place }, async (session) => {
    const ledger = await readLedger(session);
    const faults = await comparePaths(base, ledger);
    for (const file of ledger) faults.push(...(await fileFaults(join(base, file.path), file)));
    // What is not there or damaged cannot be read; its fault is known by now.
    const current = ledger.filter((file) => file.current);
    return faults.length > 0 ? faults : await contentFaults(session, base, current);
  });
}

/** Files below a folder, relative with `/`, sorted. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

async function readLedger(session: Session): Promise<LedgerFile[]> {
  const rows = await session.rows(
    `SELECT * REPLACE (epoch_us(hour) AS hour), path IN (SELECT path FROM (${CURRENT_FILES.replace('store.', 'found.store.')})) AS current
     FROM found.store.archive_files ORDER BY path`,
  );
  return rows.map((row) => ({
    path: textOf(row.path),
    hour: BigInt(numberOf(row.hour)),
    dataset: textOf(row.dataset),
    rows: numberOf(row.rows),
    bytes: numberOf(row.bytes),
    sha256: textOf(row.sha256),
    current: row.current === true,
  }));
}

async function comparePaths(base: string, ledger: readonly LedgerFile[]): Promise<string[]> {
  const onDisk = await filesBelow(base);
  const known = ledger.map((file) => file.path);
  const published: string[] = [];
  for (const file of onDisk.filter((name) => name.endsWith('current.json'))) {
    const content: { files: LedgerFile[] } = JSON.parse(await readFile(join(base, file), 'utf8'));
    published.push(...content.files.map((entry) => `${entry.path} ${entry.rows} ${entry.bytes} ${entry.sha256}`));
  }
  const current = ledger.filter((entry) => entry.current);
  const expected = current.map((entry) => `${entry.path} ${entry.rows} ${entry.bytes} ${entry.sha256}`);
  return [
    ...differences(
      'the ledger',
      known,
      'the disk',
      onDisk.filter((name) => !name.endsWith('current.json')),
    ),
    ...differences('the ledger', expected, 'current.json', published),
    ...(known.length === new Set(known).size ? [] : ['the ledger names a file twice']),
  ];
}

function differences(left: string, a: readonly string[], right: string, b: readonly string[]): string[] {
  const [inA, inB] = [new Set(a), new Set(b)];
  return [
    ...a.filter((name) => !inB.has(name)).map((name) => `only in ${left}, not in ${right}: ${name}`),
    ...b.filter((name) => !inA.has(name)).map((name) => `only in ${right}, not in ${left}: ${name}`),
  ];
}

async function fileFaults(path: string, file: LedgerFile): Promise<string[]> {
  const content = await readFile(path).catch(() => undefined);
  if (content === undefined) return [];
  const sha256 = createHash('sha256').update(content).digest('hex');
  const faults = [
    sha256 === file.sha256 ? '' : `${file.path}: has hash ${sha256}`,
    file.path.includes(sha256.slice(0, 12)) ? '' : `${file.path}: is not named by its hash ${sha256}`,
    content.length === file.bytes ? '' : `${file.path}: has ${content.length} bytes, not ${file.bytes}`,
  ];
  return faults.filter((fault) => fault !== '');
}

/** Compares every dataset's files, read together, with the store's rows; and each file's rows with the ledger's. */
async function contentFaults(session: Session, base: string, ledger: readonly LedgerFile[]): Promise<string[]> {
  const faults: string[] = [];
  for (const dataset of new Set(ledger.map((file) => file.dataset))) {
    const files = ledger.filter((file) => file.dataset === dataset);
    const list = files.map(({ path }) => quoted(join(base, path))).join(', ');
    const kept = dataset === 'events' ? 'hour >= (SELECT min(hour) FROM found.store.events)' : 'true';
    const archived = `SELECT * EXCLUDE (filename) FROM read_parquet([${list}], filename = true, hive_partitioning = false) WHERE ${kept}`;
    const stored =
      dataset === 'events'
        ? `SELECT ${PUBLIC_EVENT_COLUMNS} FROM found.store.events`
        : `SELECT * EXCLUDE (revision) FROM found.rollups.${identifier(dataset)}`;
    const row = await session.row(`SELECT (SELECT count(*) FROM ((${archived}) EXCEPT ALL (${stored}))) AS extra,
      (SELECT count(*) FROM ((${stored}) EXCEPT ALL (${archived}))) AS missing`);
    if (row.extra !== 0n || row.missing !== 0n)
      faults.push(`${dataset}: ${row.extra} rows only in the archive, ${row.missing} only in the store`);
    const perFile =
      await session.rows(`SELECT filename, count(*) AS rows, epoch_us(min(hour)) AS first, epoch_us(max(hour)) AS last
      FROM read_parquet([${list}], filename = true, hive_partitioning = false) GROUP BY filename`);
    const byName = new Map(perFile.map((found) => [textOf(found.filename), found]));
    for (const file of files) {
      const found = byName.get(join(base, file.path));
      const right =
        found !== undefined &&
        numberOf(found.rows) === file.rows &&
        found.first === file.hour &&
        found.last === file.hour;
      if (!right) faults.push(`${file.path}: does not hold just its hour's ${file.rows} rows`);
    }
  }
  return faults;
}
