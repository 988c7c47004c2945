import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { until } from '../sandbox.ts';
import { contents, reallyThere, type World, world } from './environments-world.ts';

function imports(prefix: string, names: string): void {
  execFileSync(path.join(prefix, 'bin', 'python'), ['-c', `import ${names}`], { env: {} });
}

function packageNames(prefix: string): string[] {
  const site = execFileSync(
    path.join(prefix, 'bin', 'python'),
    ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'],
    { encoding: 'utf8', env: {} },
  );
  return readdirSync(site.trim())
    .flatMap((name) => /^([^-]+-[^-]+)\.dist-info$/.exec(name)?.[1] ?? [])
    .sort();
}

async function made(place: World, specs: string[]): Promise<string> {
  const { value, error } = await place.run('create', { name: 'a', specs });
  if (!value) throw new Error(JSON.stringify(error));
  return value.prefix;
}

test('packages come, what is there keeps its version, and the record says all that was asked for', async () => {
  await using place = await world();
  const prefix = await made(place, ['six==1.16.0', 'idna<3.8']);
  const { value, error } = await place.run('change', { name: 'a', install: ['requests'] });
  expect(error).toBeUndefined();
  expect(value?.environment).toMatchObject({ state: 'ok', specs: ['idna<3.8', 'requests', 'six==1.16.0'] });
  expect(value?.moves.map(({ name, from }) => [name, from])).toEqual([
    ['certifi', null],
    ['charset-normalizer', null],
    ['requests', null],
    ['urllib3', null],
  ]);
  imports(prefix, 'requests, six');
  const there = reallyThere(prefix);
  expect(value?.environment).toMatchObject({ files: there.files, bytes: expect.closeTo(there.bytes, -4) });
  const lock = await readFile(path.join(prefix, '.pier', 'pylock.toml'), 'utf8');
  expect(lock).toContain('name = "urllib3"');
  const again = await place.run('change', { name: 'a', install: ['requests'] });
  expect(again.value?.moves).toEqual([]);
});

test('a requirement replaces an earlier one for the same package', async () => {
  await using place = await world();
  const prefix = await made(place, ['six==1.16.0']);
  const { value } = await place.run('change', { name: 'a', install: ['six==1.17.0'] });
  expect(value).toMatchObject({
    environment: { specs: ['six==1.17.0'] },
    moves: [{ name: 'six', from: '1.16.0', to: '1.17.0' }],
  });
  expect(packageNames(prefix)).toEqual(['six-1.17.0']);
});

test('uninstalling takes what only it needed, and leaves what a person installed by hand', async () => {
  await using place = await world();
  const prefix = await made(place, ['requests']);
  execFileSync('uv', ['pip', 'install', '--quiet', '--python', path.join(prefix, 'bin', 'python'), 'six'], {
    env: place.env,
  });
  const { value } = await place.run('change', { name: 'a', uninstall: ['Requests'] });
  expect(value?.moves.map(({ name, to }) => [name, to])).toEqual([
    ['certifi', null],
    ['charset-normalizer', null],
    ['idna', null],
    ['requests', null],
    ['urllib3', null],
  ]);
  expect(packageNames(prefix)).toEqual([expect.stringMatching(/^six-/)]);
  expect(value?.environment.specs).toEqual([]);
});

test('what something else needs, or is not there, is not uninstalled; the way out is said', async () => {
  await using place = await world();
  await made(place, ['requests']);
  const needed = await place.run('change', { name: 'a', uninstall: ['idna'] });
  expect(needed.error).toMatchObject({ code: 'package-needed', hint: 'pier env show a --why idna' });
  const absent = await place.run('change', { name: 'a', uninstall: ['numpy'] });
  expect(absent.error).toMatchObject({ code: 'package-absent' });
});

test('what cannot be resolved changes nothing', async () => {
  await using place = await world();
  const prefix = await made(place, ['six==1.16.0']);
  const before = contents(prefix);
  const { error } = await place.run('change', { name: 'a', install: ['six>=1.17', 'six<1.17'] });
  expect(error?.code).toBe('packages-unresolvable');
  expect(contents(prefix)).toEqual(before);
  expect((await place.run('list')).value).toMatchObject([{ state: 'ok', specs: ['six==1.16.0'] }]);
});

test('interrupted by Ctrl+C, it is put back at once', async () => {
  await using place = await world();
  const prefix = await made(place, ['six==1.16.0']);
  const before = contents(prefix);
  // Packages that the cache has are tried without a network first; that this was interrupted is no reason to try again.
  await place.run('create', { name: 'b', specs: ['six==1.17.0', 'networkx'] });
  const log = path.join(place.directory, 'uv.log');
  const bin = path.join(place.directory, 'logged');
  const uv = execFileSync('sh', ['-c', 'command -v uv'], { env: place.env, encoding: 'utf8' }).trim();
  await mkdir(bin);
  await writeFile(
    path.join(bin, 'uv'),
    `#!/bin/sh\necho "$*" >>'${log}'\ncase "$*" in *change/requirements.txt) sleep 2 ;; esac\nexec '${uv}' "$@"\n`,
    { mode: 0o755 },
  );
  place.env.PATH = `${bin}:${place.env.PATH}`;
  const running = await place.start('change', { name: 'a', install: ['six==1.17.0', 'networkx'] });
  const tried = async () =>
    (await readFile(log, 'utf8').catch(() => '')).split('\n').filter((line) => /change\/requirements\.txt$/.test(line));
  await until(async () => (await tried()).length > 0, 60_000);
  running.child.kill('SIGINT');
  expect((await running.ended).error?.code).toBe('interrupted');
  const states = (await place.run('list')).value?.map(({ name, state }) => `${name} ${state}`);
  expect(states?.sort()).toEqual(['a ok', 'b ok']);
  expect(contents(prefix)).toEqual(before);
  expect(await tried()).toHaveLength(1);
});

test('whatever was lost of a package is found and put right by the repair', async () => {
  await using place = await world();
  const prefix = await made(place, ['six==1.16.0', 'idna==3.7']);
  const before = contents(prefix);
  const running = await place.start('change', { name: 'a', install: ['six==1.17.0', 'idna==3.20'] });
  await running.step('install');
  running.child.kill('SIGKILL');
  await running.ended;
  if (!existsSync(path.join(prefix, '.pier', 'change', 'before.json'))) return;
  const site = path.join(prefix, 'lib', readdirSync(path.join(prefix, 'lib'))[0] as string, 'site-packages');
  // A list that was torn, and one that would have files deleted which are not the environment's.
  await writeFile(path.join(place.directory, 'precious'), 'precious');
  for (const name of readdirSync(site).filter((one) => one.endsWith('.dist-info'))) {
    await writeFile(path.join(site, name, 'RECORD'), '../../../../../precious,,\nsix.py,,');
  }
  await unlink(path.join(site, 'six.py')).catch(() => {});
  const { error } = await place.run('change', { name: 'a' });
  expect(error).toBeUndefined();
  expect(readFileSync(path.join(place.directory, 'precious'), 'utf8')).toBe('precious');
  expect(contents(prefix)).toEqual(before);
});

test('two at once: the second waits, says for whom, and both are done', async () => {
  await using place = await world();
  const prefix = await made(place, []);
  const first = await place.start('change', { name: 'a', install: ['networkx'] });
  await first.step('resolve');
  const second = await place.run('change', { name: 'a', install: ['six'] });
  expect((await first.ended).value).toBeDefined();
  expect(second.value?.environment.specs).toEqual(['networkx', 'six']);
  expect(second.progress.map(({ message }) => message)).toContainEqual(
    expect.stringMatching(new RegExp(`^Waiting for process ${first.child.pid}.*: installing networkx$`)),
  );
  imports(prefix, 'networkx, six');
});

test('a lock of a host that is silent is shown and kept, until a person breaks it', async () => {
  await using place = await world();
  const prefix = await made(place, []);
  const owner = { host: 'login9', boot: 'x', pid: 4711, start: 5, uid: process.getuid?.() };
  const lease = path.join(prefix, '.pier', 'lease');
  await writeFile(lease, JSON.stringify({ version: 1, token: 'abcdefg', owner, user: 'ada', doing: 'installing x' }));
  execFileSync('touch', ['-d', '3 hours ago', lease]);
  const { error } = await place.run('change', { name: 'a', install: ['six'] });
  expect(error).toMatchObject({
    code: 'environment-busy',
    message: expect.stringContaining('process 4711 of ada on login9: installing x'),
    hint: expect.stringContaining('--break-lock'),
  });
  const broken = await place.run('change', { name: 'a', install: ['six'], breakLock: true });
  expect(broken.value?.environment.state).toBe('ok');
  expect(existsSync(lease)).toBe(false);
});

test('a project directory is installed, also a second time', async () => {
  await using place = await world();
  const prefix = await made(place, []);
  const project = path.join(place.directory, 'thesis');
  await mkdir(path.join(project, 'thesis'), { recursive: true });
  await writeFile(path.join(project, 'pyproject.toml'), '[project]\nname = "thesis"\nversion = "1"\n');
  await writeFile(path.join(project, 'thesis', '__init__.py'), 'x = 1\n');
  await place.run('change', { name: 'a', install: [project] });
  imports(prefix, 'thesis');
  await writeFile(path.join(project, 'thesis', 'more.py'), 'y = 1\n');
  const { error } = await place.run('change', { name: 'a', install: [project] });
  expect(error).toBeUndefined();
  imports(prefix, 'thesis.more');
});

test('one that pier did not make is refused with the way out', async () => {
  await using place = await world();
  await mkdir(path.join(place.env.HOME as string, '.virtualenvs'));
  const other = path.join(place.env.HOME as string, '.virtualenvs', 'theirs');
  execFileSync('uv', ['venv', '--quiet', '--no-project', other], { env: place.env });
  const foreign = await place.run('change', { name: 'theirs', install: ['six'] });
  expect(foreign.error).toMatchObject({
    code: 'environment-foreign',
    hint: expect.stringMatching(/pier env adopt \S+\/theirs\n.*pier env clone \S+\/theirs /),
  });
});
