import { pino } from 'pino';

/** Structured log lines; one object, one message. Normal operation logs nothing per event. */
export interface Logger {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** JSON lines to a file, or to stderr where none is named. stdout belongs to results. */
export function createLogger(level: LogLevel, file?: string): Logger {
  const destination =
    file === undefined
      ? pino.destination({ dest: 2, sync: true })
      : pino.destination({ dest: file, mkdir: true, sync: true });
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}

/** Drops everything; for tests and for commands that have nothing to log. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
