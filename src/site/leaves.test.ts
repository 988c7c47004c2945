import { expect, test } from 'vitest';
import { inherit, leavesOf, plainOf, treeOf } from './leaves.ts';

const origin = { source: null, checked: null, profile: 'child' };
const parent = { ...origin, profile: 'parent' };

test('a leaf may be plain or have its source, and both give the same plain values', () => {
  const written = { a: { b: { value: 1, source: 'guide', checked: '2026-02' } }, c: [1, 2] };
  const tree = treeOf(written, origin);
  expect(plainOf(tree)).toEqual({ a: { b: 1 }, c: [1, 2] });
  expect(leavesOf(tree)).toEqual([
    { path: 'a.b', value: 1, source: 'guide', checked: '2026-02', profile: 'child' },
    { path: 'c', value: [1, 2], source: null, checked: null, profile: 'child' },
  ]);
});

test('what is inside a value with a source has that source, unless it names its own', () => {
  const written = { a: { value: { b: 1, c: { value: [{ d: 2 }], source: 'inner' } }, source: 'outer' } };
  expect(leavesOf(treeOf(written, origin)).map(({ path, source }) => [path, source])).toEqual([
    ['a.b', 'outer'],
    ['a.c.0.d', 'inner'],
  ]);
});

test('objects are joined with the parent’s, lists and single values replace them, and each leaf keeps its profile', () => {
  const tree = inherit(
    treeOf({ a: { b: 1, c: null }, list: [1] }, origin),
    treeOf({ a: { b: 2, c: 3, d: 4 }, list: [7, 8], more: true }, parent),
  );
  expect(plainOf(tree)).toEqual({ a: { b: 1, c: null, d: 4 }, list: [1], more: true });
  expect(leavesOf(tree).map((leaf) => leaf.profile)).toEqual(['child', 'child', 'parent', 'child', 'parent']);
});

test('a key called `constructor` or `__proto__` is a key like any other', () => {
  const tree = inherit(
    treeOf(JSON.parse('{"constructor": {"a": 1}, "__proto__": {"polluted": 1}}'), origin),
    treeOf({ a: 1 }, parent),
  );
  expect(Object.keys(plainOf(tree) as object)).toContain('constructor');
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});
