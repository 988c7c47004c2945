import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { freshFolder } from '../hand-made.ts';
import { readRequestFile } from './read.ts';

let folder: string;

beforeEach(async () => {
  folder = await freshFolder();
  return () => rm(folder, { recursive: true });
});

async function put(name: string, text: string): Promise<string> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

test.each([
  ['environment.yml', 'dependencies: [numpy]\n', 'environment'],
  ['env.yaml', 'dependencies: [numpy]\n', 'environment'],
  ['requirements.txt', 'numpy\n', 'requirements'],
  ['dev.in', 'numpy\n', 'requirements'],
  ['pyproject.toml', '[project]\n', 'project'],
  ['uv.lock', 'version = 1\n', 'uv-lock'],
  ['pylock.toml', '', 'pylock'],
  ['pylock.gpu.toml', '', 'pylock'],
  ['spec.txt', '# platform: linux-64\n@EXPLICIT\nhttps://x.org/c/linux-64/zlib-1.3-0.conda\n', 'explicit'],
])('%s is told by its name, or by what stands in it', async (name, text, kind) => {
  expect((await readRequestFile(await put(name, text))).kind).toBe(kind);
});

test('an explicit file gives addresses and sums with their lines', async () => {
  const [md5, sha256] = ['a'.repeat(32), 'B'.repeat(64)];
  const text = `@EXPLICIT\nhttps://x.org/c/linux-64/zlib-1.3-0.conda#${md5}\n\nfile:///c/noarch/six-1.0-py_0.tar.bz2#sha256:${sha256}\n`;
  expect((await readRequestFile(await put('spec.txt', text))).explicit).toEqual([
    { url: 'https://x.org/c/linux-64/zlib-1.3-0.conda', md5, line: 2 },
    { url: 'file:///c/noarch/six-1.0-py_0.tar.bz2', sha256: sha256.toLowerCase(), line: 4 },
  ]);
});

test.each([
  ['@EXPLICIT\nzlib\n', 2, 'is not the address of a conda package'],
  ['@EXPLICIT\nhttps://x.org/c/linux-64/zlib-1.3-0.conda#beef\n', 2, 'is neither an MD5 nor a SHA-256'],
  ['@EXPLICIT\n', 1, 'it lists no packages'],
])('an explicit file with a bad line is refused: %j', async (text, line, why) => {
  const file = await put('spec.txt', text);
  await expect(readRequestFile(file)).rejects.toMatchObject({
    code: 'file-invalid',
    message: expect.stringMatching(new RegExp(`^${file}:${line}: .*${why}`)),
  });
});

test('a file that is not there and one that says nothing about packages are refused by name', async () => {
  await expect(readRequestFile(path.join(folder, 'no.yml'))).rejects.toMatchObject({ code: 'file-missing' });
  const notebook = await put('a.ipynb', '{}');
  await expect(readRequestFile(notebook)).rejects.toMatchObject({
    code: 'file-unknown',
    message: expect.stringContaining('a.ipynb'),
    hint: expect.stringContaining('environment.yml'),
  });
});

test('each requirement of a requirements file has its line, without comments', async () => {
  const { places } = await readRequestFile(await put('requirements.txt', '# all\nnumpy>=2\n\nsix  # old\n'));
  expect([...places]).toEqual([
    ['numpy>=2', path.join(folder, 'requirements.txt:2')],
    ['six', path.join(folder, 'requirements.txt:4')],
  ]);
});
