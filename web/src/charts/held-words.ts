import type { StatusMessage } from '../../../src/api/live/messages.ts';
import { formatClock } from '../format/time.ts';

type Holders = StatusMessage['openHours'][number]['heldBy'];

/** Which partition an open hour waits for, in one line; undefined where that is not known. */
export function heldWords(heldBy: Holders | undefined): string | undefined {
  if (heldBy === undefined) return undefined;
  const [furthest, ...others] = heldBy;
  if (furthest === undefined) return 'about to close';
  const place =
    furthest.watermark === null ? 'not heard from yet' : `complete up to ${formatClock(furthest.watermark)}`;
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  return `held open by partition ${furthest.partition} (${place})${more}`;
}
