import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partitionOf } from '../../../src/bus/bus.ts';

/** Keys with their murmur2, from Kafka's own UtilsTest. */
const KAFKA = [
  ['21', -973_932_308],
  ['foobar', -790_332_482],
  ['a-little-bit-long-string', -985_981_536],
  ['a-little-bit-longer-string', -1_486_304_829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58_897_971],
  ['abc', 479_470_107],
] as const;

test('a key goes to the partition that Kafka puts it into', () => {
  for (const [key, hash] of KAFKA) {
    for (const partitions of [1, 2, 3, 4, 12, 2 ** 31]) {
      assert.equal(partitionOf(key, partitions), (hash & 0x7fffffff) % partitions, `${key} of ${partitions}`);
    }
  }
});

test('the instances of both tiers use every partition', () => {
  const keys = Array.from({ length: 200 }, (_, id) => [`provisioned-${id}`, `serverless-${id}`]).flat();
  const used = new Set(keys.map((key) => partitionOf(key, 12)));
  assert.equal(used.size, 12);
});
