import type { FastifyReply } from 'fastify';

/**
 * Sends a result without checking every cell of it against the route's schema: a result of many rows would keep the
 * process from its other work. Tests hold such answers and their schemas together.
 */
export function sendJson<T extends Pick<FastifyReply, 'serializer' | 'send' | 'type'>>(reply: T, body: unknown): T {
  void reply.type('application/json; charset=utf-8').serializer(JSON.stringify);
  void reply.send(body);
  return reply;
}
