import { readFileSync } from 'node:fs';
import type { Command } from './command.ts';
import { EXIT } from './io.ts';

export const version: Command = {
  name: 'version',
  summary: 'Print the version.',
  examples: ['spillway version'],
  async run({ io }) {
    const content: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    const found = content !== null && typeof content === 'object' && 'version' in content ? content.version : undefined;
    io.stdout.write(`spillway ${String(found)}\n`);
    return EXIT.done;
  },
};
