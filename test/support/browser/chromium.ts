import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** What a machine without a browser is told. */
export const HOW_TO_GET_CHROMIUM = 'install Chromium or Chrome, or say with CHROMIUM=PATH where it is';

/**
 * The program of this machine's Chromium or Chrome; `CHROMIUM` names another. Undefined if there is none.
 *
 * @throws Error when `CHROMIUM` names what is not there.
 */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = env.CHROMIUM;
  if (named === undefined || named === '') return candidates(process.platform, env).find((path) => existsSync(path));
  if (existsSync(named)) return named;
  throw new Error(`CHROMIUM: expected the path of Chromium or Chrome, found ${named}, where there is nothing`);
}

/** Where Chromium and Chrome are installed on each system, the likeliest first. */
function candidates(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string[] {
  if (platform === 'darwin') {
    const apps = ['Chromium.app/Contents/MacOS/Chromium', 'Google Chrome.app/Contents/MacOS/Google Chrome'];
    return ['/Applications', join(env.HOME ?? '', 'Applications')].flatMap((at) => apps.map((app) => join(at, app)));
  }
  if (platform === 'win32') {
    const folders = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].filter((at) => at !== undefined);
    const programs = ['Chromium\\Application\\chrome.exe', 'Google\\Chrome\\Application\\chrome.exe'];
    return folders.flatMap((at) => programs.map((program) => `${at}\\${program}`));
  }
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  return ['/usr/bin', '/usr/local/bin', '/snap/bin'].flatMap((at) => names.map((name) => `${at}/${name}`));
}
