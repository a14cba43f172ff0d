import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  GENERATE_KEYS,
  generateInfo,
  generateSchema,
  SETTING_KEYS,
  settingInfo,
  settingsSchema,
} from '../../../src/config/schema.ts';
import { COMMANDS, SETTINGS_OF } from '../../../src/config/usage.ts';
import { LOG_LEVELS } from '../../../src/observe/logger.ts';

test('every example and every default is accepted by its own check', () => {
  for (const key of SETTING_KEYS) {
    const { example, default: fallback } = settingInfo(key);
    for (const value of [example, fallback].filter((text) => text !== undefined)) {
      assert.ok(settingsSchema.shape[key].safeParse(value).success, `${key}: ${value}`);
    }
  }
  for (const key of GENERATE_KEYS) {
    const { example, default: fallback } = generateInfo(key);
    for (const value of [example, fallback].filter((text) => text !== undefined)) {
      assert.ok(generateSchema.shape[key].safeParse(value).success, `${key}: ${value}`);
    }
  }
});

test('every option has its own name, a sentence and a command that takes it', () => {
  const names = SETTING_KEYS.map((key) => settingInfo(key).name);
  assert.equal(new Set(names).size, names.length);
  for (const key of SETTING_KEYS) {
    assert.match(settingInfo(key).name, /^[a-z]+(-[a-z]+)*$/);
    assert.match(settingInfo(key).about, /\.$/);
    assert.ok(
      COMMANDS.some((command) => SETTINGS_OF[command].includes(key)),
      key,
    );
  }
});

test('the levels of the log are those of the logger', () => {
  for (const level of LOG_LEVELS) assert.ok(settingsSchema.shape.logLevel.safeParse(level).success, level);
  assert.match(settingInfo('logLevel').about, new RegExp(LOG_LEVELS.join(', ')));
});

test('what is read is what was meant, and nothing that is nearly right', () => {
  const read = (key: keyof typeof settingsSchema.shape, value: unknown): unknown => {
    const result = settingsSchema.shape[key].safeParse(value);
    return result.success ? result.data : 'refused';
  };
  assert.deepEqual(
    ['60', '60x', '0.5', 'max', '0', '-1', 'MAX', '1e3', 'NaN', ' 60 '].map((value) => read('speed', value)),
    [60, 60, 0.5, 'max', 'refused', 'refused', 'refused', 'refused', 'refused', 60],
  );
  assert.deepEqual(
    ['0s', '10m', '1.5h', '1h30m', '10', '8d', '-1m', '0.1ms'].map((value) => read('latenessMs', value)),
    [0, 600_000, 5_400_000, 'refused', 'refused', 'refused', 'refused', 'refused'],
  );
  assert.deepEqual(
    ['0', '65535', '65536', '80.5', '', true].map((value) => read('port', value)),
    [0, 65_535, 'refused', 'refused', 'refused', 'refused'],
  );
  assert.deepEqual(
    ['a', 'a-b.c_1', '-a', 'A', 'a b', '..', 'a/b', 'x'.repeat(63), 'x'.repeat(64)].map((value) => read('run', value)),
    ['a', 'a-b.c_1', 'refused', 'refused', 'refused', 'refused', 'refused', 'x'.repeat(63), 'refused'],
  );
});
