import type { Rank } from './chart-model.ts';

/** How a rank has changed, short: `▲2`, `▼1`, `new`, `=`. */
export function rankMark({ now, before }: Rank): string {
  if (before === null) return 'new';
  if (before === now) return '=';
  return before > now ? `▲${before - now}` : `▼${now - before}`;
}

/** The same in words: `rank 3, up 2 from 5`. */
export function rankWords({ now, before }: Rank): string {
  if (before === null) return `rank ${now}, new`;
  if (before === now) return `rank ${now}, as before`;
  return `rank ${now}, ${before > now ? `up ${before - now}` : `down ${now - before}`} from ${before}`;
}
