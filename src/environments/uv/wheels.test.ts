import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, expect, test, vi } from 'vitest';
import { noProgress } from '../../files/index.ts';
import { run, which } from '../../process/index.ts';
import { freshFolder } from '../hand-made.ts';
import { forecastCost } from './cost.ts';
import { type Lock, parseLock } from './lock.ts';
import type { Python } from './python.ts';
import { examineWheels, recallWheels, rememberWheels, type WheelMemory } from './wheels.ts';

let folder: string;
let python: Python;

beforeEach(async () => {
  folder = await freshFolder();
  vi.stubEnv('XDG_CACHE_HOME', path.join(folder, 'cache'));
  python = { file: (await which('python3')) ?? '', version: '3.12.1', reason: '' };
  return async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  };
});

/** Zips files up as a wheel, with Python's own zipfile. */
async function wheel(files: Record<string, string>): Promise<string> {
  const file = path.join(folder, 'demo-1.0-py3-none-any.whl');
  const script =
    'import json,sys,zipfile\nz=zipfile.ZipFile(sys.argv[1],"w")\nfor n,t in json.load(sys.stdin).items(): z.writestr(n,t)\nz.close()';
  await run(python.file, ['-c', script, file], { input: JSON.stringify(files), timeoutMs: 20_000 });
  return pathToFileURL(file).href;
}

const info = { 'demo-1.0.dist-info/METADATA': 'Name: demo\n', 'demo-1.0.dist-info/RECORD': '' };

async function examine(url: string, take = 0): Promise<WheelMemory> {
  const memory: WheelMemory = new Map();
  await examineWheels(python, [{ file: { url, size: null, sha256: 'f'.repeat(64) }, take }], memory, () => {});
  return memory;
}

test('files, directories and Python of a wheel are counted from its list of contents', async () => {
  const url = await wheel({
    'demo/__init__.py': 'x = 1\n',
    'demo/deep/er/__init__.py': '',
    'demo/data.bin': '12345',
    'demo_single.py': 'y = 2\n',
    'demo-1.0.data/scripts/run': '#!python\n',
    'demo-1.0.data/data/share/demo/icon.svg': '<svg/>',
    'demo-1.0.data/data/share/demo/conf.py': 'not = "compiled"',
    ...info,
  });
  const [facts] = (await examine(url)).values();
  expect(facts?.counts).toEqual({
    // nine in the wheel, INSTALLER and REQUESTED
    files: 11,
    // demo, deep, er, share, share/demo, demo-1.0.dist-info
    directories: 6,
    bytes: 59,
    pythonFiles: 3,
    pythonBytes: 12,
    pythonDirectories: 2,
    beside: 1,
  });
});

test('a script is counted for each entry point', async () => {
  const url = await wheel({
    ...info,
    'demo-1.0.dist-info/entry_points.txt': '[console_scripts]\na = d:a\nb=d:b\n\n[other]\nc = d:c\n',
  });
  const [facts] = (await examine(url)).values();
  expect(facts?.counts.files).toBe(3 + 2 + 2);
});

test('bytecode is measured by compiling, and what does not compile makes none', async () => {
  const code = `def f():\n    return ${JSON.stringify('text '.repeat(400))}\n`;
  const url = await wheel({ 'demo/a.py': code, 'demo/old.py': 'print "2"\n', ...info });
  const [facts] = (await examine(url, 64)).values();
  expect(facts?.samples['3.12']?.ratio).toBeGreaterThan(0.9);
  expect(facts?.samples['3.12']?.ratio).toBeLessThan(1.4);
});

test('what is no wheel, or is not there, is left out', async () => {
  await writeFile(path.join(folder, 'x.whl'), 'no zip');
  expect((await examine(pathToFileURL(path.join(folder, 'x.whl')).href)).size).toBe(0);
  expect((await examine(pathToFileURL(path.join(folder, 'absent.whl')).href)).size).toBe(0);
});

test('a Python that does not start makes a poor forecast, and no error', async () => {
  const memory: WheelMemory = new Map();
  const nowhere = { ...python, file: '/nowhere/python3' };
  await examineWheels(nowhere, [{ file: { url: 'file:///x.whl', size: 1, sha256: '' }, take: 0 }], memory, () => {});
  expect(memory.size).toBe(0);
});

test('what was learned is kept in one file, at most 3000 wheels of it', async () => {
  const counts = {
    files: 1,
    directories: 1,
    bytes: 1,
    pythonFiles: 1,
    pythonBytes: 1,
    pythonDirectories: 1,
    beside: 0,
  };
  const many = Array.from(
    { length: 3100 },
    (_, index) => [`${index}`, { counts, samples: { '3.12': { taken: 3, ratio: 1.5 } } }] as const,
  );
  await rememberWheels(new Map(many));
  const recalled = await recallWheels();
  expect(recalled.size).toBe(3000);
  expect([...recalled.keys()].at(-1)).toBe('3099');
  expect(recalled.get('3099')).toEqual(many[3099]?.[1]);
});

test.each([
  'no json',
  '{"version":2,"wheels":[]}',
  '{"version":1,"wheels":[["x",[1,2],{}],["y",[-1,0,0,0,0,0,0],{}],7]}',
  '[]',
  'null',
])('a damaged memory counts as none: %s', async (text) => {
  await mkdir(path.join(folder, 'cache', 'pier'), { recursive: true });
  await writeFile(path.join(folder, 'cache', 'pier', 'wheels.json'), text);
  expect((await recallWheels()).size).toBe(0);
});

function lockOf(url: string, size: number | null): Lock {
  const stated = size === null ? '' : `size = ${size}, `;
  const text = `lock-version = "1.0"\n\n[[packages]]\nname = "demo"\nversion = "1.0"\nwheels = [{ url = "${url}", ${stated}hashes = { sha256 = "${'e'.repeat(64)}" } }]\n`;
  return parseLock(text, '3.12.1', '/');
}

test('what cannot be looked into is guessed by its size, and named', async () => {
  const cost = await forecastCost(lockOf('file:///absent/demo-1.0-py3-none-any.whl', 8_000_000), python, noProgress);
  expect(cost.guessed).toEqual(['demo']);
  expect(cost.files).toBeGreaterThan(1000);
  expect(cost.bytes).toBeGreaterThan(24_000_000);
});

test('a second forecast looks at nothing again', async () => {
  const url = await wheel({ 'demo/__init__.py': 'x = 1\n', ...info });
  const first = await forecastCost(lockOf(url, null), python, noProgress);
  await rm(path.join(folder, 'demo-1.0-py3-none-any.whl'));
  expect(await forecastCost(lockOf(url, null), python, noProgress)).toEqual(first);
  expect(first.guessed).toEqual([]);
});
