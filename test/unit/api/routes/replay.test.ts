import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ApiOptions, JumpSpec } from '../../../../src/api/options.ts';
import { jumpBody } from '../../../../src/api/routes/replay.ts';
import { replayBody } from '../../../../src/api/routes/status.ts';
import { SpillwayError } from '../../../../src/errors.ts';
import { fakeFilm } from '../fake-film.ts';
import { apiFixture, at, HOST, STATUS } from '../fixture.ts';

const FILM = {
  state: 'playing',
  at: '2024-03-02T01:05:00.250Z',
  from: '2024-03-01T22:00:00Z',
  to: '2024-03-02T02:00:00Z',
  speed: 60,
  fullSpeedUntil: null,
  speedReached: 59.5,
  driftMs: 12,
  remainingMs: null,
  eventsSent: 10,
  eventsPerSecond: 2.5,
};
const TRACE_RANGE = { from: at('2024-02-01T00:00:00Z'), to: at('2024-04-01T00:00:00Z') };

describe('the player', () => {
  test('tells the film what to do and answers with how it stands then', async (t) => {
    const { controls, told } = fakeFilm();
    const { post } = await apiFixture(t, { controls });
    const paused = { ...FILM, state: 'paused', speedReached: 0 };
    const asked: readonly (readonly [string, unknown, object])[] = [
      ['pause', {}, paused],
      ['speed', { speed: 0.5 }, { ...paused, speed: 0.5 }],
      ['play', {}, { ...paused, speed: 0.5, state: 'playing' }],
      ['speed', { speed: 'max' }, { ...paused, speed: 'max', state: 'playing' }],
      ['step', {}, { ...paused, speed: 'max', state: 'playing' }],
    ];
    for (const [name, body, expected] of asked) {
      const response = await post(`/api/replay/${name}`, body);
      assert.equal(response.statusCode, 200, name);
      assert.deepEqual(response.json(), expected, name);
      replayBody.strict().parse(response.json());
    }
    assert.deepEqual(told, ['pause', 'speed 0.5', 'resume', 'speed max', 'step']);
  });

  test('takes any speed above 0 up to 1e9, and max', async (t) => {
    const { controls, told } = fakeFilm();
    const { post } = await apiFixture(t, { controls });
    for (const speed of [0.001, 60, 1e9]) assert.equal((await post('/api/replay/speed', { speed })).statusCode, 200);
    const detail = (found: string): string =>
      `body field "speed": expected "max" or a number above 0, at most 1e9; found ${found}`;
    for (const [speed, found] of [
      [0, '0'],
      [-1, '-1'],
      [1e9 + 1, '1000000001'],
      ['60', '"60"'],
      ['MAX', '"MAX"'],
      [null, 'null'],
      [true, 'true'],
    ] as const) {
      const response = await post('/api/replay/speed', { speed });
      assert.equal(response.statusCode, 400, found);
      assert.equal(response.json().detail, detail(found));
    }
    assert.equal((await post('/api/replay/speed', '{"speed": 1e999}')).statusCode, 400);
    assert.equal((await post('/api/replay/speed', {})).json().detail, detail('nothing'));
    assert.deepEqual(told, ['speed 0.001', 'speed 60', 'speed 1000000000']);
  });

  test('takes nothing that it does not know, and changes nothing then', async (t) => {
    const { controls, told } = fakeFilm();
    const { post } = await apiFixture(t, { controls, traceRange: TRACE_RANGE, jump: async () => ({ run: 'x' }) });
    for (const [name, body] of [
      ['play', { speed: 60 }],
      ['pause', { now: true }],
      ['step', { hours: 2 }],
      ['step', []],
      ['play', 'null'],
      ['play', ''],
      ['speed', { speed: 60, ramp: true }],
      ['jump', { to: '2024-03-05', lead: 24 }],
    ] as const) {
      const response = await post(`/api/replay/${name}`, body);
      assert.equal(response.statusCode, 400, `${name} ${JSON.stringify(body)}`);
      assert.equal(response.json().code, 'REQUEST_INVALID');
    }
    assert.deepEqual(told, []);
  });

  test("is the owner's alone", async (t) => {
    const { controls, told } = fakeFilm();
    const { api, get } = await apiFixture(t, { controls, jump: async () => ({ run: 'x' }) });
    for (const name of ['play', 'pause', 'speed', 'step', 'jump']) {
      const headers = { host: HOST, 'content-type': 'application/json' };
      const url = `/api/replay/${name}`;
      assert.equal((await api.inject({ method: 'POST', url, headers, payload: '{}' })).statusCode, 401, name);
      assert.equal((await get(url)).statusCode, 404, name);
    }
    assert.deepEqual(told, []);
  });

  test('controls the film that is there when it is asked', async (t) => {
    const [first, second] = [fakeFilm(), fakeFilm()];
    let current = first;
    const parts = {
      get controls() {
        return current.controls;
      },
    } satisfies Partial<ApiOptions>;
    const { post } = await apiFixture(t, parts);
    await post('/api/replay/pause', {});
    current = second;
    await post('/api/replay/step', {});
    assert.deepEqual([first.told, second.told], [['pause'], ['step']]);
  });
});

describe('without a film to control', () => {
  test('a run that is only served says how to go on with it', async (t) => {
    const { post } = await apiFixture(t);
    for (const [name, body] of [
      ['play', {}],
      ['pause', {}],
      ['speed', { speed: 1 }],
      ['step', {}],
    ] as const) {
      assert.deepEqual((await post(`/api/replay/${name}`, body)).json(), {
        type: 'urn:spillway:error:REPLAY_NOT_RUNNING',
        title: 'Replay not running',
        status: 409,
        detail: 'run default is only served: there is no film to control',
        code: 'REPLAY_NOT_RUNNING',
        hint: 'go on with it by the command that made it, `spillway run` or `spillway demo`',
      });
    }
    assert.deepEqual((await post('/api/replay/jump', { to: '2024-03-05' })).json(), {
      type: 'urn:spillway:error:REPLAY_NOT_RUNNING',
      title: 'Replay not running',
      status: 409,
      detail: 'run default cannot go on from another place: its trace is not open',
      code: 'REPLAY_NOT_RUNNING',
      hint: '`spillway run --from` plays a trace from any place',
    });
  });

  test('a film that is over can be jumped away from, where one can jump', async (t) => {
    const { controls, told, become } = fakeFilm();
    const ended = await apiFixture(t, { controls });
    for (const state of ['ended', 'stopped'] as const) {
      become(state);
      const response = await ended.post('/api/replay/play', {});
      assert.equal(response.statusCode, 409);
      assert.equal(response.json().detail, `the film of run default is over (${state})`);
      assert.equal(response.json().hint, 'play the trace again as a new run: `spillway run`');
    }
    const jump = async () => ({ run: 'default-20240301t05' });
    const jumpable = await apiFixture(t, { controls, traceRange: TRACE_RANGE, jump });
    assert.equal((await jumpable.post('/api/replay/step', {})).json().hint, 'jump to another place');
    assert.equal((await jumpable.post('/api/replay/jump', { to: '2024-03-01T05:00Z' })).statusCode, 200);
    assert.deepEqual(told, []);
  });
});

describe('a jump', () => {
  async function jumping(t: Parameters<typeof apiFixture>[0], result: () => Promise<{ run: string }>) {
    const asked: JumpSpec[] = [];
    const { controls, become } = fakeFilm();
    const jump = async (spec: JumpSpec): Promise<{ run: string }> => {
      asked.push(spec);
      return await result();
    };
    const fixture = await apiFixture(t, { controls, traceRange: TRACE_RANGE, jump });
    const to = (body: unknown) => fixture.post('/api/replay/jump', body);
    return { to, asked, become };
  }

  test('passes on where to, with a day before it, and answers with the new run and its film', async (t) => {
    const { to, asked } = await jumping(t, async () => ({ run: 'default-20240312t14' }));
    const response = await to({ to: '2024-03-12T14:37:20Z' });
    assert.deepEqual(response.json(), { run: 'default-20240312t14', ...FILM });
    jumpBody.strict().parse(response.json());
    for (const leadHours of [0, 168]) assert.equal((await to({ to: '2024-02-01', leadHours })).statusCode, 200);
    assert.deepEqual(asked, [
      { to: at('2024-03-12T14:37:20Z'), leadHours: 24 },
      { to: at('2024-02-01'), leadHours: 0 },
      { to: at('2024-02-01'), leadHours: 168 },
    ]);
  });

  test('answers with the status of the run where its film cannot be controlled', async (t) => {
    const jump = async () => ({ run: 'x' });
    const { post } = await apiFixture(t, { traceRange: TRACE_RANGE, jump });
    const body = (await post('/api/replay/jump', { to: '2024-03-01' })).json();
    assert.equal(body.at, FILM.at);
    assert.equal(body.eventsSent, STATUS.replay.eventsSent);
  });

  test('out of the trace is refused with the range of the trace', async (t) => {
    const { to, asked } = await jumping(t, async () => ({ run: 'x' }));
    for (const [place, found] of [
      ['2024-01-31T23:59:59.999999Z', '2024-01-31T23:59:59.999999Z'],
      ['2024-04-01', '2024-04-01T00:00:00Z'],
      ['1970-01-01', '1970-01-01T00:00:00Z'],
    ] as const) {
      assert.deepEqual((await to({ to: place })).json(), {
        type: 'urn:spillway:error:REQUEST_INVALID',
        title: 'Request invalid',
        status: 400,
        detail: `body field "to": expected a time of the trace, from 2024-02-01T00:00:00Z up to, not including, 2024-04-01T00:00:00Z, found ${found}`,
        code: 'REQUEST_INVALID',
        hint: 'choose a time within the trace',
      });
    }
    assert.deepEqual(asked, []);
    assert.equal((await to({ to: '2024-03-31T23:59:59.999999Z' })).statusCode, 200);
  });

  test('with a lead that is no number of hours up to a week is refused', async (t) => {
    const { to, asked } = await jumping(t, async () => ({ run: 'x' }));
    for (const leadHours of [-1, 169, 1.5, '24', null]) {
      const response = await to({ to: '2024-03-01', leadHours });
      assert.equal(response.statusCode, 400, String(leadHours));
      const found = JSON.stringify(leadHours);
      assert.equal(
        response.json().detail,
        `body field "leadHours": expected a whole number from 0 to 168; found ${found}`,
      );
    }
    assert.equal((await to({ leadHours: 24 })).statusCode, 400);
    assert.equal((await to({ to: 'tomorrow' })).json().code, 'REQUEST_INVALID');
    assert.deepEqual(asked, []);
  });

  test('that fails says why', async (t) => {
    const { to } = await jumping(t, async () => {
      throw new SpillwayError('NOT_READY', 'the film is on its way already', { hint: 'wait' });
    });
    const response = await to({ to: '2024-03-01' });
    assert.equal(response.statusCode, 503);
    assert.equal(response.json().detail, 'the film is on its way already');
  });
});
