import { resolve } from 'node:path';

/** A path made absolute; a URL such as `s3://bucket/key` stays as it is. */
export function resolvePath(base: string, path: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(path) ? path : resolve(base, path);
}
