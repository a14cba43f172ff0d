import { SpillwayError } from '../errors.ts';
import type { Metric } from '../metrics/metric.ts';
import { FAULTS_EXPECTED, faultsText, parseFaults } from '../model/faults.ts';
import type { Keep, Manifest, TraceFileIdentity, TraceIdentity } from '../model/manifest.ts';
import { ORDER_VERSION } from '../trace/trace.ts';

/**
 * Makes sure that a recount would count the same thing: this trace, these metrics, this order, and faults that can be
 * computed anew. Slots, weights and the limits of foreign producers decide no stored number of a replayed run. Throws MANIFEST_MISMATCH
 * or METRIC_CHANGED naming the first difference; without this, every number would differ and none would say why.
 */
export function requireSameInputs(manifest: Manifest, trace: TraceIdentity, metrics: readonly Metric[]): void {
  requireSameTrace(manifest, trace);
  requireSameMetrics(manifest, metrics);
  if (manifest.orderVersion !== ORDER_VERSION) {
    throw mismatch(manifest, `orderVersion is ${manifest.orderVersion} in the run, ${ORDER_VERSION} in this version`);
  }
  requireKnownFaults(manifest);
  if (!KEEP.includes(manifest.keep)) {
    throw mismatch(manifest, `keep is ${JSON.stringify(manifest.keep)}, expected one of ${KEEP.join(', ')}`);
  }
}

const KEEP: readonly string[] = ['all', 'rollups'] satisfies readonly Keep[];

/** What a disturbed replay sent can only be told if its faults can be read, and read in one way only. */
function requireKnownFaults(manifest: Manifest): void {
  const faults = parseFaults(manifest.faults);
  if (faults === undefined || faultsText(faults) !== manifest.faults) {
    throw mismatch(manifest, `faults is ${JSON.stringify(manifest.faults)}, expected ${FAULTS_EXPECTED}`);
  }
  if (!Number.isSafeInteger(manifest.faultSeed)) {
    throw mismatch(manifest, `faultSeed is ${JSON.stringify(manifest.faultSeed)}, expected a whole number`);
  }
}

function requireSameTrace(manifest: Manifest, trace: TraceIdentity): void {
  const was = new Map(manifest.trace.files.map((file) => [file.name, file]));
  const is = new Map(trace.files.map((file) => [file.name, file]));
  for (const [name, file] of was) {
    const here = is.get(name);
    if (here === undefined) throw mismatch(manifest, `trace.files: ${name} is part of the run and not of this trace`);
    const difference = fileDifference(file, here);
    if (difference !== undefined) throw mismatch(manifest, `trace.files: ${name} has ${difference}`);
  }
  for (const name of is.keys()) {
    if (!was.has(name)) throw mismatch(manifest, `trace.files: ${name} is part of this trace and not of the run`);
  }
  if (trace.rows !== manifest.trace.rows) {
    throw mismatch(manifest, `trace.rows is ${manifest.trace.rows} in the run, ${trace.rows} here`);
  }
}

function fileDifference(was: TraceFileIdentity, is: TraceFileIdentity): string | undefined {
  if (was.rows !== is.rows) return `${was.rows} rows in the run, ${is.rows} here`;
  if (was.bytes !== is.bytes) return `${was.bytes} bytes in the run, ${is.bytes} here`;
  if (was.footerSha256 !== is.footerSha256) {
    return `another footer (sha256 ${was.footerSha256.slice(0, 12)} in the run, ${is.footerSha256.slice(0, 12)} here)`;
  }
  return undefined;
}

function requireSameMetrics(manifest: Manifest, metrics: readonly Metric[]): void {
  const is = new Map(metrics.map((metric) => [metric.name, metric.hash]));
  for (const [name, hash] of Object.entries(manifest.metrics)) {
    const here = is.get(name);
    if (here === undefined) throw changed(manifest, `metric ${name} belongs to the run and is not loaded`);
    if (here !== hash) {
      throw changed(
        manifest,
        `metric ${name} is defined differently: ${hash.slice(0, 12)} in the run, ${here.slice(0, 12)} here`,
      );
    }
  }
  for (const name of is.keys()) {
    if (manifest.metrics[name] === undefined)
      throw changed(manifest, `metric ${name} is loaded and not part of the run`);
  }
}

function mismatch(manifest: Manifest, what: string): SpillwayError {
  return new SpillwayError('MANIFEST_MISMATCH', `verifying run "${manifest.run}": ${what}`, {
    hint: 'pass the trace and the options that the run was made with',
  });
}

function changed(manifest: Manifest, what: string): SpillwayError {
  return new SpillwayError('METRIC_CHANGED', `verifying run "${manifest.run}": ${what}`, {
    hint: 'pass the metrics folder that the run was made with, or make a new run with these metrics',
  });
}
