import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { BackEnd, ExportFormat } from '../../src/environments/back-end.ts';
import { backEnd } from '../../src/environments/conda/back-end.ts';
import { siteAt } from '../../src/environments/hand-made.ts';
import { cloneEnvironment, type Environment } from '../../src/environments/index.ts';
import { noProgress } from '../../src/files/index.ts';
import { type Channel, condaChannel, packages } from '../channel/channel.ts';
import { type World, world } from './environments-world.ts';

let channel: Channel;
let wheels: string;

beforeAll(async () => {
  channel = await condaChannel();
  ({ wheels } = await packages());
});

afterAll(async () => {
  await channel?.[Symbol.asyncDispose]();
});

async function machine(): Promise<World> {
  return await world({ UV_FIND_LINKS: wheels });
}

/** Does something of the back end here, as this world's person. */
async function as<Value>(place: World, work: () => Promise<Value>): Promise<Value> {
  for (const name of ['HOME', 'PATH', 'UV_CACHE_DIR', 'UV_FIND_LINKS']) vi.stubEnv(name, place.env[name]);
  try {
    return await work();
  } finally {
    vi.unstubAllEnvs();
  }
}

async function made(place: World, name: string, request: object): Promise<Environment> {
  const { value, error } = await place.run('create', { name, channels: [channel.fileUrl], ...request });
  if (!value) throw new Error(JSON.stringify(error));
  return value;
}

async function exported(place: World, environment: Environment, format: ExportFormat): Promise<string> {
  return await as(place, () => backEnd.exportAs(siteAt(place.root), environment, format, noProgress));
}

async function findings(environment: Environment): ReturnType<BackEnd['verifyFiles']> {
  return await backEnd.verifyFiles(environment, noProgress);
}

async function found(place: World, name: string): Promise<Environment> {
  const environment = (await place.run('list')).value?.find((one) => one.name === name && one.origin === 'owned');
  if (!environment) throw new Error(`${name} is not listed`);
  return environment;
}

test('packages come and go in place: what is there stays where it can, and what others need stays', async () => {
  await using place = await machine();
  await made(place, 'sea', { specs: ['python', 'tidewater=1.0'] });
  const prefix = path.join(place.root, 'sea');
  const added = await place.run('change', { name: 'sea', install: ['lighthouse', 'anchor'] });
  expect(added.error).toBeUndefined();
  // anchor 2 would want another tidewater; the one asked for stays.
  expect(added.value?.moves).toEqual([
    { name: 'anchor', from: null, to: '1.0' },
    { name: 'lighthouse', from: null, to: '3.1' },
  ]);
  expect(execFileSync(path.join(prefix, 'bin', 'lighthouse'), { env: {}, encoding: 'utf8' })).toContain(prefix);
  const up = await place.run('change', { name: 'sea', install: ['tidewater=2', 'anchor'] });
  expect(up.error).toBeUndefined();
  expect(await readFile(path.join(prefix, 'share', 'tidewater', 'version'), 'utf8')).toBe('2.0\n');
  const needed = await place.run('change', { name: 'sea', uninstall: ['tidewater'] });
  expect(needed.error).toMatchObject({ code: 'package-needed' });
  const gone = await place.run('change', { name: 'sea', uninstall: ['lighthouse'] });
  expect(gone.error).toBeUndefined();
  expect(existsSync(path.join(prefix, 'bin', 'lighthouse'))).toBe(false);
  const site = path.join(prefix, 'lib', 'python3.11', 'site-packages');
  expect((await readdir(site, { recursive: true })).filter((name) => name.includes('lighthouse'))).toEqual([]);
  expect((await found(place, 'sea')).specs).toEqual(['anchor', 'python', 'tidewater=2']);
  const absent = await place.run('change', { name: 'sea', uninstall: ['lighthouse'] });
  expect(absent.error).toMatchObject({ code: 'package-absent' });
  expect(await findings(await found(place, 'sea'))).toEqual([]);
}, 600_000);

test('pip’s layer comes and goes on top, and stays out of conda’s packages', async () => {
  await using place = await machine();
  await made(place, 'sea', { specs: ['python', 'lighthouse'] });
  const added = await place.run('change', { name: 'sea', install: ['six'], pip: true } as never);
  expect(added.error).toBeUndefined();
  expect(added.value?.moves).toEqual([{ name: 'six', from: null, to: expect.stringMatching(/^1\./) }]);
  const environment = await found(place, 'sea');
  expect(await exported(place, environment, 'environment')).toMatch(
    /dependencies:\n {2}- lighthouse\n {2}- pip\n {2}- python\n {2}- pip:\n {6}- six\n/,
  );
  const gone = await place.run('change', { name: 'sea', uninstall: ['six'], pip: true } as never);
  expect(gone.error).toBeUndefined();
  expect(await exported(place, environment, 'environment')).not.toContain('six');
}, 600_000);

test('each export makes the same again, and exports the same', async () => {
  await using place = await machine();
  const file = path.join(place.directory, 'e.yml');
  const text = `name: sea\nchannels: ['${channel.fileUrl}']\ndependencies: [python, lighthouse, {pip: [six]}]\nvariables: {DEPTH: '12'}\n`;
  await writeFile(file, text);
  const sea = await made(place, 'sea', { channels: [], file });
  for (const format of ['environment', 'full', 'explicit'] as const) {
    const first = await exported(place, sea, format);
    expect(first).toBe(await exported(place, sea, format));
    const again = path.join(place.directory, `${format}.${format === 'explicit' ? 'txt' : 'yml'}`);
    await writeFile(again, first.replace(/^name: sea$/m, `name: ${format}`));
    const copy = await made(place, format, { channels: [], file: again });
    const second = (await exported(place, copy, format)).replace(`name: ${format}\n`, 'name: sea\n');
    // What pip installed an explicit list cannot bring back; it says so in a remark.
    expect(second).toBe(format === 'explicit' ? first.replace(/^# pip: .*\n/gm, '') : first);
  }
}, 600_000);

test('a clone has the packages, pip’s layer, variables and own files, and names its own place, also a longer one', async () => {
  await using place = await machine();
  const file = path.join(place.directory, 'e.yml');
  const text = `name: sea\nchannels: ['${channel.fileUrl}']\ndependencies: [python, hello, {pip: [ipykernel]}]\nvariables: {DEPTH: '12'}\n`;
  await writeFile(file, text);
  const sea = await made(place, 'sea', { channels: [], file });
  await mkdir(path.join(sea.prefix, 'notes'));
  await writeFile(path.join(sea.prefix, 'notes', 'mine.txt'), `in ${sea.prefix}/notes\n`);
  const to = 'a-much-longer-name-than-before';
  const site = siteAt(place.root);
  const copy = await as(place, () => cloneEnvironment(site, { name: 'sea', to }, noProgress));
  expect(copy).toMatchObject({ name: to, state: 'ok', specs: ['hello', 'python'] });
  const run = (name: string, ...args: string[]) =>
    execFileSync(path.join(copy.prefix, 'bin', name), args, { env: { HOME: place.env.HOME }, encoding: 'utf8' });
  expect(run('hello-binary')).toBe(copy.prefix);
  expect(run('hello')).toBe(`hello from ${copy.prefix}\n`);
  expect(run('ipython', '-c', 'import sys; print(sys.prefix)')).toContain(copy.prefix);
  expect(await readFile(path.join(copy.prefix, 'notes', 'mine.txt'), 'utf8')).toBe(`in ${copy.prefix}/notes\n`);
  expect(await readFile(path.join(copy.prefix, 'conda-meta', 'state'), 'utf8')).toContain('DEPTH');
  const named = execFileSync('bash', [
    '-c',
    `grep -rlaF "$0/" "$1" --exclude-dir=notes || true`,
    sea.prefix,
    copy.prefix,
  ]);
  expect(named.toString()).toBe('');
  expect(await findings(copy)).toEqual([]);
}, 600_000);

test('what was changed or deleted behind its back is found', async () => {
  await using place = await machine();
  const sea = await made(place, 'sea', { specs: ['python', 'hello', 'lighthouse'] });
  expect(await findings(sea)).toEqual([]);
  await writeFile(path.join(sea.prefix, 'share', 'hello', 'where.txt'), 'somewhere else\n');
  execFileSync('rm', [path.join(sea.prefix, 'bin', 'hello')]);
  expect(await findings(sea)).toEqual([
    expect.objectContaining({ problem: 'missing', place: 'bin/hello' }),
    expect.objectContaining({ problem: 'changed', place: 'share/hello/where.txt' }),
  ]);
}, 400_000);

test('renamed, also to a longer name, its programs name the new place, and conda finds it by the new name', async () => {
  await using place = await machine();
  await made(place, 'sea', { specs: ['python', 'hello'] });
  for (const [name, to] of [
    ['sea', 'a-much-longer-name'],
    ['a-much-longer-name', 'bay'],
  ] as const) {
    const { error } = await place.run('rename', { name, to });
    expect(error).toBeUndefined();
    const environment = await found(place, to);
    expect(execFileSync(path.join(environment.prefix, 'bin', 'hello-binary')).toString()).toBe(environment.prefix);
    expect(execFileSync(path.join(environment.prefix, 'bin', 'hello')).toString()).toContain(environment.prefix);
    expect(await findings(environment)).toEqual([]);
    expect(await readdir(path.join(place.env.HOME ?? '', '.conda', 'envs'))).toEqual([to]);
  }
}, 400_000);
