import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nameAfterJump, optionsAfterJump } from '../../../src/cli/jump.ts';
import { pipelineOptions } from '../../../src/cli/run.ts';
import { RUN_NAME } from '../../../src/config/schema.ts';
import { resolveSettings } from '../../../src/config/settings.ts';
import { at } from '../../support/time.ts';

const free = (): boolean => false;

test('the run after a jump is named after the first run and the hour it goes to', () => {
  assert.equal(nameAfterJump('march', at('2024-03-05 14:37'), free), 'march-20240305t14');
});

test('a name that is taken gets a number', () => {
  const taken = new Set(['march-20240305t14', 'march-20240305t14-2']);
  assert.equal(
    nameAfterJump('march', at('2024-03-05 14:37'), (name) => taken.has(name)),
    'march-20240305t14-3',
  );
});

test('whatever the first run is called, the name is one that a run can have', () => {
  fc.assert(
    fc.property(fc.stringMatching(RUN_NAME), fc.integer({ min: 0, max: 12 }), (base, taken) => {
      let left = taken;
      const name = nameAfterJump(base, at('2024-03-05 14:00'), () => left-- > 0);
      assert.match(name, RUN_NAME);
      assert.ok(name.endsWith(taken === 0 ? '-20240305t14' : `-20240305t14-${taken + 1}`), name);
    }),
  );
});

async function start(speed: string) {
  const { settings } = await resolveSettings({ flags: { run: 'march', speed, from: '2024-03-04' }, env: {}, cwd: '/' });
  return { options: pipelineOptions(settings, '/trace'), traceFrom: at('2024-03-02'), speed: settings.speed };
}

test('the run after a jump begins so many hours before, fills them, and is else the same', async () => {
  const before = await start('60');
  const to = at('2024-03-05 14:37');
  const after = optionsAfterJump({ ...before, speed: 240 }, { to, leadHours: 6 }, 'march-20240305t14');
  assert.deepEqual(after, {
    ...before.options,
    run: 'march-20240305t14',
    from: at('2024-03-05 08:00'),
    pace: { speed: 240, fillUntil: to },
  });
});

test('it begins with the trace where there are fewer hours, even before the first run did', async () => {
  const { from } = optionsAfterJump(await start('60'), { to: at('2024-03-02 05:10'), leadHours: 24 }, 'x');
  assert.equal(from, at('2024-03-02'));
});
