/** Query slots: how many queries an instance works on at once before others queue. */
export interface Slots {
  /** Of an instance that is not named; 5 is Redshift's default queue concurrency. */
  readonly default: number;
  /** By inside form (`provisioned-96`). */
  readonly instances: Readonly<Record<string, number>>;
}

/** Shares of the four parts of the utilization score. */
export interface Weights {
  readonly queue: number;
  readonly spill: number;
  readonly performance: number;
  readonly concurrency: number;
}

export const DEFAULT_SLOTS: Slots = { default: 5, instances: {} };
export const DEFAULT_WEIGHTS: Weights = { queue: 0.3, spill: 0.2, performance: 0.3, concurrency: 0.2 };

const MAX_SLOTS = 10_000;

/** Slots of one instance. */
export function slotsOf(slots: Slots, instance: string): number {
  return slots.instances[instance] ?? slots.default;
}

/** Reads `5` or `5,provisioned-3=10,serverless-12=8`; undefined if it cannot be understood. */
export function parseSlots(text: string): Slots | undefined {
  const [first = '', ...rest] = text.split(',').map((part) => part.trim());
  const slots = (digits: string): number | undefined =>
    /^\d{1,5}$/.test(digits) && Number(digits) >= 1 && Number(digits) <= MAX_SLOTS ? Number(digits) : undefined;
  const fallback = slots(first);
  if (fallback === undefined) return undefined;
  const instances: [string, number][] = [];
  for (const part of rest) {
    const [, instance, digits] = /^((?:provisioned|serverless)-\d{1,18})=(\d+)$/.exec(part) ?? [];
    const value = slots(digits ?? '');
    if (instance === undefined || value === undefined || instances.some(([known]) => known === instance))
      return undefined;
    instances.push([instance, value]);
  }
  return { default: fallback, instances: Object.fromEntries(instances.sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** Reads `queue=0.3,spill=0.2,performance=0.3,concurrency=0.2`: all four, none below 0, together 1. */
export function parseWeights(text: string): Weights | undefined {
  const parts = new Map(
    text.split(',').map((part): [string, number] => {
      const [, name = '', digits] = /^\s*([a-z]+)\s*=\s*(\d+(?:\.\d+)?)\s*$/.exec(part) ?? [];
      return [name, digits === undefined ? Number.NaN : Number(digits)];
    }),
  );
  const [queue, spill, performance, concurrency] = ['queue', 'spill', 'performance', 'concurrency'].map((name) =>
    parts.get(name),
  );
  if (queue === undefined || spill === undefined || performance === undefined || concurrency === undefined)
    return undefined;
  // Decimal fractions that add up to 1 on paper need not do so in binary.
  const whole = Math.abs(queue + spill + performance + concurrency - 1) < 1e-9;
  return parts.size === 4 && whole ? { queue, spill, performance, concurrency } : undefined;
}
