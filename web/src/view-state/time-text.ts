/**
 * Reads `2024-03-12T14`, `2024-03-12T14:05` or `2024-03-12T14:05:09.250`, with or without a `Z`: always UTC. Returns
 * it as the server writes times, `2024-03-12T14:05:09Z`; undefined for anything else.
 */
export function instantIn(text: string | undefined): string | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2})(?::(\d{2})(?::(\d{2}(?:\.\d{1,3})?))?)?Z?$/.exec(text ?? '');
  if (match === null) return undefined;
  const [, day = '', hour = '', minute = '00', second = '00'] = match;
  const time = Date.parse(`${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(time)) return undefined;
  const iso = new Date(time).toISOString();
  // `2024-02-30` and `24:00` are read as another day.
  return iso.startsWith(`${day}T${hour}`) ? iso.replace('.000Z', 'Z') : undefined;
}

/** The same for a full hour. */
export function hourIn(text: string | undefined): string | undefined {
  const instant = instantIn(text);
  return instant?.endsWith(':00:00Z') ? instant : undefined;
}
