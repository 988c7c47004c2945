import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askProgram } from '../../src/environments/conda/run-program.ts';
import type { Site } from '../../src/site/index.ts';
import { type Channel, condaChannel } from '../channel/channel.ts';
import { type StandIn, standIn } from '../channel/stand-ins.ts';
import { stagedNames, visibleIn, type World, whereItIs, world } from './environments-world.ts';

// conda, mamba and micromamba are stand-ins here, which py-rattler does the work of: test/channel/conda_standin.

let channel: Channel;

beforeAll(async () => {
  channel = await condaChannel();
}, 600_000);

afterAll(async () => {
  await channel?.[Symbol.asyncDispose]();
});

/** A person with such programs first on PATH, and a log of how they were called. */
async function withPrograms(names: readonly StandIn[], variables: Record<string, string> = {}): Promise<World> {
  const place = await world(variables);
  const directories = await Promise.all(names.map(standIn));
  Object.assign(place.env, {
    PATH: [...directories, place.env.PATH].join(':'),
    CONDA_STANDIN_LOG: path.join(place.directory, 'calls'),
  });
  return place;
}

async function calls(place: World): Promise<string[]> {
  const log = path.join(place.directory, 'calls');
  return existsSync(log) ? (await readFile(log, 'utf8')).trimEnd().split('\n') : [];
}

const wanted = (specs: readonly string[] = ['python', 'hello', 'lighthouse']) => ({
  name: 'sea',
  specs,
  channels: [channel.fileUrl],
});

describe.each<StandIn>(['conda', 'mamba', 'micromamba'])('%s on PATH', (program) => {
  test('makes the environment, which then names where it is, and nowhere where it was made', async () => {
    await using place = await withPrograms([program]);
    const { value, error, progress } = await place.run('both', wanted());
    expect(error).toBeUndefined();
    expect(value?.environment).toMatchObject({ name: 'sea', kind: 'conda', state: 'ok', origin: 'owned' });
    const prefix = path.join(place.root, 'sea');
    const record = JSON.parse(await readFile(path.join(prefix, '.pier', 'env.json'), 'utf8'));
    expect(record.maker).toBe(`${program} ${program === 'conda' ? '26.9.0' : '2.4.0'}`);
    expect(progress).toContainEqual(
      expect.objectContaining({ message: expect.stringMatching(`^${program} .* on your PATH .* makes it\\.$`) }),
    );
    expect(whereItIs(prefix)).toEqual([prefix, `hello from ${prefix}`, `lighthouse in ${prefix}`]);
    expect(stagedNames(prefix)).toBe('');
    const history = await readFile(path.join(prefix, 'conda-meta', 'history'), 'utf8');
    expect(history).toContain("# update specs: ['hello', 'lighthouse', 'python']");
    expect(await readFile(path.join(prefix, '.pier', 'explicit.txt'), 'utf8')).toMatch(
      /@EXPLICIT\n(file:.*#[0-9a-f]{32}\n)+$/,
    );
    expect((await place.run('verify', { name: 'sea' })).value?.findings).toEqual([]);
    // It was called twice: for what it would do, and to do it.
    const [version, dry, made, ...more] = await calls(place);
    expect(version).toBe(`${program} --version`);
    expect(dry).toMatch(`${program} create --prefix /`);
    expect(dry).toMatch(/ --dry-run .*--override-channels --channel \S+ hello lighthouse python$/);
    expect(made).toContain(`--prefix ${path.join(place.root, '.pier-stage')}/`);
    expect(more).toEqual([]);
    // Packages are where pier has them, and the home knows the environment by its link alone.
    expect(await visibleIn(place.root)).toEqual(['.pier-packages', 'sea']);
    const home = path.join(place.directory, 'home');
    expect((await readdir(home)).includes('.condarc')).toBe(false);
    expect(await readdir(path.join(home, '.conda'))).toEqual(['envs']);
  }, 300_000);

  test('forecasts what is then there within a tenth', async () => {
    await using place = await withPrograms([program]);
    const { value } = await place.run('both', wanted(['hello']));
    for (const key of ['files', 'bytes'] as const) {
      const ratio = (value?.forecast[key] ?? 0) / (value?.environment[key] ?? 1);
      expect(ratio, key).toBeGreaterThan(0.9);
      expect(ratio, key).toBeLessThan(1.1);
    }
    expect(value?.forecast.guessed).toEqual([]);
  }, 300_000);

  test('says what it cannot find in its own words, and nothing is made', async () => {
    await using place = await withPrograms([program]);
    const { error } = await place.run('create', wanted(['python', 'driftwoood']));
    expect(error).toMatchObject({
      code: 'packages-unresolvable',
      message: expect.stringContaining('driftwoood'),
    });
    if (program === 'conda') expect(error?.message).toContain('PackagesNotFoundInChannelsError');
    expect(await visibleIn(place.root)).toEqual([]);
  }, 300_000);

  test('is taken at its word when it crashes after its work, and prints what matters to nobody', async () => {
    await using place = await withPrograms([program], { CONDA_STANDIN_FAULT: 'noise,crash' });
    const { value, error } = await place.run('create', wanted(['hello']));
    expect(error).toBeUndefined();
    expect(value).toMatchObject({ name: 'sea', state: 'ok' });
  }, 300_000);
});

test('micromamba goes before mamba, mamba before conda, and what a person asks for before all', async () => {
  await using place = await withPrograms(['conda', 'mamba']);
  await place.run('create', wanted(['tidewater']));
  expect((await calls(place)).every((line) => line.startsWith('mamba '))).toBe(true);
  const asked = await place.run('create', { ...wanted(['tidewater']), name: 'asked', maker: 'conda' });
  expect(asked.error).toBeUndefined();
  expect((await calls(place)).at(-1)).toMatch(/^conda create /);
  const before = (await calls(place)).length;
  const rattler = await place.run('create', { ...wanted(['tidewater']), name: 'own', maker: 'rattler' });
  expect(rattler.error).toBeUndefined();
  expect(await calls(place)).toHaveLength(before);
  const missing = await place.run('create', { ...wanted(['tidewater']), name: 'none', maker: 'micromamba' });
  expect(missing.error).toMatchObject({ code: 'conda-missing', message: 'There is no micromamba on PATH.' });
}, 300_000);

test('a program of a loaded module is said to be that module’s', async () => {
  await using place = await withPrograms(['mamba'], { LOADEDMODULES: 'slurm/22.05:python/miniforge-25.3.0' });
  const { progress } = await place.run('create', wanted(['tidewater']));
  expect(progress.map(({ message }) => message)).toContain(
    'mamba 2.4.0 of your loaded module python/miniforge-25.3.0 makes it.',
  );
}, 300_000);

test('one that is too old, or does not start, is passed over for py-rattler', async () => {
  await using place = await world();
  const bin = path.join(place.directory, 'bin');
  await mkdir(bin);
  await writeFile(path.join(bin, 'conda'), '#!/bin/sh\necho conda 4.5.11\n', { mode: 0o755 });
  await writeFile(path.join(bin, 'mamba'), '#!/nowhere/python\n', { mode: 0o755 });
  Object.assign(place.env, { PATH: `${bin}:${place.env.PATH}` });
  const { value, error } = await place.run('create', wanted(['tidewater']));
  expect(error).toBeUndefined();
  expect(value?.state).toBe('ok');
  const record = JSON.parse(await readFile(path.join(place.root, 'sea', '.pier', 'env.json'), 'utf8'));
  expect(record.maker).toMatch(/^py-rattler /);
  const forced = await place.run('create', { ...wanted(['tidewater']), name: 'forced', maker: 'conda' });
  expect(forced.error).toMatchObject({ code: 'conda-missing', message: expect.stringContaining('at least 4.8') });
}, 300_000);

test('an explicit list, pip’s layer and variables come with it', async () => {
  await using place = await withPrograms(['mamba']);
  const yml = path.join(place.directory, 'environment.yml');
  const lines = ['dependencies: [python, pip, hello, {pip: [six]}]', 'variables: {TIDE: high}'];
  await writeFile(yml, `name: first\nchannels: ['${channel.fileUrl}']\n${lines.join('\n')}\n`);
  const first = await place.run('create', { name: '', file: yml });
  expect(first.error).toBeUndefined();
  const prefix = path.join(place.root, 'first');
  const state = JSON.parse(await readFile(path.join(prefix, 'conda-meta', 'state'), 'utf8'));
  expect(state).toEqual({ env_vars: { TIDE: 'high' } });
  execFileSync(path.join(prefix, 'bin', 'python'), ['-c', 'import six'], { env: {} });
  const explicit = path.join(place.directory, 'spec.txt');
  await writeFile(explicit, await readFile(path.join(prefix, '.pier', 'explicit.txt'), 'utf8'));
  const second = await place.run('create', { name: 'second', file: explicit });
  expect(second.error).toBeUndefined();
  expect((await calls(place)).at(-1)).toMatch(/^mamba create .*--file \S+explicit\.txt$/);
  expect(await readFile(path.join(place.root, 'second', '.pier', 'explicit.txt'), 'utf8')).toBe(
    await readFile(explicit, 'utf8'),
  );
}, 300_000);

test('it can be made where the directory is reached by a link, and changed by pier afterwards', async () => {
  await using place = await withPrograms(['conda']);
  const real = path.join(place.directory, 'a-real-directory');
  await mkdir(real);
  await symlink(real, path.join(place.directory, 'envs'));
  const { error } = await place.run('create', wanted(['hello']));
  expect(error).toBeUndefined();
  expect(stagedNames(`${real}/sea`)).toBe('');
  const changed = await place.run('change', { name: 'sea', install: ['lighthouse'] });
  expect(changed.error).toBeUndefined();
  expect((await place.run('verify', { name: 'sea' })).value?.findings).toEqual([]);
}, 300_000);

test('one that hangs is stopped by Ctrl+C, and leaves nothing', async () => {
  await using place = await withPrograms(['conda'], { CONDA_STANDIN_FAULT: 'hang' });
  const running = await place.start('create', wanted(['tidewater']));
  await running.step('resolve');
  while ((await calls(place)).length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
  running.child.kill('SIGINT');
  const { error } = await running.ended;
  expect(error).toMatchObject({ code: 'interrupted' });
  expect(await visibleIn(place.root)).toEqual([]);
}, 300_000);

test('one that hangs is stopped when its time is over', async () => {
  await using place = await withPrograms(['conda']);
  const file = path.join(await standIn('conda'), 'conda');
  const profile = { packages: { mirrors: {} }, caches: { conda: null } };
  const program = { name: 'conda', file, version: '26.9.0', reason: '' } as const;
  const prefix = path.join(place.directory, 'none');
  const task = { prefix, root: place.root, channels: [channel.fileUrl], specs: ['hello'], list: null, dryRun: true };
  const env = { ...place.env, CONDA_STANDIN_FAULT: 'hang' };
  const asked = askProgram({ profile } as unknown as Site, program, task, { env, timeoutMs: 3000 });
  await expect(asked).rejects.toMatchObject({ code: 'conda-silent', message: expect.stringContaining('after 3 s') });
});

test('what is written as an option is no package', async () => {
  await using place = await withPrograms(['conda']);
  const { error } = await place.run('create', { ...wanted(['--copy']), maker: 'conda' });
  expect(error?.code).toBe('spec-invalid');
  expect(await calls(place)).toEqual([]);
});
