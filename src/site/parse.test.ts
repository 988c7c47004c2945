import { describe, expect, test } from 'vitest';
import { parseProfile } from './parse.ts';
import { problemLine } from './problem.ts';

const header = 'schema: 1\nid: lab\nname: A lab\n';

/** What is wrong with a profile, the header being lines 1 to 3. */
function wrong(text: string): string[] {
  return parseProfile('lab.yaml', header + text).problems.map(problemLine);
}

describe('a profile with nothing wrong', () => {
  test('may leave out every section, and give a value plain or with its source', () => {
    expect(wrong('')).toEqual([]);
    expect(wrong('jupyter:\n  ready_timeout: { value: 60, source: guide, checked: 2026-02-12 }\n')).toEqual([]);
    expect(wrong('login: { value: { host: a.edu, shells: [/bin/sh] }, source: guide }\n')).toEqual([]);
  });

  test('may say null for what nobody knows, but not for a section', () => {
    expect(wrong('os: { glibc: null }\n')).toEqual([]);
    expect(wrong('os:\n')).toEqual(['lab.yaml:4:4 os: found null, expected keys and values']);
  });

  test('may use aliases', () => {
    expect(wrong('environments: { root: &here /data/envs }\ncaches: { uv: *here }\n')).toEqual([]);
  });
});

describe('what is wrong is said with file, line, column, what is there and what is expected', () => {
  const cases: Record<string, [string, string[]]> = {
    'an unknown key near a known one': [
      'jupyter:\n  redy_timeout: 3\n',
      ['lab.yaml:5:3 jupyter.redy_timeout: there is no such key; did you mean ready_timeout?'],
    ],
    'an unknown key near none': [
      'caches:\n  zzzzzzzz: 3\n',
      ['lab.yaml:5:3 caches.zzzzzzzz: there is no such key, expected one of uv, conda'],
    ],
    'an unknown key of a named entry': [
      'storage:\n  home: { path: $HOME, qota: {} }\n',
      ['lab.yaml:5:24 storage.home.qota: there is no such key; did you mean quota?'],
    ],
    'an unknown key beside a value': [
      'docs: { value: null, sorce: guide }\n',
      ['lab.yaml:4:22 docs.sorce: there is no such key; did you mean source?'],
    ],
    'a word that is none of those allowed': [
      'modules:\n  tool: lmodd\n',
      ['lab.yaml:5:9 modules.tool: found the text "lmodd", expected one of lmod, envmodules, none; did you mean lmod?'],
    ],
    'a value of another kind': [
      'jupyter:\n  ready_timeout: soon\n  ports: 8888\npackages:\n  python_downloads: "no"\n',
      [
        'lab.yaml:5:18 jupyter.ready_timeout: found the text "soon", expected a number',
        'lab.yaml:6:10 jupyter.ports: found 8888, expected a list',
        'lab.yaml:8:21 packages.python_downloads: found the text "no", expected true or false',
      ],
    ],
    'a value with a source, at the value': [
      'jupyter:\n  ready_timeout: { source: guide, value: -1 }\n',
      ['lab.yaml:5:42 jupyter.ready_timeout: found -1, expected 1 or more'],
    ],
    'a value inside a section with a source': [
      'jupyter:\n  value:\n    ready_timeout: 0\n  source: guide\n',
      ['lab.yaml:6:20 jupyter.ready_timeout: found 0, expected 1 or more'],
    ],
    'a day that is none': [
      'docs: { value: null, checked: yesterday }\n',
      ['lab.yaml:4:31 docs.checked: found the text "yesterday", expected a day such as 2026-02-12'],
    ],
    'an item of a list': [
      'login:\n  shells:\n    - /bin/sh\n    - sh\n',
      ['lab.yaml:7:7 login.shells.1: found the text "sh", expected the path of a shell, such as /bin/bash'],
    ],
    'what is missing, at the thing it is missing in': [
      'python:\n  distributions:\n    - kind: conda\n',
      ['lab.yaml:6:7 python.distributions.0.module: it is missing, expected a module such as python/3.11.9'],
    ],
    'a list that is too short': [
      'jupyter:\n  ports: [15001]\n',
      ['lab.yaml:5:10 jupyter.ports: found a list of 1, expected a list of 2 or more'],
    ],
    'a name that cannot be one': [
      'storage:\n  "my home": { path: $HOME }\n',
      ['lab.yaml:5:3 storage.my home: the key is wrong, expected a name of letters, digits, ".", "_" and "-"'],
    ],
    'a command of its own': [
      'quota:\n  reader: "quota -s | tail"\n',
      [
        'lab.yaml:5:11 quota.reader: found the text "quota -s | tail", expected one of none, quota, lfs, mmlsquota, rcc-table',
      ],
    ],
    'a variable that no path may use': [
      'environments:\n  root: $HOEM/envs\n',
      [
        expect.stringMatching(
          /^lab\.yaml:5:9 environments\.root: found the text "\$HOEM\/envs", expected only the variables HOME, USER, /,
        ),
      ],
    ],
    'a path that is relative, or climbs': [
      'environments:\n  root: envs\ncaches:\n  uv: /data/../etc\n',
      [
        'lab.yaml:5:9 environments.root: found the text "envs", expected an absolute path, or one that begins with a variable such as $HOME',
        'lab.yaml:7:7 caches.uv: found the text "/data/../etc", expected a path without ".."',
      ],
    ],
    'a password in an address, without printing it': [
      'packages:\n  index: https://me:secret@pypi.example.org/simple\n',
      [
        'lab.yaml:5:10 packages.index: found the text "https://…@pypi.example.org/simple", expected a web address without a password in it',
      ],
    ],
    'a host pattern that could take hours': [
      "detect:\n  hostname: '^(a+)+$'\n",
      [
        'lab.yaml:5:13 detect.hostname: found the text "^(a+)+$", expected a regular expression without repeated groups: only ? may follow one',
      ],
    ],
  };

  test.each(Object.entries(cases))('%s', (_, [text, expected]) => {
    expect(wrong(text)).toEqual(expected);
  });

  test('all of it at once, in the order of the file', () => {
    const problems = wrong('caches: 1\nos: 2\nnetwork: { probe: ping, campus: 3 }\n');
    expect(problems.map((line) => line.split(' ')[1])).toEqual(['caches:', 'os:', 'network.probe:', 'network.campus:']);
  });

  test('the header', () => {
    const problems = parseProfile('x.yaml', 'schema: 2\nname: [a]\n').problems.map(problemLine);
    expect(problems).toEqual([
      'x.yaml:1:1 id: it is missing, expected a name of letters, digits, ".", "_" and "-"',
      'x.yaml:1:9 schema: found 2, expected 1, the only version of the schema there is',
      'x.yaml:2:7 name: found a list of 1, expected a short text on one line',
    ]);
  });
});

describe('YAML itself', () => {
  test('a key that is there twice is an error, at the second', () => {
    expect(wrong('os:\n  name: a\n  name: b\n')).toEqual([
      'lab.yaml:6:3 os.name: the key is here for the second time, expected once',
    ]);
  });

  test('tags are refused, those of YAML 1.1 too', () => {
    expect(wrong('docs: !js/function x\n')).toEqual(['lab.yaml:4:7 docs: found the tag !js/function, expected no tag']);
    expect(wrong('os: { name: !!binary aGk= }\n')).toHaveLength(1);
  });

  test('slips are said with their place', () => {
    expect(wrong('os: [1\n')[0]).toMatch(/^lab\.yaml:5:1 .*not YAML: /);
    expect(wrong('os: { name: *nowhere }\n')).toEqual([
      'lab.yaml:4:13 os.name: there is no anchor &nowhere before this alias',
    ]);
    expect(wrong('---\nschema: 1\n')[0]).toMatch('a second document');
    expect(wrong('? [a, b]\n: 1\n')).toEqual(['lab.yaml:4:3 the key is wrong, expected a text']);
  });

  test('a file with nothing in it, or something else, is no profile', () => {
    const first = (text: string) => parseProfile('x.yaml', text).problems.map(problemLine)[0];
    expect(first('')).toBe('x.yaml:1:1 found nothing, expected keys and values');
    expect(first('- a\n')).toBe('x.yaml:1:1 found a list of 1, expected keys and values');
    expect(first('\0')).toMatch(/^x\.yaml:1:1 /);
  });

  test('`yes` and a date are texts, whatever version the file claims', () => {
    const { problems } = parseProfile('x.yaml', `%YAML 1.1\n---\n${header}packages: { python_downloads: yes }\n`);
    expect(problems.map(({ message }) => message)).toEqual(['found the text "yes", expected true or false']);
  });

  test('`__proto__` is an unknown key and nothing more', () => {
    expect(wrong('__proto__: { polluted: 1 }\n')[0]).toMatch('__proto__: there is no such key');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('a bomb is refused at once', () => {
  /** Of processor time, which other programs take nothing from. */
  const millisecondsSince = (from: NodeJS.CpuUsage) => process.cpuUsage(from).user / 1000;
  const bombs: Record<string, string> = {
    'a billion laughs': [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...Array.from('bcdefghi', (letter) => {
        const before = String.fromCharCode(letter.charCodeAt(0) - 1);
        return `${letter}: &${letter} [${Array(9).fill(`*${before}`).join(',')}]`;
      }),
    ].join('\n'),
    'a large list, many times': `a: &a [${Array(5000).fill('x').join(',')}]\nb: [*a,*a,*a,*a,*a,*a,*a]\n`,
    'a list inside itself': 'a: &a [*a]\n',
    'a hundred thousand brackets': `a: ${'['.repeat(100_000)}`,
    'keys below keys': Array.from({ length: 40 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
  };
  test.each(Object.entries(bombs))('%s', (_, text) => {
    const from = process.cpuUsage();
    expect(wrong(text)).toEqual([expect.stringMatching(/too much of it|too deeply|not YAML/)]);
    expect(millisecondsSince(from)).toBeLessThan(5000);
  });

  test('15,000 keys that nobody knows take no ten seconds, and a hundred are told', () => {
    const from = process.cpuUsage();
    const told = wrong(Array.from({ length: 15_000 }, (_, at) => `key${at}: 1\n`).join(''));
    expect(told).toHaveLength(100);
    expect(told[0]).toMatch(/^lab\.yaml:4:1 key0: there is no such key/);
    expect(millisecondsSince(from)).toBeLessThan(3000);
  });

  test.each([
    ['brackets', (depth: number) => `a: ${'['.repeat(depth)}`],
    ['maps', (depth: number) => `a: ${'{a: '.repeat(depth)}`],
    ['lists', (depth: number) => `a:\n  ${'- '.repeat(depth)}`],
    ['keys of keys', (depth: number) => '? '.repeat(depth)],
    ['lines', (depth: number) => Array.from({ length: depth }, (_, at) => `${' '.repeat(at)}a:\n`).join('')],
  ])('%s within each other, however many, are nested too deeply: nothing about stacks, and no long path', (_, nest) => {
    for (const depth of [120, 600]) {
      const [told = '', ...others] = wrong(nest(depth));
      expect([others, told]).toEqual([
        [],
        expect.stringMatching(/^lab\.yaml:\d+:\d+ nested too deeply, expected at most 16 levels$/),
      ]);
      expect(told.length).toBeLessThan(200);
    }
  });

  test('a path of long keys is cut', () => {
    const key = 'k'.repeat(900);
    expect(wrong(`caches:\n  ${key}: { ${key}: 1 }\n`)[0]?.length).toBeLessThan(300);
  });
});
