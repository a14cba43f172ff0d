import { join } from 'node:path';
import { SpillwayError } from '../../errors.ts';
import type { Deployment } from '../../model/redset.ts';
import { DEPLOYMENTS } from '../../model/redset.ts';
import { eventTime, isoTime, MICROS_PER_MS } from '../../model/time.ts';
import { SERVERLESS_SHARE } from './calibration.ts';
import { prepareFolder, TRACE_FILE } from './folder.ts';
import type { Incident } from './incident.ts';
import type { TierSpec } from './tier.ts';
import { TierGenerator } from './tier.ts';
import type { WrittenFile } from './writer.ts';
import { writeTrace } from './writer.ts';

/** What to generate. */
export interface GenerateSpec {
  /** Folder to write to; created if missing. The files are `<out>/<deployment>/full.parquet`, as Redset has them. */
  readonly out: string;
  /** The same seed and the same other fields give the same bytes. */
  readonly seed: number | bigint;
  /** Rows over both tiers, exactly. */
  readonly events: number;
  /** First and last moment, the last one exclusive; numbers are milliseconds since 1970. UTC. */
  readonly from: Date | number;
  readonly to: Date | number;
  /** Instances of each tier; by default up to Redset's 200, fewer where there are few events. */
  readonly instances?: number;
  /** Only this tier; by default both. */
  readonly deployment?: Deployment;
}

/** What was generated. */
export interface GenerateResult {
  readonly files: readonly (WrittenFile & { readonly deployment: Deployment; readonly instances: number })[];
  readonly rows: number;
  readonly bytes: number;
  /** The planted incident; undefined if the trace is too small to hold it. */
  readonly incident: Incident | undefined;
}

/** How far generating is, in rows. */
export interface GenerateProgress {
  readonly deployment: Deployment;
  readonly rows: number;
  readonly of: number;
}

const MOST_INSTANCES = 10_000;
/** An instance needs this many events to be worth having, unless the caller asks for a number of instances. */
const EVENTS_PER_INSTANCE = 90;
const REDSET_INSTANCES = 200;
/** Serverless rows that a trace gets where its share would be fewer, and the share of a small trace. */
const SERVERLESS_ROWS = 20_000;
const SERVERLESS_OF_SMALL = 0.1;

/**
 * Generates a trace in the format and shape of Redset.
 *
 * Throws USAGE if the specification makes no sense or `out` holds anything that is not an earlier generated trace, and
 * IO if writing fails; an interrupted call leaves no file under a final name that is not complete.
 */
export async function generateTrace(
  spec: GenerateSpec,
  onProgress: (progress: GenerateProgress) => void = () => undefined,
): Promise<GenerateResult> {
  const tiers = tiersOf(spec);
  await prepareFolder(
    spec.out,
    tiers.map((tier) => tier.deployment),
  );
  const files: (WrittenFile & { deployment: Deployment; instances: number })[] = [];
  let incident: Incident | undefined;
  for (const tier of tiers) {
    const { deployment, events, instances } = tier;
    const generator = new TierGenerator(tier);
    const path = join(spec.out, deployment, TRACE_FILE);
    const report = (rows: number): void => onProgress({ deployment, rows, of: events });
    files.push({ ...(await writeTrace(path, generator.hours(), originOf(tier), report)), deployment, instances });
    incident ??= generator.incident;
  }
  const sum = (read: (file: WrittenFile) => number): number => files.reduce((total, file) => total + read(file), 0);
  return { files, rows: sum((file) => file.rows), bytes: sum((file) => file.bytes), incident };
}

/** What the file's footer says about itself. */
function originOf({ seed, events, instances, from, to }: TierSpec): string {
  return JSON.stringify({
    seed: String(seed),
    events,
    instances,
    from: isoTime(eventTime(from)),
    to: isoTime(eventTime(to)),
  });
}

/** The checked specification of each tier that will be written. */
function tiersOf(spec: GenerateSpec): TierSpec[] {
  const [from, to] = [microsOf('from', spec.from), microsOf('to', spec.to)];
  if (to <= from) {
    throw new SpillwayError(
      'USAGE',
      `the trace ends at ${isoTime(eventTime(to))}, not after its start ${isoTime(eventTime(from))}`,
      {
        hint: 'give a --to that is later than --from',
      },
    );
  }
  whole('events', spec.events, 1, Number.MAX_SAFE_INTEGER);
  if (spec.instances !== undefined) whole('instances', spec.instances, 1, MOST_INSTANCES);
  const seed = BigInt.asUintN(64, seedOf(spec.seed));
  const counts = eventsPerTier(spec.events, spec.deployment);
  // The incident strikes once: on the provisioned tier if there is one.
  const struck = spec.deployment ?? 'provisioned';
  return DEPLOYMENTS.filter((deployment) => counts[deployment] > 0).map((deployment) => {
    const events = counts[deployment];
    const instances = spec.instances ?? Math.min(REDSET_INSTANCES, Math.ceil(events / EVENTS_PER_INSTANCE));
    return { deployment, seed, events, instances, from, to, withIncident: deployment === struck };
  });
}

/** Redset's split, but never so few serverless rows that they cannot be seen. */
function eventsPerTier(events: number, only: Deployment | undefined): Record<Deployment, number> {
  if (only !== undefined) return { provisioned: 0, serverless: 0, [only]: events };
  const fair = Math.round(events * SERVERLESS_SHARE);
  const serverless = Math.max(fair, Math.min(SERVERLESS_ROWS, Math.round(events * SERVERLESS_OF_SMALL)));
  return { provisioned: events - serverless, serverless };
}

function microsOf(name: string, time: Date | number): number {
  const micros = Number(time) * MICROS_PER_MS;
  if (Number.isSafeInteger(micros) && micros >= 0) return micros;
  throw new SpillwayError('USAGE', `${name} must be a time from 1970 on, found ${String(time)}`, {
    hint: 'write it like 2024-03-01 or 2024-03-01T14:00',
  });
}

function whole(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new SpillwayError('USAGE', `${name} must be a whole number from ${least} to ${most}, found ${value}`, {
    hint: `give another --${name}`,
  });
}

function seedOf(seed: number | bigint): bigint {
  if (typeof seed === 'bigint') return seed;
  if (Number.isSafeInteger(seed)) return BigInt(seed);
  throw new SpillwayError('USAGE', `seed must be a whole number, found ${seed}`, { hint: 'give another --seed' });
}
