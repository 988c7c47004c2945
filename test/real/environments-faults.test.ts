import { execFileSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { realUv, visibleIn, type World, workersIn, world } from './environments-world.ts';

const request = { name: 'a', specs: ['networkx', 'requests'] };

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends uv too, and takes the stage away', async (signal) => {
  await using place = await world();
  for (const step of ['resolve', 'install', 'compile', 'check']) {
    const running = await place.start('create', request);
    await running.step(step);
    running.child.kill(signal);
    const { error } = await running.ended;
    expect(error, step).toMatchObject({ code: 'interrupted', message: expect.stringMatching(/^Interrupted/) });
    expect(await visibleIn(place.root), step).toEqual([]);
    expect(workersIn(place), step).toEqual([]);
  }
});

test.each(['resolve', 'forecast'])(
  'SIGINT while it is forecast (%s) is no poor forecast: nothing is made',
  async (step) => {
    await using place = await world();
    const running = await place.start('both', request);
    await running.step(step);
    running.child.kill('SIGINT');
    expect((await running.ended).error).toMatchObject({ code: 'interrupted' });
    expect(await visibleIn(place.root)).toEqual([]);
  },
);

test('interrupted while waiting for another pier, it ends at once and leaves the other alone', async () => {
  await using place = await world();
  const first = await place.start('create', request);
  await first.step('install');
  const second = await place.start('create', request);
  await second.step('wait');
  second.child.kill('SIGINT');
  expect((await second.ended).error?.code).toBe('interrupted');
  expect((await first.ended).value).toMatchObject({ state: 'ok' });
});

/** A proxy that nobody runs: uv and Python both go by it, so there is no network. */
const noNetwork = { HTTPS_PROXY: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9', UV_HTTP_RETRIES: '0' };

test('offline, what was downloaded before is enough', async () => {
  await using online = await world();
  await online.run('create', request);
  await using place = await world(noNetwork);
  const { value, progress } = await place.run('create', request);
  expect(value).toMatchObject({ name: 'a', state: 'ok' });
  expect(progress.map(({ message }) => message)).toContain(
    'The package index does not answer; choosing from uv’s cache',
  );
});

test('offline, what is missing is said plainly', async () => {
  await using place = await world(noNetwork);
  const { error } = await place.run('create', { name: 'a', specs: ['cowsay'] });
  expect(error).toMatchObject({
    code: 'offline',
    message: expect.stringMatching(
      /the package index https?:\S+ does not answer.*\n.*uv's cache lacks something.*cowsay was not found in the cache/,
    ),
  });
  expect(await visibleIn(place.root)).toEqual([]);
});

/** A PATH with nothing but the system's programs and this Python. */
async function searchPath(place: World, python: string): Promise<string> {
  const bin = path.join(place.directory, 'bin');
  await mkdir(bin);
  await symlink(python, path.join(bin, 'python3'));
  for (const name of ['rm', 'sh', 'env'])
    await symlink(execFileSync('which', [name], { encoding: 'utf8' }).trim(), path.join(bin, name));
  return bin;
}

function realPython(): string {
  return execFileSync('python3', ['-c', 'import sys; print(sys._base_executable)'], { encoding: 'utf8' }).trim();
}

test('uv is installed from the package index where there is none, once', async () => {
  await using place = await world();
  const PATH = await searchPath(place, realPython());
  const env = { HOME: place.env.HOME as string, PATH };
  await using bare = await world(env, place.root);
  const first = await bare.run('create', { name: 'a', specs: ['six'] });
  expect(first.progress.map(({ step }) => step)).toContain('tools');
  expect(first.value).toMatchObject({ state: 'ok' });
  const second = await bare.run('create', { name: 'b', specs: ['six'] });
  expect(second.progress.map(({ step }) => step)).not.toContain('tools');
  expect(second.value).toMatchObject({ state: 'ok' });
});

test('without pip, what is lacking is named with the command that gets it', async () => {
  await using place = await world();
  const venv = path.join(place.directory, 'nopip');
  execFileSync(await realUv(), ['venv', '--quiet', '--no-project', '--python', realPython(), venv]);
  await using bare = await world({ PATH: `${venv}/bin:${await searchPath(place, realPython())}` });
  const { error } = await bare.run('create', { name: 'a', specs: ['six'] });
  expect(error).toMatchObject({
    code: 'pip-missing',
    hint: expect.stringMatching(/-m ensurepip --user|apt install python3-pip/),
  });
});

test('offline and without uv, it says so', async () => {
  await using place = await world();
  const PATH = await searchPath(place, realPython());
  await using bare = await world({ ...noNetwork, PATH, PIP_RETRIES: '0', PIP_PROXY: 'http://127.0.0.1:9' });
  const { error } = await bare.run('create', { name: 'a', specs: ['six'] });
  expect(error).toMatchObject({
    code: 'offline',
    message: expect.stringContaining('the package index does not answer'),
  });
});

test('a file where the environments should be is named', async () => {
  await using place = await world();
  await writeFile(place.root, '');
  const { error } = await place.run('create', { name: 'a', specs: ['six'] });
  expect(error).toMatchObject({
    code: 'cannot-write',
    message: expect.stringContaining('a file stands where a directory should be'),
  });
});
