import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatView, parseView } from '../../../../web/src/view-state/url.ts';
import { DEFAULT_VIEW, HOURS_IN_VIEW, TIERS, type ViewState } from '../../../../web/src/view-state/view-state.ts';

function view(change: Partial<ViewState>): ViewState {
  return { ...DEFAULT_VIEW, ...change };
}

const HOUR_MS = 3_600_000;

function iso(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

function zoomOf(from: string, ms: number): ViewState['zoom'] {
  return { from, to: iso(Date.parse(from) + ms) };
}

const FIRST = Date.parse('1970-01-01T00:00:00Z') / HOUR_MS;
const LAST = Date.parse('2999-12-31T23:00:00Z') / HOUR_MS;
const anHour = fc.integer({ min: FIRST, max: LAST }).map((n) => iso(n * HOUR_MS));
const anInstant = fc.integer({ min: FIRST * HOUR_MS, max: LAST * HOUR_MS }).map(iso);
const text = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constantFrom(',', '\\', '\\,', '&=#%+', ' '));
const name = text.filter((one) => one !== '');
const texts = fc.uniqueArray(text, { minLength: 1, maxLength: 4 });

const anyView: fc.Arbitrary<ViewState> = fc.record({
  hours: fc.constantFrom(...HOURS_IN_VIEW),
  hour: fc.option(anHour, { nil: undefined }),
  tier: fc.option(fc.constantFrom(...TIERS), { nil: undefined }),
  filters: fc.dictionary(name, texts, { maxKeys: 3 }),
  where: fc.dictionary(name, text, { maxKeys: 3 }),
  unit: fc.dictionary(name, text, { maxKeys: 3 }),
  hidden: fc.dictionary(name, texts, { maxKeys: 3 }),
  tables: fc.uniqueArray(name, { maxLength: 3 }),
  zoom: fc.option(
    fc.tuple(anInstant, fc.integer({ min: 1, max: 1_000 * HOUR_MS })).map(([from, ms]) => zoomOf(from, ms)),
    { nil: undefined },
  ),
  receipt: fc.option(anHour, { nil: undefined }),
  panel: fc.option(name, { nil: undefined }),
});

/** Objects made by dictionaries have no prototype, which `deepEqual` minds and nobody else. */
function plain(of: ViewState): unknown {
  return JSON.parse(JSON.stringify(of));
}

test('a link brings back the view that it was made of', () => {
  fc.assert(
    fc.property(anyView, (given) => {
      assert.deepEqual(plain(parseView(formatView(given))), plain(given));
    }),
    { numRuns: 2_000 },
  );
});

test('a link of a link is the same link', () => {
  fc.assert(
    fc.property(anyView, (given) => {
      const link = formatView(given);
      assert.equal(formatView(parseView(link)), link);
    }),
  );
});

test('no text in the address is an error', () => {
  const part = fc.tuple(
    fc.constantFrom('hours', 'hour', 'tier', 'only.', 'only.a', 'show.x', 'unit.', 'hide.b', 'tables', 'zoom', 'panel'),
    fc.oneof(text, fc.constantFrom('%', '%zz', '2024', '2024-03-12T14', '24', ',,', '\\')),
  );
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const given = parseView(`?${parts.map(([key, value]) => `${key}=${value}`).join('&')}`);
      assert.deepEqual(plain(parseView(formatView(given))), plain(given));
    }),
  );
});

test('the default view has no query', () => {
  assert.equal(formatView(DEFAULT_VIEW), '');
  assert.deepEqual(parseView(''), DEFAULT_VIEW);
});

test('a link can be read by people', () => {
  const given = view({
    hours: 72,
    hour: '2024-03-12T14:00:00Z',
    tier: 'provisioned',
    filters: { instance_id: ['provisioned-1', 'provisioned-2'] },
    where: { 'latency.phase': 'total' },
    hidden: { spill: ['copy'] },
    tables: ['workload'],
    zoom: { from: '2024-03-12T10:00:00Z', to: '2024-03-12T13:30:00Z' },
  });
  assert.equal(
    formatView(given),
    '?hours=72&hour=2024-03-12T14&tier=provisioned&only.instance_id=provisioned-1,provisioned-2' +
      '&show.latency.phase=total&hide.spill=copy&tables=workload&zoom=2024-03-12T10,2024-03-12T13:30',
  );
});

const BROKEN: readonly (readonly [string, string])[] = [
  ['a number of hours that cannot be chosen', 'hours=25'],
  ['hours that are no number', 'hours=many'],
  ['an hour that is none', 'hour=yesterday'],
  ['a time within an hour', 'hour=2024-03-12T14:30'],
  ['a day that does not exist', 'hour=2024-02-30T14'],
  ['an hour that does not exist', 'hour=2024-03-12T24'],
  ['another zone', 'hour=2024-03-12T14:00:00%2B02:00'],
  ['a tier that is none', 'tier=gold'],
  ['a filter on nothing', 'only.=a'],
  ['a zoom that ends before it begins', 'zoom=2024-03-12T14,2024-03-12T10'],
  ['a zoom without an end', 'zoom=2024-03-12T14'],
  ['a zoom with too much', 'zoom=2024-03-12T10,2024-03-12T11,2024-03-12T12'],
  ['an empty panel', 'panel='],
  ['a parameter of nobody', 'colour=red&token=x'],
];

for (const [what, query] of BROKEN) {
  test(`${what} is passed over`, () => {
    assert.deepEqual(parseView(`?${query}`), DEFAULT_VIEW);
  });
}

test('the rest of a link with a broken part still counts', () => {
  assert.deepEqual(parseView('?hours=25&tier=serverless&hour=x'), view({ tier: 'serverless' }));
});

test('times may be written in full', () => {
  assert.equal(parseView('?hour=2024-03-12T14:00:00.000Z').hour, '2024-03-12T14:00:00Z');
  assert.equal(parseView('?receipt=2024-03-12T14:00').receipt, '2024-03-12T14:00:00Z');
});

test('a value chosen twice is chosen', () => {
  assert.deepEqual(parseView('?only.class=io,io,cpu').filters, { class: ['io', 'cpu'] });
});
