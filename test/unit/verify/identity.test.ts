import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SpillwayError } from '../../../src/errors.ts';
import type { Manifest, TraceIdentity } from '../../../src/model/manifest.ts';
import { requireSameInputs } from '../../../src/verify/identity.ts';
import { LOAD } from '../../support/metrics.ts';
import { manifestOf } from './fixture.ts';

const FILE = { name: 'a.parquet', bytes: 100, rows: 7, footerSha256: 'aa'.repeat(32) };
const TRACE: TraceIdentity = { files: [FILE], rows: 7 };

function withFile(changes: Partial<typeof FILE>): TraceIdentity {
  return { files: [{ ...FILE, ...changes }], rows: 7 };
}

test('the same trace and the same metrics can be compared', () => {
  requireSameInputs(manifestOf(TRACE), TRACE, [LOAD]);
});

const TRACES: readonly (readonly [string, TraceIdentity, RegExp])[] = [
  ['a file has other rows', withFile({ rows: 8 }), /a\.parquet has 7 rows in the run, 8 here/],
  ['a file has other bytes', withFile({ bytes: 99 }), /a\.parquet has 100 bytes in the run, 99 here/],
  [
    'a file has another footer',
    withFile({ footerSha256: 'bb'.repeat(32) }),
    /another footer \(sha256 a{12} in the run, b{12} here\)/,
  ],
  ['a file is gone', withFile({ name: 'b.parquet' }), /a\.parquet is part of the run and not of this trace/],
  [
    'a file is new',
    { files: [FILE, { ...FILE, name: 'b.parquet' }], rows: 14 },
    /b\.parquet is part of this trace and not of the run/,
  ],
  ['the rows do not add up', { files: [FILE], rows: 8 }, /trace\.rows is 7 in the run, 8 here/],
];

for (const [what, trace, message] of TRACES) {
  test(`a trace is not taken for the run's when ${what}`, () => {
    assert.throws(() => requireSameInputs(manifestOf(TRACE), trace, [LOAD]), {
      code: 'MANIFEST_MISMATCH',
      message,
    });
  });
}

test('a run whose faults can be computed anew can be compared', () => {
  const faults = 'disorder=5m,duplicate=1%,corrupt=0.1%,late=0.01%,stall=partition:1@T+6h+30m';
  requireSameInputs(manifestOf(TRACE, { faults, faultSeed: 7, keep: 'rollups' }), TRACE, [LOAD]);
});

const MANIFESTS: readonly (readonly [string, Partial<Manifest>, string, RegExp])[] = [
  [
    'a metric is defined differently',
    { metrics: { load: 'load-0' } },
    'METRIC_CHANGED',
    /metric load is defined differently: load-0 in the run, load-1 here/,
  ],
  [
    'a metric is not loaded',
    { metrics: { load: 'load-1', gone: 'x' } },
    'METRIC_CHANGED',
    /metric gone belongs to the run and is not loaded/,
  ],
  ['a metric is new', { metrics: {} }, 'METRIC_CHANGED', /metric load is loaded and not part of the run/],
  [
    'the order has changed',
    { orderVersion: 0 },
    'MANIFEST_MISMATCH',
    /orderVersion is 0 in the run, 1 in this version/,
  ],
  ['faults are of a kind that is not known', { faults: 'noise=1%' }, 'MANIFEST_MISMATCH', /faults is "noise=1%"/],
  ['faults are not written in their one form', { faults: 'late=0.01' }, 'MANIFEST_MISMATCH', /faults is "late=0.01"/],
  ['the seed of the faults is no number', { faultSeed: Number.NaN }, 'MANIFEST_MISMATCH', /faultSeed is null/],
];

for (const [what, changes, code, message] of MANIFESTS) {
  test(`nothing is compared when ${what}`, () => {
    assert.throws(
      () => requireSameInputs(manifestOf(TRACE, changes), TRACE, [LOAD]),
      (error: unknown) => {
        assert.ok(error instanceof SpillwayError);
        assert.equal(error.code, code);
        assert.equal(error.domain, 'user');
        assert.match(error.message, message);
        assert.ok(error.hint !== undefined);
        return true;
      },
    );
  });
}
