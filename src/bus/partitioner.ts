/**
 * Kafka's murmur2 (org.apache.kafka.common.utils.Utils#murmur2), so that the memory bus and every Kafka client put a
 * key into the same partition.
 */
function murmur2(bytes: Uint8Array): number {
  const seed = 0x9747b28c;
  const m = 0x5bd1e995;
  const length = bytes.length;
  const at = (i: number): number => bytes[i] ?? 0;
  let h = seed ^ length;
  const words = length >> 2;
  for (let i = 0; i < words; i++) {
    const j = i * 4;
    let k = at(j) | (at(j + 1) << 8) | (at(j + 2) << 16) | (at(j + 3) << 24);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    h = Math.imul(h, m) ^ Math.imul(k, m);
  }
  const tail = words * 4;
  const rest = length & 3;
  if (rest === 3) h ^= at(tail + 2) << 16;
  if (rest >= 2) h ^= at(tail + 1) << 8;
  if (rest >= 1) h = Math.imul(h ^ at(tail), m);
  h ^= h >>> 13;
  h = Math.imul(h, m);
  return h ^ (h >>> 15);
}

const encoder = new TextEncoder();

/** The partition of a record with this key, as Kafka's default partitioner computes it. */
export function partitionOf(key: string, partitions: number): number {
  return (murmur2(encoder.encode(key)) & 0x7fffffff) % partitions;
}
