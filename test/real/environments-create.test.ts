import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, readFile, rm, symlink, unlink } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { reallyThere, visibleIn, type World, world } from './environments-world.ts';
import { pier } from './pier.ts';

/** Files and bytes of a forecast over what is really there afterwards. */
async function forecastOver(place: World, request: { name: string; from?: string; specs?: string[] }) {
  const { value, error } = await place.run('both', request);
  if (!value) throw new Error(JSON.stringify(error));
  const there = reallyThere(value.environment.prefix);
  expect({ files: value.environment.files, bytes: value.environment.bytes }, 'the record').toMatchObject({
    files: there.files,
    bytes: expect.closeTo(there.bytes, -4),
  });
  return { ...value, files: value.forecast.files / there.files, bytes: value.forecast.bytes / there.bytes };
}

function expectWithinTenPercent({ files, bytes }: { files: number; bytes: number }): void {
  expect(files).toBeGreaterThan(0.9);
  expect(files).toBeLessThan(1.1);
  expect(bytes).toBeGreaterThan(0.9);
  expect(bytes).toBeLessThan(1.1);
}

test('sci is forecast within 10 %, made, run without any variable, renamed, and removed', async () => {
  await using place = await world();
  const made = await forecastOver(place, { name: 'sci', from: 'sci' });
  expectWithinTenPercent(made);
  expect(made.forecast.guessed).toEqual([]);
  const { prefix } = made.environment;
  const script = 'import numpy, scipy, pandas, matplotlib, sklearn, jupyterlab; print(numpy.arange(4).sum())';
  expect(execFileSync(path.join(prefix, 'bin', 'python'), ['-c', script], { env: {}, encoding: 'utf8' })).toBe('6\n');
  // The stage that it was made in is named nowhere that a program would look.
  const found = execFileSync('bash', ['-c', 'grep -rlI --exclude=*.pyc pier-stage "$0" || true', prefix], {
    encoding: 'utf8',
  });
  expect(found).toBe('');
  const version = execFileSync(path.join(prefix, 'bin', 'jupyter-lab'), ['--version'], {
    env: { HOME: place.env.HOME },
    encoding: 'utf8',
  });
  expect(version).toMatch(/^\d+\.\d+/);
  const shown = await place.run('show', { name: 'sci' });
  expect(shown.value).toMatchObject({
    packages: expect.arrayContaining([expect.objectContaining({ name: 'numpy', requested: true })]),
  });
  expect(shown.value).toMatchObject({
    packages: expect.arrayContaining([expect.objectContaining({ name: 'six', requested: false })]),
  });
  expect(await visibleIn(place.root)).toEqual(['sci']);
  await place.run('remove', { name: 'sci' });
  expect(await visibleIn(place.root)).toEqual([]);
}, 600_000);

test.each(['sympy', 'networkx', 'requests', 'django', 'six', 'pygments idna', 'notebook black'])(
  'a forecast of %s is within 10 %%, though that stands in no table',
  async (specs) => {
    await using place = await world();
    expectWithinTenPercent(await forecastOver(place, { name: 'other', specs: specs.split(' ') }));
  },
  300_000,
);

test('an environment of Python alone can be made', async () => {
  await using place = await world();
  expectWithinTenPercent(await forecastOver(place, { name: 'bare' }));
});

test('the exact list is kept, with a hash for every file', async () => {
  await using place = await world();
  const { value } = await place.run('create', { name: 'a', specs: ['requests>=2'] });
  const lock = await readFile(path.join(value?.prefix ?? '', '.pier', 'pylock.toml'), 'utf8');
  expect(lock).toContain('name = "requests"');
  expect(lock.match(/sha256 = /g)?.length).toBeGreaterThan(5);
});

test('progress says only what is known, and names each step', async () => {
  await using place = await world();
  const { progress } = await place.run('create', { name: 'a', specs: ['networkx'] });
  const steps = [...new Set(progress.map(({ step }) => step))];
  expect(steps).toEqual(expect.arrayContaining(['python', 'resolve', 'install', 'compile', 'check', 'publish']));
  for (const { done, total } of progress) if (total !== undefined) expect(done).toBeLessThanOrEqual(total);
});

test('a name that is taken is refused, and what has it stays', async () => {
  await using place = await world();
  await place.run('create', { name: 'a', specs: ['six'] });
  const { error } = await place.run('create', { name: 'a', specs: ['six'] });
  expect(error).toMatchObject({ code: 'environment-exists', hint: expect.stringContaining('pier env remove a') });
  expect((await place.run('list')).value).toMatchObject([{ name: 'a', state: 'ok' }]);
});

test('two that make the same at once: the second waits, and gets what the first made', async () => {
  await using place = await world();
  const request = { name: 'same', specs: ['networkx'] };
  const first = await place.start('create', request);
  await first.step('resolve');
  const second = await place.start('create', request);
  const [one, two] = await Promise.all([first.ended, second.ended]);
  expect(one.value).toMatchObject({ name: 'same', state: 'ok' });
  expect(two.value).toEqual(one.value);
  expect(two.progress).toContainEqual({
    step: 'wait',
    message: `Another pier, process ${first.child.pid}, is making same; waiting for it`,
  });
  expect(await visibleIn(place.root)).toEqual(['same']);
});

test('the second is told when what the first made is something else', async () => {
  await using place = await world();
  const first = await place.start('create', { name: 'same', specs: ['networkx'] });
  await first.step('resolve');
  const { error } = await place.run('create', { name: 'same', specs: ['six'] });
  expect((await first.ended).value).toBeDefined();
  expect(error?.code).toBe('environment-exists');
});

test('the second takes over when the first is killed', async () => {
  await using place = await world();
  const request = { name: 'same', specs: ['networkx'] };
  const first = await place.start('create', request);
  await first.step('install');
  const second = await place.start('create', request);
  await second.step('wait');
  first.child.kill('SIGKILL');
  expect((await second.ended).value).toMatchObject({ name: 'same', state: 'ok' });
  expect(await visibleIn(place.root)).toEqual(['same']);
});

test('many at the very same moment make one', async () => {
  await using place = await world();
  const started = await Promise.all(
    Array.from({ length: 4 }, () => place.start('create', { name: 'same', specs: ['six'] })),
  );
  const answers = await Promise.all(started.map(({ ended }) => ended));
  expect(answers.map(({ error }) => error)).toEqual([undefined, undefined, undefined, undefined]);
  expect(await visibleIn(place.root)).toEqual(['same']);
});

test('an environment whose base interpreter was removed is listed as broken', async () => {
  await using place = await world();
  const base = path.join(place.directory, 'python');
  const { value } = await place.run('create', { name: 'a', specs: ['six'] });
  const python = path.join(value?.prefix ?? '', 'bin', 'python');
  await cp(path.join(value?.prefix ?? '', 'bin', 'python'), base, { dereference: true });
  await unlink(python);
  await symlink(base, python);
  await rm(base);
  expect((await place.run('list')).value).toMatchObject([
    { name: 'a', state: 'broken', reason: expect.stringContaining(base) },
  ]);
  expect(existsSync(python)).toBe(false);
});

test('where progress is lines, why uv makes it is told once', async () => {
  await using place = await world();
  const { stderr } = await pier(['env', 'create', 'bare', '--yes'], { env: place.env });
  expect(stderr.match(/With uv/g)).toEqual(['With uv']);
});
