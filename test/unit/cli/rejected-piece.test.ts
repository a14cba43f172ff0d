import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pieceOf } from '../../../src/cli/rejected-piece.ts';

const RECORD =
  '{"deployment":"serverless","cluster_size":null,"user_id":4,"instance_id":12,"query_id":9223372036854775807}';

test('of a record the field in question comes first, then what tells it from others', () => {
  assert.equal(
    pieceOf(RECORD, 'cluster_size'),
    'cluster_size=null deployment=serverless instance_id=12 query_id=9223372036854775807',
  );
  assert.equal(pieceOf(RECORD, 'instance_id'), 'instance_id=12 deployment=serverless query_id=9223372036854775807');
});

test('a field that is no plain value is shown as it came', () => {
  const raw = '{"query_id":9223372036854775807,"num_joins":["3",{"query_id":1}]}';
  assert.equal(pieceOf(raw, 'num_joins'), 'num_joins=["3",{"query_id":1}] query_id=9223372036854775807');
});

test('anything else is shown by its beginning, on one line', () => {
  assert.equal(pieceOf('{"query_id":1', ''), '{"query_id":1');
  assert.equal(pieceOf('[1,2]', 'query_id'), '[1,2]');
  assert.equal(pieceOf('{"other":1}', 'query_id'), '{"other":1}');
  assert.equal(pieceOf('a\n\u001b[2Jb', ''), 'a\\n\\u001b[2Jb');
  const long = pieceOf('x'.repeat(1_000_000), '');
  assert.match(long, /^x{50,}…$/);
  assert.ok(long.length <= 120);
});

test('what was not kept is said to be so', () => {
  assert.equal(pieceOf(undefined, 'query_id'), 'not kept');
});
