import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveQuestion } from '../../../../web/src/view-state/question.ts';
import { DEFAULT_VIEW, type ViewState } from '../../../../web/src/view-state/view-state.ts';

function question(change: Partial<ViewState>): string {
  return decodeURIComponent(liveQuestion({ ...DEFAULT_VIEW, ...change }));
}

test('the default view asks for nothing in particular', () => {
  assert.equal(question({}), '');
});

test('hours, chosen hour, tier, filters and choices of panels are asked for', () => {
  const asked = question({
    hours: 72,
    hour: '2024-03-12T14:00:00Z',
    tier: 'serverless',
    filters: { instance_id: ['serverless-1'] },
    where: { 'latency.phase': 'total' },
  });
  assert.equal(
    asked,
    'hours=72&hour=2024-03-12T14:00:00Z&tier=serverless&instance_id=serverless-1&latency.phase=total',
  );
});

test('how figures are shown is not asked for: the stream goes on', () => {
  const shown: Partial<ViewState> = {
    unit: { spill: 'MB' },
    hidden: { spill: ['copy'] },
    tables: ['spill'],
    zoom: { from: '2024-03-12T14:00:00Z', to: '2024-03-12T15:00:00Z' },
    receipt: '2024-03-12T14:00:00Z',
    panel: 'spill',
  };
  assert.equal(question(shown), '');
});

test('the order in which filters were chosen does not matter', () => {
  assert.equal(
    question({ filters: { class: ['io', 'cpu'], query_type: ['copy'] } }),
    question({ filters: { query_type: ['copy'], class: ['cpu', 'io'] } }),
  );
});

test('a comma or backslash inside a value is not the end of it', () => {
  assert.equal(question({ filters: { user: ['a,b', 'c\\d'] } }), 'user=a\\,b,c\\\\d');
  assert.equal(question({ where: { 'm.k': 'a,b' } }), 'm.k=a\\,b');
});

test('a filter without values is none, and one with the name of a parameter cannot be asked for', () => {
  assert.equal(question({ filters: { class: [], since: ['1'], hours: ['6'] } }), '');
});
