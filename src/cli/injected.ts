import { faultsText, NO_FAULTS } from '../model/faults.ts';
import type { Manifest } from '../model/manifest.ts';

/** Says what of a run's records is not the trace's own; undefined if all of them are. */
export function injectedText({ faults }: Pick<Manifest, 'faults'>): string | undefined {
  return faults === faultsText(NO_FAULTS) ? undefined : `injected faults: ${faults}`;
}
