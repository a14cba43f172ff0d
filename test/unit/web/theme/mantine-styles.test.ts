import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readSources } from '../../../support/source-files.ts';

const STYLES = join(import.meta.dirname, '../../../../web/node_modules/@mantine/core/styles');

/** Names that sources import from Mantine. */
function importedNames(text: string): string[] {
  const imports = text.matchAll(/import\s*\{([^}]*)\}\s*from\s*'@mantine\/core'/g);
  return [...imports].flatMap(([, names = '']) => names.split(',').map((name) => name.trim().replace(/^type /, '')));
}

test('every Mantine component that the page uses has its styles', () => {
  const sources = readSources('web/src/**/*.{ts,tsx}');
  const styles = sources.find(({ path }) => path === 'web/src/theme/mantine-styles.ts')?.text ?? '';
  const used = [...new Set(sources.flatMap(({ text }) => importedNames(text)))];
  const styled = used.filter((name) => existsSync(join(STYLES, `${name}.layer.css`)));
  assert.ok(styled.includes('Modal'), `found ${styled.join(', ')}`);
  assert.deepEqual(
    styled.filter((name) => !styles.includes(`/${name}.layer.css`)),
    [],
  );
});
