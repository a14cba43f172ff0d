/** Values with commas between; a comma or backslash inside a value is written with a backslash before it. */
export function joinValues(values: readonly string[]): string {
  return values.map((value) => value.replace(/[\\,]/g, '\\$&')).join(',');
}

/** The values of such a text; there is always at least one, which may be empty. */
export function splitValues(text: string): readonly string[] {
  const values: string[] = [];
  let value = '';
  for (const [part] of text.matchAll(/\\[\\,]|[\s\S]/gu)) {
    if (part === ',') {
      values.push(value);
      value = '';
    } else value += part.length === 2 && part.startsWith('\\') ? part.slice(1) : part;
  }
  return [...values, value];
}
