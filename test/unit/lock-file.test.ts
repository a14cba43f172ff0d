import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

interface LockedPackage {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

// npm drops what a registry does not offer at the moment, and `npm ci` then fails on machines of that kind.
for (const file of ['package-lock.json', 'test/package-lock.json', 'web/package-lock.json']) {
  test(`${file} names the native packages of every platform`, () => {
    const url = new URL(`../../${file}`, import.meta.url);
    const lock: { packages: Readonly<Record<string, LockedPackage>> } = JSON.parse(readFileSync(url, 'utf8'));
    const wanted = Object.values(lock.packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
    assert.ok(wanted.length > 0);
    const missing = wanted.filter((name) => lock.packages[`node_modules/${name}`] === undefined);
    assert.deepEqual(missing, []);
  });
}
