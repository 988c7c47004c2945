import { expect, test } from 'vitest';
import { cacheKey, parseLock } from './lock.ts';

// As uv 0.13.9 writes it, shortened.
const a = 'a'.repeat(64);
const b = 'b'.repeat(64);
const head = 'lock-version = "1.0"\ncreated-by = "uv"\nrequires-python = ">=3.12.1"\n';

function parse(...blocks: string[]) {
  return parseLock([head, ...blocks.map((block) => `[[packages]]\n${block}\n`)].join('\n'), '3.12.1', '/').packages;
}

test('a package has its wheel, and a line that installs exactly it', () => {
  const packages = parse(`name = "six"
version = "1.17.0"
sdist = { url = "https://files.example/six-1.17.0.tar.gz", upload-time = 2024-12-04T17:35:28Z, size = 34031, hashes = { sha256 = "${b}" } }
wheels = [{ url = "https://files.example/six-1.17.0-py2.py3-none-any.whl", upload-time = 2024-12-04T17:35:26Z, size = 11050, hashes = { sha256 = "${a}" } }]`);
  expect(packages).toEqual([
    {
      name: 'six',
      version: '1.17.0',
      wheel: { url: 'https://files.example/six-1.17.0-py2.py3-none-any.whl', size: 11050, sha256: a },
      source: { url: 'https://files.example/six-1.17.0.tar.gz', size: 34031, sha256: b },
      requirement: `six==1.17.0 --hash=sha256:${a} --hash=sha256:${b}`,
    },
  ]);
});

test('of several wheels the one for this very Python is taken', () => {
  const wheel = (tags: string) =>
    `    { url = "https://x/cn-3.5.2-${tags}.whl", size = 1, hashes = { sha256 = "${a}" } },`;
  const tags = [
    'py3-none-any',
    'cp37-abi3-manylinux_2_28_x86_64',
    'cp312-cp312-manylinux_2_17_x86_64',
    'cp313-cp313-linux_x86_64',
  ];
  const [item] = parse(`name = "cn"\nversion = "3.5.2"\nwheels = [\n${tags.map(wheel).join('\n')}\n]`);
  expect(item?.wheel?.url).toContain('cp312-cp312');
});

test('one without a wheel has to be built, from its source', () => {
  const [item] = parse(`name = "old"
version = "1.0"
sdist = { url = "https://x/old-1.0.tar.gz", hashes = { sha256 = "${b}" } }`);
  expect(item).toMatchObject({ wheel: null, source: { size: null }, requirement: `old==1.0 --hash=sha256:${b}` });
});

test('addresses, Git repositories and directories are installed from where they are', () => {
  const lines = parse(
    `name = "a"\nversion = "1"\narchive = { path = "home/ada/a-1-py3-none-any.whl", hashes = { sha256 = "${a}" } }`,
    `name = "b"\narchive = { url = "https://x/b.tar.gz", hashes = { sha256 = "${a}" } }`,
    'name = "c"\nversion = "0.1"\nvcs = { type = "git", url = "https://x/c.git", commit-id = "f6b3ba" }',
    'name = "d"\ndirectory = { path = "home/ada/thesis work" }',
  ).map(({ requirement }) => requirement);
  expect(lines).toEqual([
    `a @ file:///home/ada/a-1-py3-none-any.whl --hash=sha256:${a}`,
    `b @ https://x/b.tar.gz --hash=sha256:${a}`,
    'c @ git+https://x/c.git@f6b3ba',
    'd @ file:///home/ada/thesis%20work',
  ]);
});

test('an empty list of packages is a lock too', () => {
  expect(parseLock(`${head}packages = []\n`, '3.12.1', '/').packages).toEqual([]);
});

test('what is no lock, or lacks what is needed, is an error and never an empty list', () => {
  expect(() => parseLock('', '3.12.1', '/')).toThrow(expect.objectContaining({ code: 'lock-unreadable' }));
  expect(() => parse('version = "1"')).toThrow('a package has no name');
  expect(() => parse('name = "x"')).toThrow('neither a version nor a place');
});

test('uv keeps an unpacked wheel under its version and tags', () => {
  const [item] = parse(`name = "Jupyter-Server"\nversion = "2.1"
wheels = [{ url = "https://x/jupyter_server-2.1-py3-none-any.whl", hashes = { sha256 = "${a}" } }]`);
  expect(item && cacheKey(item)).toEqual({ directory: 'jupyter-server', entry: '2.1-py3-none-any' });
});
