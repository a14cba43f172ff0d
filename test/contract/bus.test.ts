import { createMemoryBus } from '../../src/bus/memory.ts';
import { seededRandom } from '../support/random.ts';
import { createShuffledBus } from '../support/shuffled-bus.ts';
import { busContract } from './bus.ts';

const fresh = { nextOffset: 0, lastSeq: -1, watermark: undefined, ended: false };

busContract('memory', {
  create: async (_t, { partitions, capacityRows }) =>
    createMemoryBus({ positions: Array.from({ length: partitions }, () => fresh), capacityRows }),
  restart: async (_t, _bus, positions) => createMemoryBus({ positions, capacityRows: 1_000 }),
});

// The bus of the property tests: what holds on it must hold on any other.
busContract('shuffled', {
  create: async (_t, options) => createShuffledBus({ ...options, random: seededRandom(1) }),
  restart: async (_t, bus) => bus,
});
