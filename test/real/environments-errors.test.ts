import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { expect, test } from 'vitest';
import { contents, visibleIn, world } from './environments-world.ts';

// Each row of src/environments/uv/errors.ts, provoked by the real uv.

test.each([
  [['nosuchpackage-xyzzy'], /nosuchpackage-xyzzy was not found in the package registry/],
  [['numpy==99'], /there is no version of numpy==99/],
  [['numpy<2', 'numpy>2.1'], /you require numpy<2 and numpy>2\.1/],
])('%j cannot be resolved, for uv’s reason', async (specs, reason) => {
  await using place = await world();
  const { error } = await place.run('create', { name: 'a', specs });
  expect(error).toMatchObject({ code: 'packages-unresolvable', message: expect.stringMatching(reason) });
  expect(await visibleIn(place.root)).toEqual([]);
});

test('what is no requirement is shown as it was typed', async () => {
  await using place = await world();
  const { error } = await place.run('create', { name: 'a', specs: ['numpy>>2'] });
  expect(error).toMatchObject({ code: 'spec-invalid', message: expect.stringContaining('numpy>>2') });
});

test.each([
  ['requirements.txt', 'six\n# theirs\nnosuchpackage-xyzzy\n', 3],
  ['requirements.txt', 'six\nnumpy>>2\n', 2],
  ['requirements.txt', 'idna<3.8\nsix\nidna>=3.10\n', 3],
  ['environment.yml', 'dependencies:\n  - python=3.11\n  - pip:\n    - six\n    - nosuchpackage-xyzzy\n', 5],
  ['environment.yml', 'dependencies:\n  - python=3.11\n - six\n', 3],
  ['environment.yml', 'dependencies: [python=3.11, python=3.12, pip: [six]]\n', 1],
  ['pyproject.toml', '[project]\nname = "a"\nversion = "1"\ndependencies = ["six"\n', 4],
])('a bad %s, %j, is refused at its line with the way out, and nothing is changed', async (name, text, line) => {
  await using place = await world();
  await place.run('create', { name: 'there', specs: ['six'] });
  const before = contents(path.join(place.root, 'there'));
  const file = path.join(place.directory, name);
  await writeFile(file, text);
  const { error } = await place.run('create', { name: 'a', file });
  expect(error).toMatchObject({ message: expect.stringContaining(`${file}:${line}`), hint: expect.any(String) });
  expect(await visibleIn(place.root)).toEqual(['there']);
  expect(contents(path.join(place.root, 'there'))).toEqual(before);
});

test('a name that no index has is said to be that: another Python would not help', async () => {
  await using place = await world();
  const { error } = await place.run('create', { name: 'a', specs: ['six', 'nosuchpackage-xyzzy'] });
  expect(error).toMatchObject({ message: expect.stringMatching(/no package of that name.*nosuchpackage-xyzzy/) });
  expect(error?.hint).toMatch(/how the name is written/);
  expect(error?.hint).not.toContain('--python');
});

test('a cache that cannot be written is named', async () => {
  await using place = await world();
  const file = path.join(place.directory, 'file');
  await writeFile(file, '');
  await using other = await world({ UV_CACHE_DIR: path.join(file, 'cache') });
  const { error } = await other.run('create', { name: 'a', specs: ['six'] });
  expect(error).toMatchObject({ code: 'cannot-write', message: expect.stringContaining(path.join(file, 'cache')) });
});

interface Index extends AsyncDisposable {
  readonly url: string;
}

async function serve(server: Server, scheme = 'http'): Promise<Index> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('an index that asks for a sign-in is said to refuse', async () => {
  await using index = await serve(createServer((_, response) => response.writeHead(401).end()));
  await using place = await world({ UV_DEFAULT_INDEX: `${index.url}/simple` });
  const { error } = await place.run('create', { name: 'a', specs: ['six'] });
  expect(error).toMatchObject({ code: 'index-refuses', hint: expect.stringContaining('UV_DEFAULT_INDEX') });
});

test('a certificate that nobody signed is said to be unknown', async () => {
  await using place = await world();
  const [key, certificate] = ['key.pem', 'certificate.pem'].map((name) => path.join(place.directory, name)) as [
    string,
    string,
  ];
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'];
  execFileSync('openssl', [...args, '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
  });
  const secrets = { key: await readFile(key), cert: await readFile(certificate) };
  await using index = await serve(
    createSecureServer(secrets, (_, response) => response.end()),
    'https',
  );
  await using other = await world({ UV_DEFAULT_INDEX: `${index.url}/simple`, UV_HTTP_RETRIES: '0' });
  const { error } = await other.run('create', { name: 'a', specs: ['six'] });
  expect(error).toMatchObject({ code: 'certificate-unknown', hint: expect.stringContaining('UV_SYSTEM_CERTS=1') });
  // conda's channels too, where nothing of the system's counts either.
  const conda = await place.run('create', { name: 'b', specs: ['six'], channels: [index.url] });
  expect(conda.error).toMatchObject({ code: 'certificate-unknown', hint: expect.stringContaining('SSL_CERT_FILE') });
});

test('a directory for temporary files that is full or gone is named, with the way out', async () => {
  await using place = await world();
  await place.run('create', { name: 'a' });
  await using other = await world({ TMPDIR: path.join(place.directory, 'gone') }, place.root);
  const { error } = await other.run('change', { name: 'a', install: ['six'] });
  expect(error).toMatchObject({ code: 'cannot-write', hint: expect.stringContaining('export TMPDIR=') });
  expect(error?.message).toContain(`${place.directory}/gone: it is not there; temporary files go there.`);
});

test('a file that is not what the index promised is refused', async () => {
  await using place = await world();
  const wheel = path.join(place.directory, 'liar-1.0-py3-none-any.whl');
  const files = { 'liar.py': '', 'liar-1.0.dist-info/METADATA': 'Metadata-Version: 2.1\nName: liar\nVersion: 1.0\n' };
  const script =
    'import json,sys,zipfile\nz=zipfile.ZipFile(sys.argv[1],"w")\nfor n,t in json.loads(sys.argv[2]).items(): z.writestr(n,t)\nz.close()';
  execFileSync('python3', ['-c', script, wheel, JSON.stringify(files)]);
  const body = await readFile(wheel);
  const page = `<a href="/liar-1.0-py3-none-any.whl#sha256=${'0'.repeat(64)}">liar-1.0-py3-none-any.whl</a>`;
  const server = createServer((request, response) => {
    const isPage = request.url?.includes('/simple/');
    response.writeHead(200, { 'content-type': isPage ? 'text/html' : 'application/zip' }).end(isPage ? page : body);
  });
  await using index = await serve(server);
  await using liar = await world({
    UV_DEFAULT_INDEX: `${index.url}/simple`,
    UV_CACHE_DIR: path.join(place.directory, 'cache'),
  });
  const { error } = await liar.run('create', { name: 'a', specs: ['liar'] });
  expect(error).toMatchObject({ code: 'package-damaged', message: expect.stringContaining('liar') });
  expect(await visibleIn(liar.root)).toEqual([]);
});

test.each([
  ['when its metadata is asked for', 'dynamic = ["version"]'],
  ['when it is built', 'version = "1.0"'],
])('a package that cannot be built, %s, shows uv’s last lines', async (_, more) => {
  await using place = await world();
  const project = path.join(place.directory, 'project');
  await mkdir(project);
  const backend = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n';
  await writeFile(path.join(project, 'pyproject.toml'), `${backend}[project]\nname = "mine"\n${more}\n`);
  await writeFile(path.join(project, 'backend.py'), 'raise SystemExit("there is no compiler")\n');
  const { error } = await place.run('create', { name: 'a', specs: [project] });
  expect(error).toMatchObject({ code: 'package-not-built', message: expect.stringContaining('there is no compiler') });
  expect(await visibleIn(place.root)).toEqual([]);
});

/** A small file system of its own. */
async function smallDisk(directory: string, options: string): Promise<{ readonly at: string } & AsyncDisposable> {
  const at = path.join(directory, 'disk');
  await mkdir(at);
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', at]);
  return { at, [Symbol.asyncDispose]: async () => void spawnSync('umount', ['-l', at]) };
}

const mayMount = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;

test.runIf(mayMount)('too small a disk is refused before anything is made (needs root)', async () => {
  await using place = await world();
  await using disk = await smallDisk(place.directory, 'size=5m');
  await using small = await world({}, path.join(disk.at, 'envs'));
  const { error } = await small.run('create', { name: 'a', specs: ['networkx'] });
  expect(error).toMatchObject({
    code: 'no-space',
    message: expect.stringMatching(/a needs about \d+ MB of disk, and 5 MB are left/),
  });
  expect(await visibleIn(small.root)).toEqual([]);
});

test.runIf(mayMount)('so are too few inodes (needs root)', async () => {
  await using place = await world();
  await using disk = await smallDisk(place.directory, 'size=500m,nr_inodes=300');
  await using small = await world({}, path.join(disk.at, 'envs'));
  const { error } = await small.run('create', { name: 'a', specs: ['networkx'] });
  expect(error).toMatchObject({ code: 'no-space', message: expect.stringMatching(/\d+ files, and 2\d\d are left/) });
});

test.runIf(mayMount)(
  'a disk that fills up meanwhile ends it with a clear word, and nothing stays (needs root)',
  async () => {
    await using place = await world();
    await using disk = await smallDisk(place.directory, 'size=60m');
    await using small = await world({}, path.join(disk.at, 'envs'));
    const running = await small.start('create', { name: 'a', specs: ['networkx'] });
    await running.step('install');
    spawnSync('dd', ['if=/dev/zero', `of=${disk.at}/filler`, 'bs=1M', 'count=100']);
    const { error } = await running.ended;
    expect(error?.code).toBe('no-space');
    expect(await visibleIn(small.root)).toEqual([]);
  },
);

test.runIf(mayMount)('inodes that run out meanwhile do the same (needs root)', async () => {
  await using place = await world();
  await using disk = await smallDisk(place.directory, 'size=200m,nr_inodes=2500');
  await using small = await world({}, path.join(disk.at, 'envs'));
  const running = await small.start('create', { name: 'a', specs: ['networkx'] });
  await running.step('install');
  spawnSync('python3', ['-c', 'import sys\nfor i in range(9999): open(f"{sys.argv[1]}/{i}", "w").close()', disk.at]);
  const { error } = await running.ended;
  // uv says nothing about bytecode that it could not write; then pier's own record is what fails.
  expect(error?.message).toContain('disk is full');
  expect(await visibleIn(small.root)).toEqual([]);
});

test.runIf(mayMount)('so does a full disk under uv’s cache (needs root)', async () => {
  await using place = await world();
  await using disk = await smallDisk(place.directory, 'size=3m');
  await using small = await world({ UV_CACHE_DIR: path.join(disk.at, 'cache') });
  const { error } = await small.run('create', { name: 'a', specs: ['networkx'] });
  expect(error?.code).toBe('no-space');
  expect(await visibleIn(small.root)).toEqual([]);
});
