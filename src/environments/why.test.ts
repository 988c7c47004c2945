import { expect, test } from 'vitest';
import { whyInstalled } from './why.ts';

function item(name: string, needs: string[], requested = false) {
  return { name, version: '1', installer: 'uv', requested, needs };
}

const packages = [
  item('lab', ['server', 'jinja'], true),
  item('server', ['jinja', 'tornado']),
  item('jinja', ['markup']),
  item('tornado', []),
  item('markup', ['markup']),
  item('book', ['jinja'], true),
  item('alone', [], true),
  item('ring', ['rong']),
  item('rong', ['ring']),
];

test('the shortest way from each thing that was asked for', () => {
  expect(whyInstalled(packages, 'markup')).toEqual([
    ['book', 'jinja', 'markup'],
    ['lab', 'jinja', 'markup'],
  ]);
});

test('what was asked for itself, circles and strangers have no way', () => {
  expect(whyInstalled(packages, 'alone')).toEqual([]);
  expect(whyInstalled(packages, 'ring')).toEqual([]);
  expect(whyInstalled(packages, 'nothing')).toEqual([]);
});
