import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Row, Session } from '../engine/session.ts';
import { numberOf, textOf } from '../engine/session.ts';
import type { Difference, VerifyCheck } from './report.ts';
import { checkOf, MAX_EXAMPLES, reportRow } from './report.ts';

const CHECK = 'archive: files';

/**
 * Reads every current file of the ledger and compares its size and SHA-256. `dir` is the run's part of the archive on this
 * machine; if there is none, nothing is compared and the check says so.
 */
export async function compareArchiveFiles(session: Session, dir: string): Promise<VerifyCheck> {
  const files = await session.rows(
    "SELECT hour, dataset, revision, path, bytes, sha256 FROM current_files WHERE state = 'local' ORDER BY hour, dataset",
  );
  if (files.length > 0 && !existsSync(dir)) {
    const check = checkOf(CHECK, `no folder ${dir}`, files.length, 'not compared', []);
    return { ...check, skipped: true };
  }
  const differences: Difference[] = [];
  let wrong = 0;
  for (const file of files) {
    const found = await difference(dir, file);
    if (found === undefined) continue;
    wrong++;
    if (differences.length < MAX_EXAMPLES) differences.push(found);
  }
  return { ...checkOf(CHECK, 'current files', files.length, files.length - wrong, differences), differences: wrong };
}

async function difference(dir: string, file: Row): Promise<Difference | undefined> {
  const key = reportRow(file, ['hour', 'dataset', 'path']);
  const expected = reportRow(file, ['bytes', 'sha256']);
  const path = join(dir, textOf(file.path));
  const bytes = await stat(path).then(
    (found) => (found.isFile() ? found.size : undefined),
    () => undefined,
  );
  if (bytes === undefined) return { problem: 'missing', key, expected, found: undefined };
  if (bytes !== numberOf(file.bytes)) return { problem: 'different', key, expected, found: { bytes } };
  const sha256 = await sha256Of(path);
  return sha256 === file.sha256 ? undefined : { problem: 'different', key, expected, found: { sha256 } };
}

/** What cannot be read has no content; that it is there has been seen before. */
async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch {
    return 'cannot be read';
  }
  return hash.digest('hex');
}
