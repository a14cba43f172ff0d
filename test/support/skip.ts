import type { TestContext } from 'node:test';

/**
 * Leaves a test out when a service it needs is not there, saying why. Under CI (`CI=true`) nothing is left out: a
 * missing service is a failure. The caller returns when the answer is false:
 *
 *     if (!requireService(t, 'Kafka', await kafkaIsUp(), 'start it with npm run services')) return;
 *
 * @throws Error under CI when the service is missing.
 */
export function requireService(t: TestContext, name: string, available: boolean, reason: string): boolean {
  if (available) return true;
  const message = `${name} is missing: ${reason}`;
  if (process.env.CI === 'true') throw new Error(message);
  t.skip(message);
  return false;
}
