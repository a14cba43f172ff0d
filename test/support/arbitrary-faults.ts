import fc from 'fast-check';
import type { Faults } from '../../src/model/faults.ts';
import { faultsText } from '../../src/model/faults.ts';
import { MICROS_PER_MINUTE, MICROS_PER_SECOND } from '../../src/model/time.ts';

/** A share of the events in parts per million: none, some or all of them. */
const rate = fc.constantFrom(0, 0, 100_000, 300_000, 1_000_000);

/** A specification of faults for runs of `hours` hours, as it stands in a manifest. */
export function faultSpecs(partitions: number, hours: number): fc.Arbitrary<string> {
  const faults: fc.Arbitrary<Faults> = fc.record({
    disorderMicros: fc.constantFrom(0, MICROS_PER_SECOND, 7 * MICROS_PER_MINUTE, 90 * MICROS_PER_MINUTE),
    duplicate: rate,
    corrupt: rate,
    late: rate,
    stall: fc.option(
      fc.record({
        partition: fc.integer({ min: 0, max: partitions - 1 }),
        from: fc.record({
          sinceStart: fc.integer({ min: 0, max: hours * 60 }).map((minutes) => minutes * MICROS_PER_MINUTE),
        }),
        micros: fc.integer({ min: 1, max: hours * 60 }).map((minutes) => minutes * MICROS_PER_MINUTE),
      }),
      { nil: undefined },
    ),
  });
  return faults.map(faultsText);
}
