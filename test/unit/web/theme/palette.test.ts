import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  colourOf,
  coloursOf,
  type Scheme,
  SURFACES,
  type Surface,
  type Swatch,
} from '../../../../web/src/theme/palette.ts';

const SCHEMES: readonly Scheme[] = ['light', 'dark'];

const TYPES = ['select', 'insert', 'copy', 'unload', 'delete', 'update', 'ctas', 'analyze', 'vacuum', 'other'];
const CLASSES = ['normal', 'network', 'cpu', 'io', 'queue', 'cached'];

/** Relative luminance, WCAG 2.2. */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function swatches(scheme: Scheme): [string, Swatch][] {
  const values = [...TYPES.map((type) => ['query_type', type]), ...CLASSES.map((one) => ['class', one])];
  return values.map(([kind = '', value = '']) => [`${kind} ${value}`, colourOf(kind, value, scheme)]);
}

for (const scheme of SCHEMES) {
  const surface = SURFACES[scheme];
  const backs: readonly (keyof Surface)[] = ['page', 'panel', 'raised'];

  test(`${scheme}: all text reaches 4.5:1 on every surface`, () => {
    const texts: readonly (keyof Surface)[] = ['text', 'muted', 'accent', 'wrong', 'stale', 'good'];
    for (const text of texts) {
      for (const back of backs) {
        const found = contrast(surface[text], surface[back]);
        assert.ok(found >= 4.5, `${text} on ${back}: ${found.toFixed(2)}`);
      }
    }
    for (const state of ['wrong', 'stale', 'good'] as const) {
      const back = surface[`${state}Back`];
      assert.ok(contrast(surface[state], back) >= 4.5, `${state} on its own back`);
      assert.ok(contrast(surface.text, back) >= 4.5, `text on ${state}Back`);
    }
    assert.ok(contrast(surface.onAccent, surface.accent) >= 4.5, 'onAccent');
  });

  test(`${scheme}: edges of what can be pressed reach 3:1`, () => {
    for (const back of ['page', 'panel'] as const) {
      assert.ok(contrast(surface.edge, surface[back]) >= 3, `${back}: ${contrast(surface.edge, surface[back])}`);
    }
  });

  test(`${scheme}: text in a colour of a series reaches 4.5:1, its lines 3:1`, () => {
    for (const [what, { line, text }] of swatches(scheme)) {
      for (const back of ['page', 'panel'] as const) {
        const found = [contrast(text, surface[back]), contrast(line, surface[back])];
        assert.ok((found[0] ?? 0) >= 4.5 && (found[1] ?? 0) >= 3, `${what} on ${back}: ${found.join(', ')}`);
      }
    }
  });
}

test('query types and classes differ in colour or, where colours are few, in form', () => {
  for (const [kind, values] of [
    ['query_type', TYPES],
    ['class', CLASSES],
  ] as const) {
    const looks = values.map((value) => {
      const { fill, pattern } = colourOf(kind, value, 'light');
      return `${fill} ${pattern}`;
    });
    assert.equal(new Set(looks).size, values.length);
  }
});

test('colour is never alone: no two query types have the same mark and dash, nor the same pattern and colour', () => {
  const forms = TYPES.map((type) => {
    const { marker, dash, pattern } = colourOf('query_type', type, 'light');
    return JSON.stringify([marker, dash, pattern]);
  });
  assert.equal(new Set(forms).size, TYPES.length);
});

test('a value has the same colour in any company', () => {
  const alone = colourOf('query_type', 'select', 'light');
  assert.deepEqual(coloursOf('query_type', ['copy', 'select', 'other'], 'light')[1], alone);
  assert.deepEqual(coloursOf('query_type', ['select'], 'light')[0], alone);
});

test('values that nobody named beforehand look different from each other and from those that have their place', () => {
  const values = ['p50', 'p95', 'warm', 'cold', 'tepid', 'hot'];
  const found = coloursOf('y', values, 'dark').map(({ fill }) => fill);
  assert.equal(new Set(found).size, values.length, found.join());
});

test('the order of values does not decide their colours', () => {
  const values = ['alpha', 'beta', 'gamma', 'delta'];
  const forwards = new Map(coloursOf('x', values, 'light').map((swatch, i) => [values[i], swatch]));
  const backwards = [...values].reverse();
  coloursOf('x', backwards, 'light').forEach((swatch, i) => {
    assert.deepEqual(swatch, forwards.get(backwards[i]));
  });
});

test('more values than colours still have one each', () => {
  const values = Array.from({ length: 50 }, (_, i) => `provisioned-${i}`);
  const found = coloursOf('instance_id', values, 'light');
  assert.equal(found.length, 50);
  assert.ok(found.every(({ fill }) => /^#[0-9a-f]{6}$/.test(fill)));
});

test('names that every object has are values like others', () => {
  for (const value of ['constructor', '__proto__', 'toString']) {
    assert.match(colourOf(value, value, 'light').fill, /^#/);
    assert.match(colourOf('query_type', value, 'light').fill, /^#/);
  }
});
