import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type SseEvent, SseParser } from '../../../../web/src/live/sse.ts';

function parse(pieces: readonly string[]): SseEvent[] {
  const parser = new SseParser();
  return pieces.flatMap((piece) => parser.push(piece));
}

const STREAM = [
  ': hello\r\n\r\n',
  'event: run\ndata: {"run":"demo"}\n\n',
  'id: 7\r\nevent: panels\r\ndata: {"a":\r\ndata: 1}\r\n\r\n',
  'event: status\rdata:x\r\r',
  'retry: 10\n\n',
  'data\n\nevent: ä€😀\ndata: é\n\n',
].join('');

const EVENTS: readonly SseEvent[] = [
  { event: 'run', id: undefined, data: '{"run":"demo"}' },
  { event: 'panels', id: '7', data: '{"a":\n1}' },
  { event: 'status', id: '7', data: 'x' },
  { event: 'message', id: '7', data: '' },
  { event: 'ä€😀', id: '7', data: 'é' },
];

test('events are read with any line ending; comments, retry and events without data are passed over', () => {
  assert.deepEqual(parse([STREAM]), EVENTS);
});

test('a stream cut anywhere into two pieces is the same stream', () => {
  for (let cut = 0; cut <= STREAM.length; cut += 1) {
    assert.deepEqual(parse([STREAM.slice(0, cut), STREAM.slice(cut)]), EVENTS, `cut at ${cut}`);
  }
});

test('a stream that comes byte by byte is the same stream, characters of several bytes included', () => {
  const decoder = new TextDecoder();
  const pieces = [...new TextEncoder().encode(STREAM)].map((byte) =>
    decoder.decode(Uint8Array.of(byte), { stream: true }),
  );
  assert.deepEqual(parse(pieces), EVENTS);
});

test('whatever the text and the cuts, pieces give what the whole gives', () => {
  const words = fc.constantFrom('\r', '\n', '\r\n', ':', ' ', 'data', 'data: ', 'id: ', 'event: ', 'x', '\uFEFF', '€');
  fc.assert(
    fc.property(fc.array(fc.array(words, { maxLength: 4 }), { maxLength: 12 }), (groups) => {
      const pieces = groups.map((group) => group.join(''));
      assert.deepEqual(parse(pieces), parse([pieces.join('')]));
    }),
    { numRuns: 2_000 },
  );
});

test('an event is given as soon as its empty line is there, and not before', () => {
  const parser = new SseParser();
  assert.deepEqual(parser.push('data: 1\n'), []);
  assert.deepEqual(
    parser.push('\n').map(({ data }) => data),
    ['1'],
  );
  // With `\r` the line has ended, whether or not a `\n` follows.
  assert.equal(parser.push('data: 2\r\r').length, 1);
  assert.deepEqual(parser.push('\n'), []);
});

test('an id with a NUL is no id, and one value of a field loses one space only', () => {
  assert.deepEqual(parse(['id: a\0b\ndata:  two\n\n']), [{ event: 'message', id: undefined, data: ' two' }]);
});

test('a byte order mark at the start is no part of the first field', () => {
  assert.deepEqual(parse(['\uFEFFdata: 1\n\n']), [{ event: 'message', id: undefined, data: '1' }]);
});
