import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Channel, condaChannel } from '../channel/channel.ts';
import { type World, world } from './environments-world.ts';

// For the partition an environment is for, not for the machine it is made on. Partitions of the world's profile: gpu has
// CUDA 12.4, old 11.8, broadwl no GPUs, and of new nobody knows.

let channel: Channel;
let pytorch: { readonly variables: Record<string, string>; readonly asked: string[] } & AsyncDisposable;

beforeAll(async () => {
  channel = await condaChannel();
  pytorch = await pytorchIndex();
});

afterAll(async () => {
  await channel?.[Symbol.asyncDispose]();
  await pytorch?.[Symbol.asyncDispose]();
});

/** A wheel by which a test sees where it comes from: `torch 2.9.0+cu129`. The same bytes at any time of day: uv checks them. */
const wheelScript = `
import sys, zipfile
stem = "torch-2.9.0+" + sys.argv[2]
information = stem + ".dist-info/"
files = {
    "torch.py": "backend = %r" % sys.argv[2],
    information + "METADATA": "Metadata-Version: 2.1\\nName: torch\\nVersion: 2.9.0+%s\\n" % sys.argv[2],
    information + "WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    information + "RECORD": "",
}
z = zipfile.ZipFile(sys.argv[1], "w")
for name, text in files.items():
    z.writestr(zipfile.ZipInfo(name), text)
z.close()
`;

/** A certificate for a host, and the authority's that signed it. */
async function certificateFor(host: string, directory: string) {
  const [config, authority, authorityKey, certificate, key] = [
    'config',
    'authority',
    'authority.key',
    'host',
    'host.key',
  ].map((name) => path.join(directory, name)) as [string, string, string, string, string];
  await writeFile(config, '[req]\ndistinguished_name=dn\n[dn]\n');
  const make = (name: string, to: string, itsKey: string, ...more: string[]) => {
    const args = [
      'req',
      '-x509',
      '-config',
      config,
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
    ];
    execFileSync('openssl', [...args, '-keyout', itsKey, '-out', to, ...more], { stdio: 'ignore' });
  };
  make('authority', authority, authorityKey, '-addext', 'basicConstraints=critical,CA:TRUE');
  make(host, certificate, key, '-CA', authority, '-CAkey', authorityKey, '-addext', `subjectAltName=DNS:${host}`);
  return { key, certificate, authority };
}

/** download.pytorch.org behind a proxy that answers for it: an index for each back end, as the real one has. */
async function pytorchIndex() {
  const place = await world();
  const { key, certificate, authority } = await certificateFor('download.pytorch.org', place.directory);
  const asked: string[] = [];
  const secrets = { key: await readFile(key), cert: await readFile(certificate) };
  const server = createSecureServer(secrets, async ({ url = '' }, response) => {
    const [, backEnd = '', wheel] = /^\/whl\/(\w+)\/torch\/(.*whl)?/.exec(url) ?? [];
    if (backEnd === '') return void response.writeHead(404).end();
    asked.push(backEnd);
    if (wheel === undefined) {
      const file = `torch-2.9.0%2B${backEnd}-py3-none-any.whl`;
      return void response.writeHead(200, { 'content-type': 'text/html' }).end(`<a href="${file}">${file}</a>`);
    }
    const made = path.join(place.directory, `${backEnd}.whl`);
    execFileSync('python3', ['-c', wheelScript, made, backEnd]);
    response.writeHead(200, { 'content-type': 'application/zip' }).end(await readFile(made));
  });
  const proxy = createServer().on('connect', (request, client, head) => {
    const secure = request.url === 'download.pytorch.org:443';
    const upstream = connect(secure ? (server.address() as AddressInfo).port : 1, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [upstream, client]) socket.on('error', () => client.destroy());
  });
  for (const one of [server, proxy]) await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
  const variables = {
    HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    SSL_CERT_FILE: authority,
    UV_CACHE_DIR: path.join(place.directory, 'cache'),
  };
  return {
    variables,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.close();
      proxy.close();
      await place[Symbol.asyncDispose]();
    },
  };
}

function torchOf(place: World, name: string): string {
  const python = path.join(place.root, name, 'bin', 'python');
  return execFileSync(python, ['-c', 'import torch; print(torch.backend)'], { encoding: 'utf8' }).trim();
}

test.each([
  ['gpu', /^cu12\d$/],
  ['old', /^cu11\d$/],
  ['broadwl', /^cpu$/],
])('uv takes the torch that the GPUs of %s run', async (partition, backEnd) => {
  await using place = await world(pytorch.variables);
  const { value, error } = await place.run('create', { name: 'ml', specs: ['torch'], partition });
  expect(error).toBeUndefined();
  expect(value).toMatchObject({ state: 'ok', specs: ['torch'] });
  expect(torchOf(place, 'ml')).toMatch(backEnd);
});

test('what was made for a partition stays for it when it is changed, copied and written down', async () => {
  await using place = await world(pytorch.variables);
  await place.run('create', { name: 'ml', partition: 'old' });
  const { error } = await place.run('change', { name: 'ml', install: ['torch'] });
  expect(error).toBeUndefined();
  expect(torchOf(place, 'ml')).toMatch(/^cu11\d$/);
  expect((await place.run('clone', { name: 'ml', to: 'other' })).error).toBeUndefined();
  const record = JSON.parse(await readFile(path.join(place.root, 'other', '.pier', 'env.json'), 'utf8'));
  expect(record.target).toEqual({ partition: 'old', cuda: '11.8' });
});

test('conda takes what the GPUs of the partition run, later too', async () => {
  await using place = await world();
  const request = { specs: ['needs-gpu'], channels: [channel.fileUrl] };
  const made = await place.run('create', { ...request, name: 'a', partition: 'gpu' });
  expect(made.value).toMatchObject({ kind: 'conda', state: 'ok' });
  // Later changes too.
  const bare = { name: 'b', specs: ['tidewater'], channels: [channel.fileUrl] };
  await place.run('create', { ...bare, partition: 'gpu' });
  expect((await place.run('change', { name: 'b', install: ['needs-gpu'] })).error).toBeUndefined();
  for (const partition of ['old', 'broadwl', 'new']) {
    const { error } = await place.run('create', { ...request, name: 'c', partition });
    expect(error).toMatchObject({ code: 'packages-unresolvable', hint: expect.stringContaining('--cuda') });
  }
  expect((await place.run('create', { ...request, name: 'c', partition: 'new', cuda: '12.6' })).value).toBeDefined();
  // A machine with GPUs makes one for nodes without.
  await using node = await world({ CONDA_OVERRIDE_CUDA: '' });
  expect((await node.run('create', { ...request, name: 'd', cuda: 'none' })).error?.code).toBe('packages-unresolvable');
});

test('it is said for what packages are chosen, and what is not known, before anything is asked', async () => {
  await using place = await world();
  const look = async (request: object) => (await place.run('look', { name: 'ml', specs: ['torch'], ...request })).value;
  expect((await look({ partition: 'gpu' }))?.remarks).toEqual([
    'Packages are chosen for the partition gpu, which has GPUs that run CUDA up to 12.4, not for this machine.',
  ]);
  expect((await look({ partition: 'broadwl' }))?.remarks.join()).toContain('which has no GPUs');
  expect((await look({ partition: 'new' }))?.remarks.join()).toContain('does not say which CUDA the GPUs of new have');
  expect((await look({}))?.remarks.join()).toContain('--for gpu');
  expect((await place.run('look', { name: 'a', specs: ['six'] })).value?.remarks).toEqual([]);
  await using set = await world({ UV_TORCH_BACKEND: 'cu128' });
  const { value } = await set.run('look', { name: 'ml', specs: ['torch'], partition: 'gpu' });
  expect(value?.remarks.join()).toContain('UV_TORCH_BACKEND=cu128 is set here');
});

test('a partition that is not there, and a CUDA that is none, are refused with the way out', async () => {
  await using place = await world();
  const other = await place.run('look', { name: 'a', specs: ['torch'], partition: 'gpu3' });
  expect(other.error).toMatchObject({ code: 'partition-unknown', hint: expect.stringContaining('gpu, old') });
  const version = await place.run('look', { name: 'a', specs: ['torch'], cuda: 'twelve' });
  expect(version.error).toMatchObject({ code: 'usage', hint: expect.stringContaining('nvidia-smi') });
});

test('the commands to type have it too', async () => {
  await using place = await world();
  const torch = await place.run('explain', { name: 'ml', specs: ['torch'], partition: 'gpu' });
  expect(torch.value).toContain('export UV_TORCH_BACKEND=auto');
  expect(torch.value).toContain('export UV_CUDA_DRIVER_VERSION=525.60.13');
  const conda = await place.run('explain', { name: 'ml', specs: ['pytorch'], partition: 'gpu' });
  expect(conda.value).toContain('export CONDA_OVERRIDE_CUDA=12.4');
});
