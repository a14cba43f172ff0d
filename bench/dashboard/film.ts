import { join } from 'node:path';
import { Engine } from '../../src/engine/session.ts';
import { quoted } from '../../src/engine/sql.ts';
import { systemClock } from '../../src/time/clock.ts';
import type { Spillway } from '../../test/support/browser/spillway.ts';
import { get, post } from '../../test/support/browser/spillway.ts';
import type { Look, SentEvent } from './freshness.ts';
import { planOrigin } from './freshness.ts';
import { ALL, WHOLE_METRICS } from './recorder.ts';

/** The part of `GET /api/status` that is read here. */
interface Status {
  readonly replay: { readonly state: string; readonly at: string; readonly driftMs: number };
  readonly processor: { readonly finalHours: number };
}

export async function statusOf(spillway: Spillway): Promise<Status> {
  return await get<Status>(spillway, '/api/status');
}

/** Waits until the film, which is played as fast as possible, has come to `until`, then lets it go on at `speed`. */
export async function fillAndPlay(spillway: Spillway, until: Date, speed: number): Promise<void> {
  while (Date.parse((await statusOf(spillway)).replay.at) < until.getTime()) await systemClock.sleep(100);
  await post(spillway, '/api/replay/speed', { speed });
}

const LOOKS = 200;

/** The wall milliseconds at which the film is due at 1970: an event's time of sending is this + its time / speed. */
export async function originOf(spillway: Spillway, speed: number): Promise<number> {
  const looks: Look[] = [];
  for (let n = 0; n < LOOKS; n++) {
    const askedMs = systemClock.now();
    const { replay } = await statusOf(spillway);
    looks.push({ askedMs, answeredMs: systemClock.now(), driftMs: replay.driftMs, atMs: Date.parse(replay.at) });
    await systemClock.sleep(13);
  }
  return planOrigin(looks, speed);
}

/** Every so manieth event is looked at. */
const SAMPLE = 97;

export interface SentRange {
  readonly trace: string;
  /** Wall milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly origin: number;
  readonly speed: number;
}

export interface Sent {
  readonly counters: SentEvent[];
  readonly panels: SentEvent[];
  readonly perSecond: number;
}

/** The events of a trace of one tier that were sent in a range of wall time: as parts of all, and of their hour. */
export async function sentEvents(range: SentRange): Promise<Sent> {
  const { trace, fromMs, toMs, origin, speed } = range;
  const time = (wallMs: number): string => String(Math.round((wallMs - origin) * speed));
  const engine = await Engine.open(':memory:', { memoryMb: 1_000, threads: 2, tempDir: join(trace, '.sort') });
  const session = await engine.session();
  try {
    const rows = await session.rows(`
      WITH numbered AS (
        SELECT epoch_ms(arrival_timestamp) AS ms,
          row_number() OVER (ORDER BY arrival_timestamp) AS of_all,
          row_number() OVER (PARTITION BY date_trunc('hour', arrival_timestamp) ORDER BY arrival_timestamp) AS of_hour
        FROM read_parquet(${quoted(join(trace, '*', '*.parquet'))}))
      SELECT ms, of_all, of_hour FROM numbered
      WHERE of_all % ${SAMPLE} = 0 AND ms BETWEEN ${time(fromMs)} AND ${time(toMs)}`);
    const events = rows.map(({ ms, of_all, of_hour }) => {
      const at = Number(ms);
      const hour = at - (at % 3_600_000);
      return { hour, sentMs: origin + at / speed, ofAll: Number(of_all), ofHour: Number(of_hour) };
    });
    return {
      perSecond: (events.length * SAMPLE * 1_000) / (toMs - fromMs),
      counters: events.map(({ sentMs, ofAll }) => ({ part: ALL, rank: ofAll, sentMs })),
      panels: WHOLE_METRICS.flatMap((metric) =>
        events.map(({ hour, sentMs, ofHour }) => ({ part: `${metric} ${hour}`, rank: ofHour, sentMs })),
      ),
    };
  } finally {
    session.close();
    engine.close();
  }
}
