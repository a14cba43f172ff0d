import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demoSettings } from '../../../src/cli/demo.ts';
import { resolveSettings } from '../../../src/config/settings.ts';
import { faultsText } from '../../../src/model/faults.ts';

async function settingsOf(flags: Record<string, string>, env: Record<string, string> = {}) {
  const { faults, amendAfterMs } = demoSettings(await resolveSettings({ flags, env, cwd: '/' }));
  return [faultsText(faults), amendAfterMs];
}

test('the demo injects mild faults and folds late events in after six hours', async () => {
  assert.deepEqual(await settingsOf({}), ['disorder=2m,duplicate=0.5%,corrupt=0.05%,late=0.005%', 21_600_000]);
});

test('what is given counts more than what the demo would do', async () => {
  assert.deepEqual(await settingsOf({ faults: 'none', amendAfterMs: 'off' }), ['none', 'off']);
  assert.deepEqual(await settingsOf({}, { SPILLWAY_FAULTS: 'late=1%', SPILLWAY_AMEND_AFTER: '1h' }), [
    'late=1%',
    3_600_000,
  ]);
});

test('where only rollups are kept the demo folds nothing in', async () => {
  const [, amendAfterMs] = await settingsOf({ keep: 'rollups' });
  assert.equal(amendAfterMs, 'off');
});
