import { execFileSync, spawnSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { freshFolder } from '../hand-made.ts';
import { pylockScript } from './pylock.ts';
import { refuseEscapes } from './uv-lock.ts';

let folder: string;

beforeEach(async () => {
  folder = await freshFolder();
  return () => rm(folder, { recursive: true });
});

async function read(...packages: string[]): Promise<string> {
  const file = path.join(folder, 'pylock.toml');
  const blocks = packages.map((text) => `[[packages]]\n${text}\n`);
  await writeFile(file, `lock-version = "1.0"\n${blocks.join('')}`);
  return execFileSync('python3', ['-I', '-c', pylockScript, file], { encoding: 'utf8' }).trimEnd();
}

const a = 'a'.repeat(64);
const sums = `hashes = { sha256 = "${a}" }`;
const wheels = `wheels = [{ url = "https://x.org/six-1-py3-none-any.whl", ${sums} }]`;
const mayRead = spawnSync('python3', ['-c', 'import tomllib']).status === 0;

test.runIf(mayRead)('each package is a requirement with its sums (needs Python 3.11)', async () => {
  const said = await read(
    `name = "six"\nversion = "1.17.0.post1+cpu"\nmarker = "python_version >= '3.9' and (os_name != 'nt')"\n${wheels}`,
    'name = "a"\nvcs = { type = "git", url = "https://x.org/a.git", commit-id = "f6b3ba12", subdirectory = "in/side" }',
    `name = "b"\narchive = { path = "b c.tar.gz", ${sums} }`,
    'name = "c"\nversion = "1.0"',
  );
  expect(said.split('\n')).toEqual([
    `six==1.17.0.post1+cpu ; python_version >= '3.9' and (os_name != 'nt') --hash=sha256:${a}`,
    'a @ git+https://x.org/a.git@f6b3ba12#subdirectory=in/side',
    `b @ file://${folder}/b%20c.tar.gz --hash=sha256:${a}`,
    'c==1.0',
  ]);
});

test.runIf(mayRead).each([
  ['a version', `name = "six"\nversion = "1.17.0\\n--index-url http://127.0.0.1:9/simple"\n${wheels}`],
  ['a name', `name = "six\\n-r /etc/hostname"\nversion = "1"\n${wheels}`],
  ['a name of no text', `name = 6\nversion = "1"\n${wheels}`],
  ['a marker', `name = "six"\nversion = "1"\nmarker = "os_name == 'a\\n-r b'"\n${wheels}`],
  ['a marker that is a comment', `name = "six"\nversion = "1"\nmarker = "os_name == ' #'"\n${wheels}`],
  ['a marker that is an option', `name = "six"\nversion = "1"\nmarker = "os_name == 'a' --hash=x"\n${wheels}`],
  ['an address', `name = "six"\narchive = { url = "https://x.org/a b.whl", ${sums} }`],
  ['an address with a variable', `name = "six"\narchive = { url = "https://x.org/\${TOKEN}.whl", ${sums} }`],
  ['a path', `name = "six"\ndirectory = { path = "a\\n-r b" }`],
  ['a commit', 'name = "six"\nvcs = { type = "git", url = "https://x.org/a", commit-id = "main" }'],
  ['a sum', `name = "six"\nversion = "1"\nsdist = { url = "https://x.org/a", hashes = { sha256 = "00" } }`],
  ['a file without a sum', 'name = "six"\nversion = "1"\nsdist = { url = "https://x.org/a.tar.gz" }'],
])('%s that uv would take for something else is refused (needs Python 3.11)', async (_, text) => {
  const said = await read('name = "first"\nversion = "1"', text);
  expect(JSON.parse(said)).toEqual({ line: 1, message: expect.stringMatching(/is no |has no sum/) });
});

test('a uv.lock with a line break in a value, which uv never writes, is refused at its line', () => {
  const fine = 'marker = "sys_platform == \\"linux\\" and a == \'\\\\n\'"\nname = ""\n';
  expect(() => refuseEscapes('/p/uv.lock', fine)).not.toThrow();
  for (const bad of ['"a\\n--index-url x"', '"a\\u000ab"', '"""\na"""', "'''a'''"]) {
    expect(() => refuseEscapes('/p/uv.lock', `${fine}path = ${bad}\n`)).toThrow('/p/uv.lock:3: uv writes no such text');
  }
});
