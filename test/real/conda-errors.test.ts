import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CreateRequest } from '../../src/environments/index.ts';
import { type Channel, condaChannel } from '../channel/channel.ts';
import { visibleIn, type World, world } from './environments-world.ts';

let channel: Channel;

beforeAll(async () => {
  channel = await condaChannel();
});

afterAll(async () => {
  await channel?.[Symbol.asyncDispose]();
});

/** The error, with it made sure that nothing was made and nothing half-made is left. */
async function refused(place: World, request: Partial<Omit<CreateRequest, 'pip'>>) {
  const { value, error } = await place.run('create', { name: 'a', channels: [channel.fileUrl], ...request });
  expect(value).toBeUndefined();
  expect((await visibleIn(place.root)).filter((name) => name !== '.pier-packages')).toEqual([]);
  return error;
}

async function put(place: World, name: string, text: string): Promise<string> {
  const file = path.join(place.directory, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

test('a package that no channel has is named, with its line in the file', async () => {
  await using place = await world();
  const typed = await refused(place, { specs: ['driftwoood'] });
  expect(typed).toMatchObject({ code: 'packages-unresolvable', message: expect.stringContaining('driftwoood') });
  const file = await put(
    place,
    'environment.yml',
    `channels: ['${channel.fileUrl}']\ndependencies:\n  - python\n  - driftwoood\n`,
  );
  const inFile = await refused(place, { channels: [], file });
  expect(inFile).toMatchObject({
    code: 'packages-unresolvable',
    message: expect.stringContaining(`${file}:4: driftwoood`),
  });
});

test('packages that exclude each other are said to, with both lines', async () => {
  await using place = await world();
  const file = await put(
    place,
    'environment.yml',
    `channels: ['${channel.fileUrl}']\ndependencies:\n  - anchor=1\n  - keel\n`,
  );
  const error = await refused(place, { channels: [], file });
  expect(error?.code).toBe('packages-unresolvable');
  expect(error?.message).toContain(`${file}:3: anchor=1`);
  expect(error?.message).toContain(`${file}:4: keel`);
});

test('what is no package specification is refused as written, with its line', async () => {
  await using place = await world();
  const error = await refused(place, { backEnd: 'conda', specs: ['numpy>>2'] });
  expect(error).toMatchObject({ code: 'spec-invalid', message: expect.stringContaining('"numpy>>2" is no package') });
  const file = await put(place, 'e.yml', `channels: ['${channel.fileUrl}']\ndependencies: [python, 'numpy>>2']\n`);
  expect((await refused(place, { channels: [], file }))?.message).toContain(`${file}:2: `);
});

test('a package for GPUs says what to tell it, and comes when it is told', async () => {
  await using place = await world();
  const error = await refused(place, { specs: ['needs-gpu'] });
  expect(error).toMatchObject({ code: 'packages-unresolvable', hint: expect.stringContaining('CONDA_OVERRIDE_CUDA') });
  await using node = await world({ CONDA_OVERRIDE_CUDA: '12.4' });
  const { value } = await node.run('create', { name: 'a', specs: ['needs-gpu'], channels: [channel.fileUrl] });
  expect(value).toMatchObject({ kind: 'conda', state: 'ok', python: null });
});

test('conda’s defaults channel is refused where the site does not allow it, in files and in .condarc', async () => {
  await using place = await world();
  const file = await put(place, 'e.yml', 'channels: [defaults]\ndependencies: [python]\n');
  expect(await refused(place, { channels: [], file })).toMatchObject({
    code: 'channel-forbidden',
    message: expect.stringContaining('defaults'),
    hint: expect.stringContaining('conda-forge'),
  });
  expect(await refused(place, { channels: ['anaconda'], specs: ['python'] })).toMatchObject({
    code: 'channel-forbidden',
  });
  await put(place, 'home/.condarc', 'channels:\n  - defaults\n');
  expect(await refused(place, { backEnd: 'conda', channels: [], specs: ['python'] })).toMatchObject({
    code: 'channel-forbidden',
    message: expect.stringContaining('.condarc'),
  });
  const explicit = await put(
    place,
    'spec.txt',
    '@EXPLICIT\nhttps://repo.anaconda.com/pkgs/main/linux-64/zlib-1.3-0.conda\n',
  );
  expect(await refused(place, { channels: [], file: explicit })).toMatchObject({
    code: 'channel-forbidden',
    message: expect.stringContaining(`${explicit}:2`),
  });
});

test('defaults beside another channel is left out, and a person is told', async () => {
  await using place = await world();
  const file = await put(place, 'e.yml', `channels: [defaults, '${channel.fileUrl}']\ndependencies: [tidewater]\n`);
  const { value, error } = await place.run('create', { name: 'a', file });
  expect(error).toBeUndefined();
  expect(value?.kind).toBe('conda');
});

test('a channel that is not there and a server that does not answer are told apart', async () => {
  await using place = await world();
  const missing = await refused(place, { channels: [path.join(place.directory, 'none')], specs: ['python'] });
  expect(missing).toMatchObject({ code: 'channel-unknown', message: expect.stringContaining('none') });
  const silent = await refused(place, { channels: ['http://127.0.0.1:9/channel'], specs: ['python'] });
  expect(silent).toMatchObject({ code: 'offline', message: expect.stringContaining('127.0.0.1') });
});

test('inside a job without a network it is said where there is one', async () => {
  await using place = await world({ SLURM_JOB_ID: '12', SLURMD_NODENAME: 'c1' });
  const error = await refused(place, { channels: ['http://127.0.0.1:9/channel'], specs: ['python'] });
  expect(error?.hint).toContain('run the same on a login node');
});

test('what was downloaded is enough to make it again without a network', async () => {
  await using place = await world();
  const { url } = channel;
  const served = await place.run('create', { name: 'a', specs: ['lighthouse'], channels: [url] });
  expect(served.error).toBeUndefined();
  await channel[Symbol.asyncDispose]();
  try {
    const again = await place.run('create', { name: 'b', specs: ['lighthouse'], channels: [url] });
    expect(again.error).toBeUndefined();
    expect(again.value).toMatchObject({ name: 'b', state: 'ok' });
    expect(again.progress).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining('from what is in the cache') }),
    );
  } finally {
    channel = await condaChannel();
  }
}, 400_000);

test('two Pythons, one typed and one in the file, are refused at the line', async () => {
  await using place = await world();
  const file = await put(place, 'e.yml', 'dependencies:\n  - python=3.11\n');
  expect(await refused(place, { channels: [], file, python: '3.12' })).toMatchObject({
    code: 'python-twice',
    message: expect.stringContaining(`${file}:2: python=3.11`),
  });
});

test('a place with “:” in it is refused before anything is made', async () => {
  await using place = await world();
  const error = await refused(place, { specs: ['python'], root: path.join(place.directory, 'a:b') });
  expect(error).toMatchObject({ code: 'name-invalid', message: expect.stringContaining('a:b') });
});

test('a name in the file that cannot be one is refused at its line', async () => {
  await using place = await world();
  const file = await put(place, 'e.yml', 'name: base\ndependencies: [python]\n');
  expect(await refused(place, { name: '', file })).toMatchObject({
    code: 'name-invalid',
    message: expect.stringContaining(`${file}:1: "base"`),
  });
});
