import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parse } from 'yaml';
import { optionsPage } from '../../../src/config/document.ts';
import { SETTING_KEYS, settingInfo } from '../../../src/config/schema.ts';
import { resolveSettings } from '../../../src/config/settings.ts';

test('docs/options.md is what the schema says: node scripts/generate-docs.ts options', async () => {
  assert.equal(await readFile(new URL('../../../docs/options.md', import.meta.url), 'utf8'), optionsPage());
});

test('the page has a section for every option', () => {
  const headings = [...optionsPage().matchAll(/^### (.*)$/gm)].map(([, name]) => name);
  assert.deepEqual(
    headings,
    SETTING_KEYS.map((key) => settingInfo(key).name),
  );
});

test('the configuration file shown on the page is accepted', async () => {
  const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(optionsPage()) ?? [];
  const byName = new Map(SETTING_KEYS.map((key) => [settingInfo(key).name, key]));
  const entries = Object.entries(parse(yaml)).map(([name, value]) => [byName.get(name) ?? assert.fail(name), value]);
  const { settings } = await resolveSettings({ flags: Object.fromEntries(entries), env: {}, cwd: '/' });
  assert.equal(settings.speed, 600);
});
