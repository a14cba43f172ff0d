import type { EventTime } from '../model/time.ts';
import { addMicros, MICROS_PER_HOUR } from '../model/time.ts';

/** True once no on-time event of the hour can come any more: every partition's watermark has passed its end + lateness. */
export function isReady(hour: EventTime, lowestWatermark: EventTime | undefined, latenessMicros: number): boolean {
  return lowestWatermark !== undefined && lowestWatermark >= addMicros(hour, MICROS_PER_HOUR + latenessMicros);
}

/** The hours to close now, oldest first and without a gap: an hour that is not ready holds back every later one. */
export function readyHours(
  open: readonly EventTime[],
  lowestWatermark: EventTime | undefined,
  latenessMicros: number,
): EventTime[] {
  const ready: EventTime[] = [];
  for (const hour of [...open].sort((a, b) => a - b)) {
    if (!isReady(hour, lowestWatermark, latenessMicros)) break;
    ready.push(hour);
  }
  return ready;
}
