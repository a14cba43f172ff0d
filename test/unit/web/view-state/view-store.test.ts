import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_VIEW } from '../../../../web/src/view-state/view-state.ts';
import { openView } from '../../../../web/src/view-state/view-store.ts';

/** An address bar with the entries that one can go back through. */
function setUp(first = '') {
  const entries = [first];
  let changed = (): void => undefined;
  const view = openView({
    search: () => entries.at(-1) ?? '',
    write: (search, push) => void (push ? entries.push(search) : entries.splice(-1, 1, search)),
    onChange: (listener) => {
      changed = listener;
    },
  });
  const back = (): void => {
    entries.pop();
    changed();
  };
  return { view, entries, back };
}

test('the view is what the address says', () => {
  assert.equal(setUp('?hours=72').view.get().hours, 72);
});

test('a step is an entry to go back from, an adjustment is not', () => {
  const { view, entries, back } = setUp();
  view.change({ hours: 72 });
  view.change({ unit: { spill: 'MB' } });
  view.change({ zoom: { from: '2024-03-12T14:00:00Z', to: '2024-03-12T15:00:00Z' } });
  assert.deepEqual(entries, ['', '?hours=72&unit.spill=MB&zoom=2024-03-12T14,2024-03-12T15']);
  back();
  assert.deepEqual(view.get(), DEFAULT_VIEW);
});

test('a change may depend on the view as it is', () => {
  const { view } = setUp('?tables=spill');
  view.change(({ tables }) => ({ tables: [...tables, 'latency'] }));
  assert.deepEqual(view.get().tables, ['spill', 'latency']);
});

test('who listens hears of a change once, and not of none', () => {
  const { view, entries } = setUp('?hours=72');
  let heard = 0;
  view.subscribe(() => {
    heard += 1;
  });
  view.change({ hours: 72 });
  view.change({ filters: { class: [] } });
  assert.equal(heard, 0);
  view.change({ hours: 6, tier: 'serverless' });
  assert.equal(heard, 1);
  assert.deepEqual(entries, ['?hours=72', '?hours=6&tier=serverless']);
});

test('what a change leaves alone stays the same object', () => {
  const { view, back } = setUp('?only.class=io&hide.spill=copy');
  const before = view.get();
  view.change({ hours: 6 });
  assert.equal(view.get().filters, before.filters);
  back();
  assert.equal(view.get().hidden, before.hidden);
  view.change({ filters: { class: ['io'] } });
  assert.equal(view.get().filters, before.filters, 'said anew, it is the same');
});
