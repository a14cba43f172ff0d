/** What an expression may use besides what its metric measures. No key, measure or derived value may have such a name. */
export const PARAMETERS = [
  {
    name: 'slot_hours',
    unit: 'hours',
    note: "query slots of the group's instances, summed, times the hours of the range (or of the hour or day that the group is for)",
  },
  { name: 'weight_queue', unit: 'ratio', note: 'the part of queueing in the utilization score' },
  { name: 'weight_spill', unit: 'ratio', note: 'the part of spilling' },
  { name: 'weight_performance', unit: 'ratio', note: 'the part of running slower than usual' },
  { name: 'weight_concurrency', unit: 'ratio', note: 'the part of occupied slots' },
] as const;

export type Parameter = (typeof PARAMETERS)[number]['name'];

/** Whether `name` is that of a parameter. */
export function isParameter(name: string): name is Parameter {
  return PARAMETERS.some((parameter) => parameter.name === name);
}
