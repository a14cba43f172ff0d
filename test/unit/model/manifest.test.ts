import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonical, manifestDifference } from '../../../src/model/manifest.ts';
import { LIMITS, makeManifest } from '../../support/manifest.ts';

test('the same manifest does not differ from itself, whatever the order of its fields', () => {
  const manifest = makeManifest({ metrics: { a: '1', b: '2' } });
  const reordered = Object.fromEntries(Object.entries(manifest).reverse());
  assert.equal(manifestDifference(manifest, { ...manifest, ...reordered, metrics: { b: '2', a: '1' } }), undefined);
});

test('the field that differs is named with both values', () => {
  const difference = manifestDifference(makeManifest(), makeManifest({ partitions: 8 }));
  assert.deepEqual(difference, { field: 'partitions', was: '2', is: '8' });
});

test('a difference deep inside names the field it lies in', () => {
  const changed = makeManifest({ sanity: { ...LIMITS, cap: true } });
  assert.equal(manifestDifference(makeManifest(), changed)?.field, 'sanity');
  const file = { name: 'a.parquet', bytes: 9, rows: 1, footerSha256: 'x' };
  const other = makeManifest({ trace: { files: [file], rows: 1 } });
  assert.equal(manifestDifference(makeManifest(), other)?.field, 'trace');
});

test('every field counts', () => {
  const manifest = makeManifest();
  for (const field of Object.keys(manifest)) {
    const changed = { ...manifest, [field]: 'something else' };
    assert.equal(manifestDifference(manifest, changed)?.field, field);
  }
});

test('a field that only one of them has is a difference', () => {
  const { faults: _, ...rest } = makeManifest();
  // As a manifest of an older release might be.
  const older = rest as ReturnType<typeof makeManifest>;
  assert.equal(manifestDifference(makeManifest(), older)?.field, 'faults');
  assert.equal(manifestDifference(older, makeManifest())?.field, 'faults');
});

test('canonical text has its keys in order at every depth, and keeps the order of lists', () => {
  assert.equal(canonical({ b: [2, 1], a: { d: 1, c: null } }), '{"a":{"c":null,"d":1},"b":[2,1]}');
});
