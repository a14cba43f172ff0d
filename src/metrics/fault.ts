import { SpillwayError } from '../errors.ts';

/** What is wrong in a metric file, and on which of its lines (counted from 1). */
export interface Fault {
  readonly line: number;
  readonly reason: string;
  readonly hint?: string;
}

/** A METRIC_INVALID error that names file, line and reason. */
export function metricInvalid(file: string, fault: Fault, cause?: unknown): SpillwayError {
  const options: { hint?: string; cause?: unknown } = {};
  if (fault.hint !== undefined) options.hint = fault.hint;
  if (cause !== undefined) options.cause = cause;
  return new SpillwayError('METRIC_INVALID', `${file}:${fault.line}: ${oneLine(fault.reason)}`, options);
}

/** Longest reason printed: a parser quotes everything from an open quote to the end of the file. */
const MAX_REASON_LENGTH = 300;

function oneLine(reason: string): string {
  const line = reason.trim().replace(/\s+/g, ' ');
  return line.length > MAX_REASON_LENGTH ? `${line.slice(0, MAX_REASON_LENGTH)}...` : line;
}

/** Thrown while one metric file is read; the loader adds the file's name. */
export class MetricFault extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.reason);
    this.name = 'MetricFault';
    this.fault = fault;
  }
}

/** Stops reading the file. */
export function fault(line: number, reason: string, hint?: string): never {
  throw new MetricFault(hint === undefined ? { line, reason } : { line, reason, hint });
}

/** The line of position `index` in `text`, counted from 1. */
export function lineAt(text: string, index: number): number {
  return text.slice(0, Math.max(0, index)).split('\n').length;
}
