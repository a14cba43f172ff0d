/** Text of a stream of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */

/** One event. JSON has no line break of its own, so its data is one line. */
export function sseEvent(name: string, json: string, id?: string): string {
  return `event: ${name}\n${id === undefined ? '' : `id: ${id}\n`}data: ${json}\n\n`;
}

/** How long a client waits before it connects again, unless it knows better. */
export function sseRetry(ms: number): string {
  return `retry: ${ms}\n\n`;
}

/** Nothing, said so that both ends know of each other. */
export const SSE_HEARTBEAT = ':\n\n';
