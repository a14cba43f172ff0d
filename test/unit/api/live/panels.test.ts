import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { panelsMessage } from '../../../../src/api/live/messages.ts';
import type { PanelsAnswer } from '../../../../src/api/live/panels.ts';
import type { HotStore } from '../../../../src/hot-store/hot-store.ts';
import type { Kpi, Metric, Panel } from '../../../../src/metrics/metric.ts';
import { CLASSES, TRAFFIC } from '../fixture.ts';
import { askOf, cellsOf, ELEVEN, MIDNIGHT, PLAIN_PANEL, panelFixture, TEN, WINDOW } from './panel-fixture.ts';

function traffic(panel: Partial<Panel>, kpi: readonly Partial<Kpi>[] = []): Metric {
  return { ...TRAFFIC, panel: { ...PLAIN_PANEL, ...panel }, kpi: kpi.map(figure) };
}

function classes(panel: Partial<Panel>, kpi: readonly Partial<Kpi>[] = []): Metric {
  return { ...CLASSES, panel: { ...PLAIN_PANEL, ...panel }, kpi: kpi.map(figure) };
}

function figure(kpi: Partial<Kpi>): Kpi {
  return { label: 'a figure', value: 'queries', better: undefined, where: {}, count: undefined, ...kpi };
}

const [H10, H11, H00] = ['2024-03-01T22:00:00Z', '2024-03-01T23:00:00Z', '2024-03-02T00:00:00Z'];
const OVER = { from: '2024-03-01T19:00:00Z', to: '2024-03-02T01:00:00Z' };
const WHOLE = {
  ...{ whole: true, hours: [], over: OVER, where: {}, choices: {}, ignored: [] },
  ...{ shown: null, caption: {}, problem: null },
};

/** Checks an answer as the stream describes it. */
function checked(answer: PanelsAnswer): PanelsAnswer {
  panelsMessage.strict().parse({ reset: true, window: OVER, hour: null, ...answer });
  return answer;
}

describe('a panel by hour', () => {
  test('has the rows of the series: keys, exact measures, derived values, state and revision', async (t) => {
    const { ask } = await panelFixture(t, [traffic({ series: 'instance_id' })]);
    assert.deepEqual(checked(await ask()), {
      panels: {
        traffic: {
          ...WHOLE,
          columns: ['hour', 'instance_id', 'queries', 'bytes', 'mean_bytes', 'state', 'revision'],
          rows: [
            [H10, `it's, "odd"`, 0, 5, null, 'final', 1],
            [H10, 'provisioned-1', 3, '9007199254740993', Number(9007199254740993n) / 3, 'final', 1],
            [H11, 'serverless-1', 4, 10, 2.5, 'final', 2],
            [H00, 'provisioned-1', 2, 7, 3.5, 'open', 0],
          ],
        },
      },
      kpis: {},
    });
  });

  test('of a heatmap has its keys, the first measure and what is drawn', async (t) => {
    const heatmap = traffic({ chart: 'heatmap', series: 'instance_id', y: ['mean_bytes', 'queries'] });
    const { panels } = checked(await (await panelFixture(t, [heatmap])).ask({ instance_id: 'serverless-1' }));
    assert.deepEqual(panels.traffic?.columns, ['hour', 'instance_id', 'queries', 'mean_bytes']);
    assert.deepEqual(panels.traffic?.rows, [[H11, 'serverless-1', 4, 2.5]]);
  });

  test('takes its share of the whole, whatever of it is shown', async (t) => {
    const { ask } = await panelFixture(t, [classes({ series: 'class' }, [{ value: 'share' }])]);
    const { panels, kpis } = checked(await ask({ class: 'network,normal' }));
    assert.deepEqual(cellsOf(panels.classes ?? assert.fail(), 'hour', 'class', 'queries', 'share', 'ms_per_join'), [
      [H10, 'network', 6, 0.75, 10],
      [H11, 'normal', 5, 1, null],
    ]);
    assert.deepEqual(kpis['classes.0']?.rows, [
      [H10, 0.75, 6],
      [H11, 1, 5],
    ]);
  });

  test('shows the largest values of its series over the window, and says of how many', async (t) => {
    const { ask } = await panelFixture(t, [traffic({ series: 'instance_id', top: 1, y: ['bytes'] })]);
    const { panels } = checked(await ask());
    assert.deepEqual(panels.traffic?.shown, { of: 'instance_id', shown: 1, all: 3 });
    assert.deepEqual(cellsOf(panels.traffic ?? assert.fail(), 'hour', 'instance_id'), [
      [H10, 'provisioned-1'],
      [H00, 'provisioned-1'],
    ]);
  });

  test('ranks the values of its series by what derives from the sums over the window', async (t) => {
    // Of the hour at 22:00 alone, it would be that of 2.5.
    const panel = traffic({ series: 'table_id', top: 1, y: ['mean_bytes'] });
    const { ask } = await panelFixture(t, [panel]);
    const { panels } = await ask({ is_read: 'true' });
    assert.deepEqual(cellsOf(panels.traffic ?? assert.fail(), 'table_id', 'mean_bytes')[0], [7, 9007199254740991 / 2]);
    const [other] = cellsOf(
      (await ask({ table_id: '8,-3' })).panels.traffic ?? assert.fail(),
      'table_id',
      'mean_bytes',
    );
    assert.deepEqual(other, [8, 2]);
  });

  test('that has a caption says what all that it shows is together', async (t) => {
    const panel = traffic({ series: 'instance_id', top: 1, caption: ['mean_bytes', 'queries'], y: ['queries'] });
    const { ask } = await panelFixture(t, [panel]);
    // Of provisioned-1 alone: 3 + 2 queries.
    assert.deepEqual((await ask()).panels.traffic?.caption, { mean_bytes: 9007199254741000 / 5, queries: 5 });
    assert.deepEqual((await ask({ instance_id: 'serverless-1' })).panels.traffic?.caption, {
      mean_bytes: 2.5,
      queries: 4,
    });
  });
});

describe('a panel without the hour', () => {
  const byJoins = {
    x: 'joins',
    y: ['sum_ms'],
    caption: ['ms_per_join'],
    fit: { slope: 'ms_per_join', intercept: 'share' },
  };

  test('is summed over all hours in view, or over the chosen one', async (t) => {
    const { ask } = await panelFixture(t, [classes(byJoins)]);
    const { panels } = checked(await ask());
    assert.deepEqual(panels.classes, {
      ...WHOLE,
      columns: ['joins', 'queries', 'sum_ms', 'share', 'ms_per_join', 'state', 'revision'],
      rows: [
        [0, 9, 135, 1, null, 'open', 2],
        [1, 3, 60, 1, null, 'open', 2],
        [2, 1, 300, 1, null, 'open', 2],
        [7, 2, 0, 1, null, 'open', 2],
      ],
      // x̄ = 19/15; S_xx = 9 x̄² + 3 (1 - x̄)² + (2 - x̄)² + 2 (7 - x̄)², S_xy = Σ (x - x̄) sum_ms.
      caption: { ms_per_join: panels.classes?.caption.ms_per_join, share: 1 },
    });
    const [mean, sumMs] = [19 / 15, [135, 60, 300, 0]];
    const xs = [0, 1, 2, 7];
    const xx = [9, 3, 1, 2].reduce((sum, n, i) => sum + n * ((xs[i] ?? 0) - mean) ** 2, 0);
    const xy = sumMs.reduce((sum, y, i) => sum + ((xs[i] ?? 0) - mean) * y, 0);
    assert.ok(Math.abs((panels.classes?.caption.ms_per_join ?? 0) - xy / xx) < 1e-12);

    const one = (await ask({ hour: H11 })).panels.classes;
    assert.deepEqual(one?.over, { from: H11, to: H00 });
    assert.deepEqual(one?.rows, [[0, 5, 5, 1, null, 'final', 2]]);
  });

  test('over one hour is of the chosen one, or the latest with events', async (t) => {
    const { ask } = await panelFixture(t, [classes({ ...byJoins, over: 'hour' })]);
    const latest = (await ask()).panels.classes;
    assert.deepEqual(latest?.over, { from: H00, to: '2024-03-02T01:00:00Z' });
    assert.deepEqual(latest?.rows, [[7, 2, 0, 1, null, 'open', 0]]);
    assert.deepEqual((await ask({ hour: H11 })).panels.classes?.rows, [[0, 5, 5, 1, null, 'final', 2]]);
  });

  test('of the largest says their rank and the rank in the time before', async (t) => {
    const top = { x: 'class', y: ['queries'], top: 2, over: 'hour' as const, caption: ['queries'] };
    const { ask } = await panelFixture(t, [classes(top)]);
    const { panels } = checked(await ask({ hour: H10 }));
    assert.deepEqual(panels.classes?.columns.slice(-4), ['state', 'revision', 'rank', 'rank_before']);
    assert.deepEqual(cellsOf(panels.classes ?? assert.fail(), 'class', 'queries', 'share', 'rank', 'rank_before'), [
      ['network', 6, 0.75, 1, null],
      ['cpu', 2, 0.25, 2, null],
    ]);
    assert.equal(panels.classes?.shown, null);

    const { ask: tables } = await panelFixture(t, [traffic({ ...top, x: 'table_id', series: 'instance_id', top: 1 })]);
    const later = checked(await tables({ hour: H11 })).panels.traffic ?? assert.fail();
    assert.deepEqual(cellsOf(later, 'table_id', 'instance_id', 'queries', 'rank', 'rank_before'), [
      [7, 'serverless-1', 4, 1, null],
    ]);
    const last = (await tables()).panels.traffic ?? assert.fail();
    assert.deepEqual(cellsOf(last, 'table_id', 'instance_id', 'rank', 'rank_before'), [[7, 'provisioned-1', 1, null]]);
    const both = (await tables({ hour: H10 })).panels.traffic ?? assert.fail();
    assert.deepEqual(both.shown, { of: 'table_id', shown: 1, all: 3 });
    assert.deepEqual(both.caption, { queries: 2 });
  });

  test('ranks by derived values too, over ranges of equal length', async (t) => {
    const panel = traffic({ x: 'instance_id', y: ['mean_bytes'], top: 3, over: 'hour' });
    const { store } = await panelFixture(t, [panel]);
    const rank = async (query: Readonly<Record<string, string>>): Promise<unknown[][]> => {
      const { panels } = await askOf(store, [panel], WINDOW, MIDNIGHT)(query);
      return cellsOf(panels.traffic ?? assert.fail(), 'instance_id', 'mean_bytes', 'rank', 'rank_before');
    };
    assert.deepEqual(await rank({ hour: H11 }), [['serverless-1', 2.5, 1, null]]);
    assert.deepEqual(await rank({ hour: H10 }), [
      ['provisioned-1', Number(9007199254740993n) / 3, 1, null],
      [`it's, "odd"`, null, 2, null],
    ]);
    assert.deepEqual(await rank({}), [['provisioned-1', 3.5, 1, null]]);
  });

  test('has no rows before there is an hour with events', async (t) => {
    const { store } = await panelFixture(t, []);
    const metrics = [classes({ ...byJoins, over: 'hour' })];
    const { panels } = checked(await askOf(store, metrics, WINDOW, undefined)());
    assert.deepEqual([panels.classes?.rows, panels.classes?.problem], [[], null]);
  });
});

describe('filters', () => {
  test('on a key that a metric does not have leave it as it is, and say so', async (t) => {
    const { ask } = await panelFixture(t, [
      classes({ series: 'class' }, [{ value: 'queries' }]),
      traffic({}, [{ value: 'queries' }]),
    ]);
    const all = await ask();
    const { panels, kpis } = checked(await ask({ instance_id: 'provisioned-1', class: 'normal' }));
    assert.deepEqual(panels.classes?.ignored, ['instance_id']);
    assert.deepEqual(cellsOf(panels.classes ?? assert.fail(), 'class', 'queries'), [['normal', 5]]);
    assert.deepEqual(kpis['classes.0']?.ignored, ['instance_id']);
    assert.deepEqual(panels.traffic?.ignored, ['class']);
    assert.deepEqual(cellsOf(panels.traffic ?? assert.fail(), 'queries'), [[3], [2]]);
    assert.deepEqual((await ask({ class: 'normal' })).panels.traffic?.rows, all.panels.traffic?.rows);
  });

  test('of a tier are on the instances whose id begins with it, together with those that are named', async (t) => {
    const { ask } = await panelFixture(t, [traffic({ series: 'instance_id' }), classes({})]);
    const shown = async (query: Readonly<Record<string, string>>): Promise<unknown[][]> =>
      cellsOf((await ask(query)).panels.traffic ?? assert.fail(), 'instance_id');
    assert.deepEqual(await shown({ tier: 'provisioned' }), [['provisioned-1'], ['provisioned-1']]);
    assert.deepEqual(await shown({ tier: 'serverless' }), [['serverless-1']]);
    assert.deepEqual(await shown({ tier: 'serverless', instance_id: 'provisioned-1' }), []);
    assert.deepEqual((await ask({ tier: 'serverless' })).panels.classes?.ignored, ['tier']);
  });

  test('that a panel shows one value of choose that value', async (t) => {
    const kpi = { value: 'queries', where: { table_id: '7' } };
    const { ask } = await panelFixture(t, [traffic({ where: { table_id: '7' } }, [kpi])]);
    const answer = async (query: Readonly<Record<string, string>>) => {
      const { panels, kpis } = checked(await ask(query));
      const { where, choices, ignored, rows } = panels.traffic ?? assert.fail();
      return { where, choices, ignored, queries: rows.map((row) => row[1]), kpi: kpis['traffic.0'] };
    };
    const seven = { where: { table_id: '7' }, choices: { table_id: ['7'] }, ignored: [], queries: [2, 4, 2] };
    const rows = [
      [H10, 2, 2],
      [H11, 4, 4],
      [H00, 2, 2],
    ];
    const figures = { columns: ['hour', 'value', 'n'], rows, whole: true, hours: [], ignored: [] };
    assert.deepEqual(await answer({}), { ...seven, kpi: figures });
    assert.deepEqual(await answer({ table_id: '7,8' }), { ...seven, kpi: figures });
    const eight = { where: { table_id: '8' }, choices: { table_id: ['7', '8'] }, ignored: [], queries: [1] };
    assert.deepEqual(await answer({ 'traffic.table_id': '8' }), { ...eight, kpi: figures });
    // What a figure of the top row is about stands above it.
    assert.deepEqual(await answer({ table_id: '8' }), { ...eight, kpi: { ...figures, ignored: ['table_id'] } });
    // A choice of the panel's own goes before what is asked of all.
    assert.deepEqual(await answer({ table_id: '9', 'traffic.table_id': '8' }), {
      ...{ ...eight, ignored: ['table_id'] },
      kpi: { ...figures, ignored: ['table_id'] },
    });
  });
});

describe('a figure of the top row', () => {
  test('is of the window and the day before it', async (t) => {
    const { store } = await panelFixture(t, []);
    const metrics = [traffic({}, [{ value: 'mean_bytes' }, { value: 'bytes', where: { table_id: '8' } }])];
    const day = 24 * 3_600_000_000;
    const shifted = (micros: number) => ({ from: WINDOW.from + micros, to: WINDOW.to + micros }) as typeof WINDOW;
    const hoursOf = async (micros: number, name: string): Promise<unknown[]> => {
      const { kpis } = await askOf(store, metrics, shifted(micros), MIDNIGHT)();
      return (kpis[name]?.rows ?? assert.fail()).map(([hour]) => hour);
    };
    assert.deepEqual(await hoursOf(0, 'traffic.0'), [H10, H11, H00]);
    assert.deepEqual(await hoursOf(day, 'traffic.0'), [H10, H11, H00]);
    assert.deepEqual(await hoursOf(day + 4 * 3_600_000_000, 'traffic.0'), [H11, H00]);
    assert.deepEqual(await hoursOf(2 * day, 'traffic.0'), []);
    assert.deepEqual(await hoursOf(0, 'traffic.1'), [H10]);
  });

  test('is of its own part of a share, beside others of the same metric', async (t) => {
    const share = (of: string): Partial<Kpi> => ({ value: 'share', where: { class: of } });
    const { ask } = await panelFixture(t, [classes({}, [share('network'), share('cpu'), { value: 'share' }])]);
    const { kpis } = checked(await ask());
    const first = ['classes.0', 'classes.1', 'classes.2'].map((name) => kpis[name]?.rows[0]);
    assert.deepEqual(first, [
      [H10, 0.75, 6],
      [H10, 0.25, 2],
      [H10, 1, 8],
    ]);
  });

  test('counts the values of a key that have a flag, of how many', async (t) => {
    const metric: Metric = {
      ...traffic({ chart: 'heatmap', series: 'instance_id', y: ['large'] }, [{ value: 'large', count: 'instance_id' }]),
      derived: [{ name: 'large', expr: 'above(bytes, 6)', unit: 'flag', note: undefined }],
    };
    const { kpis } = checked(await (await panelFixture(t, [metric])).ask());
    assert.deepEqual(kpis['traffic.0'], {
      columns: ['hour', 'value', 'n', 'of'],
      rows: [
        [H10, 1, 3, 2],
        [H11, 1, 4, 1],
        [H00, 1, 2, 1],
      ],
      ...{ whole: true, hours: [], ignored: [] },
    });
  });
});

describe('what has changed', () => {
  const metrics = [
    traffic({ series: 'instance_id' }, [{ value: 'queries' }]),
    classes({ x: 'joins', y: ['queries'], over: 'hour' }, [{ value: 'queries' }]),
  ];
  const change = (...hours: (typeof TEN)[]) => ({ hours, moved: false });

  test('comes as whole hours that replace those of before', async (t) => {
    const { ask } = await panelFixture(t, metrics);
    const before = await ask();
    const { panels, kpis } = checked(await ask({}, change(ELEVEN, MIDNIGHT)));
    assert.deepEqual(panels.traffic, {
      ...before.panels.traffic,
      ...{ whole: false, hours: [H11, H00] },
      rows: before.panels.traffic?.rows.filter(([hour]) => hour !== H10),
    });
    assert.deepEqual(kpis['traffic.0'], {
      ...before.kpis['traffic.0'],
      ...{ whole: false, hours: [H11, H00] },
      rows: before.kpis['traffic.0']?.rows.filter(([hour]) => hour !== H10),
    });
    assert.deepEqual(panels.classes, before.panels.classes);
  });

  test('leaves out what has not: no hour of it, no rows', async (t) => {
    const { ask } = await panelFixture(t, metrics);
    await ask();
    assert.deepEqual(await ask({}, change()), { panels: {}, kpis: {} });
    assert.deepEqual(Object.keys((await ask({}, change(TEN))).panels), ['traffic']);
    assert.deepEqual(Object.keys((await ask({}, change(MIDNIGHT))).panels), ['traffic', 'classes']);
    assert.deepEqual(Object.keys((await ask({}, { hours: [], moved: true })).panels), ['classes']);
    // A chosen hour does not move.
    await ask({ hour: H11 });
    assert.deepEqual(await ask({ hour: H11 }, { hours: [], moved: true }), { panels: {}, kpis: {} });
    assert.deepEqual(Object.keys((await ask({ hour: H11 }, change(ELEVEN))).panels), ['traffic', 'classes']);
  });

  test('comes whole to who has not asked this before, and where some values are not shown', async (t) => {
    const limited = [traffic({ series: 'instance_id', top: 2 })];
    const { store, ask } = await panelFixture(t, metrics);
    const isWhole = async (asking: typeof ask, query: Readonly<Record<string, string>>): Promise<boolean | undefined> =>
      (await asking(query, change(MIDNIGHT))).panels.traffic?.whole;
    assert.equal(await isWhole(ask, {}), true);
    assert.equal(await isWhole(ask, {}), false);
    assert.equal(await isWhole(ask, { instance_id: 'provisioned-1' }), true);
    assert.equal(await isWhole(ask, {}), false);
    const some = askOf(store, limited, WINDOW, MIDNIGHT);
    await some({ hours: '72' });
    assert.equal(await isWhole(some, { hours: '72' }), true);
    assert.equal(await isWhole(some, { hours: '72' }), true);
    // Two instances are as many as it shows.
    await some({ instance_id: 'provisioned-1,serverless-1' });
    assert.equal(await isWhole(some, { instance_id: 'provisioned-1,serverless-1' }), false);
  });

  test('comes whole when its values and those of before are more than are shown', async (t) => {
    const metric = traffic({ series: 'instance_id', top: 2 });
    const { store } = await panelFixture(t, []);
    // Before midnight there were others; each hour has two at most.
    const early = askOf(store, [metric], { from: ELEVEN, to: MIDNIGHT }, ELEVEN);
    const late = askOf(store, [metric], WINDOW, MIDNIGHT);
    assert.deepEqual((await early()).panels.traffic?.shown, null);
    const first = (await late({}, { hours: [MIDNIGHT], moved: true })).panels.traffic;
    assert.deepEqual([first?.whole, first?.shown], [false, null]);
    const second = (await late({}, { hours: [TEN], moved: false })).panels.traffic;
    assert.deepEqual([second?.whole, second?.shown], [true, { of: 'instance_id', shown: 2, all: 3 }]);
    assert.deepEqual(
      new Set(cellsOf(second ?? assert.fail(), 'instance_id').flat()),
      new Set(['provisioned-1', 'serverless-1']),
    );
  });
});

describe('a metric that cannot be shown', () => {
  test('says why in its own panel, and touches no other', async (t) => {
    const broken: Metric = { ...classes({}, [{ value: 'queries' }]), name: 'classes_of_old' };
    const { ask } = await panelFixture(t, [broken, traffic({}, [{ value: 'queries' }])]);
    const { panels, kpis } = checked(await ask());
    assert.match(panels.classes_of_old?.problem ?? '', /^query: there is no public table classes_of_old/);
    assert.deepEqual([panels.classes_of_old?.rows, kpis['classes_of_old.0']?.rows], [[], []]);
    assert.equal(panels.traffic?.rows.length, 3);
    assert.equal(kpis['traffic.0']?.rows.length, 3);
    // Nothing can be added to nothing.
    const later = await ask({}, { hours: [MIDNIGHT], moved: false });
    assert.equal(later.kpis['classes_of_old.0']?.whole, true);
  });

  test('by a value that its key cannot have says so', async (t) => {
    const numbers: Metric = {
      ...classes({}, [{}]),
      keys: CLASSES.keys.map((key) => (key.name === 'class' ? { name: 'table_id', type: 'VARCHAR' } : key)),
    };
    const words = { ...traffic({}), keys: TRAFFIC.keys };
    const { store } = await panelFixture(t, []);
    const ask = askOf(store, [numbers, words], WINDOW, MIDNIGHT);
    const { panels } = await ask({ table_id: 'seven' });
    assert.match(
      panels.traffic?.problem ?? '',
      /^query parameter "table_id": expected a 64-bit integer, found "seven"/,
    );
  });

  test('because it failed on the hours in view says on which and why', async (t) => {
    const { store, ask } = await panelFixture(t, [traffic({}), classes({})]);
    await fail(store, 'traffic', 'out of memory');
    const { panels } = await ask({ instance_id: 'nobody' });
    assert.equal(panels.traffic?.problem, 'traffic failed for the hour 2024-03-01T22:00:00Z: out of memory');
    assert.equal((await ask()).panels.traffic?.problem, null);
    assert.equal((await ask({ class: 'none' })).panels.classes?.problem, null);
  });
});

describe('more rows than can be looked at', () => {
  /** 70,000 tables in each of three hours; the larger the number the larger the table. */
  async function manyTables(store: HotStore): Promise<void> {
    await store.ingest(async (session) => {
      await session.run(`INSERT INTO rollups.traffic
        SELECT TIMESTAMP '2024-03-01 19:00:00' + to_hours(CAST(i % 3 AS INTEGER)), 'provisioned-2', i // 3, true, NULL, 1, i, 1
        FROM range(210_000) rows(i)`);
      return { progress: await store.progress(), result: undefined };
    });
  }

  test('leave a panel its largest series, and a figure all that it is made of', async (t) => {
    const metric = traffic({ series: 'table_id', y: ['bytes'], top: 2, caption: ['bytes'] }, [{ value: 'queries' }]);
    const { store, ask } = await panelFixture(t, [metric]);
    await manyTables(store);
    const { panels, kpis } = checked(await ask({ instance_id: 'provisioned-2' }));
    assert.equal(panels.traffic?.problem, null);
    assert.deepEqual(panels.traffic?.shown, { of: 'table_id', shown: 2, all: 70_000 });
    assert.deepEqual(cellsOf(panels.traffic ?? assert.fail(), 'table_id', 'bytes'), [
      [69_998, 209_994],
      [69_999, 209_997],
      [69_998, 209_995],
      [69_999, 209_998],
      [69_998, 209_996],
      [69_999, 209_999],
    ]);
    assert.deepEqual(panels.traffic?.caption, { bytes: 6 * 209_996.5 });
    assert.deepEqual(
      kpis['traffic.0']?.rows.map(([, value]) => value),
      [70_000, 70_000, 70_000],
    );
  });

  test('are ranked all the same', async (t) => {
    const { store, ask } = await panelFixture(t, [traffic({ x: 'table_id', y: ['bytes'], top: 1 })]);
    await manyTables(store);
    const { panels } = checked(await ask({ instance_id: 'provisioned-2' }));
    assert.deepEqual(cellsOf(panels.traffic ?? assert.fail(), 'table_id', 'bytes', 'rank'), [[69_999, 629_994, 1]]);
  });

  test('are said where a panel would have to look at all of them', async (t) => {
    const metric = traffic({ x: 'table_id', series: 'since', y: ['mean_bytes'], top: 1 });
    const { store } = await panelFixture(t, []);
    await manyTables(store);
    await store.ingest(async (session) => {
      await session.run(`INSERT INTO rollups.traffic SELECT hour, instance_id, table_id + 100000 * n, is_read, since, queries, bytes, 1
        FROM rollups.traffic, range(1, 4) more(n) WHERE instance_id = 'provisioned-2'`);
      return { progress: await store.progress(), result: undefined };
    });
    const { panels } = await askOf(store, [metric], WINDOW, MIDNIGHT)();
    assert.equal(
      panels.traffic?.problem,
      'traffic needs more than 200000 rows for this (ask for fewer hours or with a filter)',
    );
  });
});

async function fail(store: HotStore, metric: string, reason: string): Promise<void> {
  await store.ingest(async (session) => {
    await session.run(`INSERT INTO store.metric_failures VALUES (make_timestamp(${TEN}), '${metric}', '${reason}')`);
    return { progress: await store.progress(), result: undefined };
  });
}
