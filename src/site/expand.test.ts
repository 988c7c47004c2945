// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the braces of a template are what is tested

import { userInfo } from 'node:os';
import { expect, test } from 'vitest';
import { expandTemplate } from './expand.ts';

const environment = { HOME: '/home/ada', USER: 'ada', PI: 'lovelace', SECRET: 'x' };

function expand(template: string, extra = {}, more = {}) {
  return expandTemplate(template, extra, { ...environment, ...more });
}

test('variables are filled in, with braces or without', () => {
  expect(expand('/project/$PI/$USER/envs')).toBe('/project/lovelace/ada/envs');
  expect(expand('/scratch/${USER}_files')).toBe('/scratch/ada_files');
  expect(expand('/plain')).toBe('/plain');
});

test('the XDG directories have the defaults of their specification', () => {
  expect(expand('$XDG_DATA_HOME/pier')).toBe('/home/ada/.local/share/pier');
  expect(expand('$XDG_CACHE_HOME/pier')).toBe('/home/ada/.cache/pier');
  expect(expand('$XDG_DATA_HOME/pier', {}, { XDG_DATA_HOME: '/data' })).toBe('/data/pier');
  expect(expand('$XDG_DATA_HOME/pier', {}, { XDG_DATA_HOME: 'relative' })).toBe('/home/ada/.local/share/pier');
});

test('the home directory and the login name are known without an environment', () => {
  expect(expandTemplate('$USER', {}, {})).toBe(userInfo().username);
  expect(expandTemplate('$HOME', {}, {})).toMatch(/^\//);
});

test('a caller’s own values go first', () => {
  expect(expand('/project/$PI', { PI: 'other' })).toBe('/project/other');
});

test('a variable that is not set is an error with the way out', () => {
  expect(() => expand('/tmp/$SLURM_JOB_ID')).toThrow(
    expect.objectContaining({ code: 'site-variable-unknown', hint: expect.stringMatching('export SLURM_JOB_ID=') }),
  );
});

test('other variables of the environment are not read, and nothing is run', () => {
  for (const template of [
    '/x/$SECRET',
    '/x/$(id)',
    '/x/$',
    '/x/${',
    '/x/${HOME:-y}',
    '/x/$constructor',
    '/x/$__proto__',
  ]) {
    expect(() => expand(template)).toThrow(expect.objectContaining({ code: 'site-variable-unknown' }));
  }
  expect(expand('/x/`id`')).toBe('/x/`id`');
});

test('a value that is more than one name does not get into a path', () => {
  for (const PI of ['../root', 'a/b', '..', 'a b', '']) {
    expect(() => expand('/project/$PI', {}, { PI })).toThrow(
      expect.objectContaining({ code: 'site-variable-unknown' }),
    );
  }
  expect(() => expand('$HOME/x', {}, { HOME: '/a\nb' })).toThrow(/cannot stand in a path/);
});
