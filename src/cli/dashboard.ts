import { existsSync } from 'node:fs';
import { join } from 'node:path';

const BUILT = join(import.meta.dirname, '..', '..', 'web', 'dist');

/** Whether there is a dashboard to be served. */
export function isBuilt(): boolean {
  return existsSync(join(BUILT, 'index.html'));
}

/** The folder of the built dashboard, as the server takes it; nothing where there is none. */
export function webDirOption(): { readonly webDir?: string } {
  return isBuilt() ? { webDir: BUILT } : {};
}

/** What to open: the page keeps the token, and a fragment is never sent to any server. */
export function dashboardAddress(url: string, token: string): string {
  return `${url}/#token=${token}`;
}

/** What is said where there is no dashboard at the address. */
export const NOT_BUILT = 'the dashboard has not been built: npm run build makes it; the API is there without it';
