import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Channel, condaChannel, packages } from '../channel/channel.ts';
import { visibleIn, type World, world } from './environments-world.ts';

let channel: Channel;
let wheels: string;

beforeAll(async () => {
  channel = await condaChannel();
  ({ wheels } = await packages());
});

afterAll(async () => {
  await channel?.[Symbol.asyncDispose]();
});

/** Wheels come from a directory, so that what pip is asked for is the same every time. */
async function machine(): Promise<World> {
  return await world({ UV_FIND_LINKS: wheels });
}

async function put(place: World, name: string, text: string): Promise<string> {
  const file = path.join(place.directory, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

test('an environment.yml with pip’s part: conda’s packages first, pip’s on top, variables, and a link for conda', async () => {
  await using place = await machine();
  const file = await put(
    place,
    'environment.yml',
    `name: sea
channels: ['${channel.fileUrl}']
dependencies:
  - python
  - hello
  - pip:
      - six
      - ipykernel
variables: { DEPTH: '12' }
`,
  );
  const { value, error } = await place.run('create', { name: '', file });
  expect(error).toBeUndefined();
  expect(value).toMatchObject({ name: 'sea', kind: 'conda', state: 'ok', origin: 'owned' });
  const prefix = path.join(place.root, 'sea');
  const record = JSON.parse(await readFile(path.join(prefix, '.pier', 'env.json'), 'utf8'));
  expect(record).toMatchObject({
    backEnd: 'conda',
    specs: ['hello', 'python'],
    pip: ['six', 'ipykernel'],
    channels: [channel.fileUrl],
  });
  // pip's programs start with this environment's Python, and none of pip's packages took the place of conda's.
  const script = await readFile(path.join(prefix, 'bin', 'ipython'), 'utf8');
  expect(script.startsWith(`#!${prefix}/bin/python`)).toBe(true);
  const version = execFileSync(path.join(prefix, 'bin', 'ipython'), ['--version'], {
    env: { HOME: place.env.HOME },
    encoding: 'utf8',
  });
  expect(version).toMatch(/^\d+\.\d+/);
  const staged = execFileSync('bash', ['-c', 'grep -rla pier-stage "$0" || true', prefix], { encoding: 'utf8' });
  expect(staged).toBe('');
  const site = path.join(prefix, 'lib', 'python3.11', 'site-packages');
  const six = (await readdir(site)).find((name) => /^six-.*\.dist-info$/.test(name));
  expect(await readFile(path.join(site, six ?? '', 'INSTALLER'), 'utf8')).toBe('uv');
  expect(JSON.parse(await readFile(path.join(prefix, 'conda-meta', 'state'), 'utf8'))).toEqual({
    env_vars: { DEPTH: '12' },
  });
  expect(await readlink(path.join(place.env.HOME ?? '', '.conda', 'envs', 'sea'))).toBe(prefix);
  const listed = (await place.run('list')).value ?? [];
  expect(listed.filter(({ name }) => name === 'sea')).toHaveLength(1);
}, 400_000);

test('what pip is asked for may not replace what conda installed', async () => {
  await using place = await machine();
  const file = await put(
    place,
    'environment.yml',
    `channels: ['${channel.fileUrl}']\ndependencies: [python, six, {pip: ['six<1']}]\n`,
  );
  const { error } = await place.run('create', { name: 'sea', file });
  expect(error).toMatchObject({
    code: 'packages-unresolvable',
    message: expect.stringMatching(/What conda installed stays[\s\S]*environment\.yml:2: six<1/),
  });
  expect(await visibleIn(place.root)).toEqual(['.pier-packages']);
});

test('an explicit list makes the same again, and a sum that is another one is refused at its line', async () => {
  await using place = await machine();
  await place.run('create', { name: 'one', specs: ['lighthouse', 'tidewater=1.1'], channels: [channel.fileUrl] });
  const explicit = await readFile(path.join(place.root, 'one', '.pier', 'explicit.txt'), 'utf8');
  const file = await put(place, 'spec.txt', explicit);
  const { value, error } = await place.run('create', { name: 'two', file });
  expect(error).toBeUndefined();
  expect(value?.specs).toContain('tidewater==1.1=0');
  expect(await readFile(path.join(place.root, 'two', '.pier', 'explicit.txt'), 'utf8')).toBe(explicit);
  const other = await put(place, 'other.txt', explicit.replace(/#[0-9a-f]{32}/, `#${'0'.repeat(32)}`));
  const refused = await place.run('create', { name: 'three', file: other });
  expect(refused.error).toMatchObject({
    code: 'file-invalid',
    message: expect.stringMatching(/other\.txt:5: .* is not the file that was listed/),
  });
}, 400_000);

test('uv’s own files: requirements.txt, pyproject.toml, uv.lock and pylock.toml give the same packages', async () => {
  await using place = await machine();
  const project = await put(
    place,
    'thesis/pyproject.toml',
    '[project]\nname = "thesis"\nversion = "1"\nrequires-python = ">=3.9"\ndependencies = ["six>=1.16"]\n',
  );
  const uv = (args: string[]) =>
    execFileSync('uv', args, { cwd: path.dirname(project), env: place.env, encoding: 'utf8', stdio: 'pipe' });
  uv(['lock', '--quiet']);
  uv(['export', '--quiet', '--frozen', '--no-emit-project', '--format', 'pylock.toml', '--output-file', 'pylock.toml']);
  await put(place, 'thesis/requirements.txt', '# mine\nsix>=1.16  # old but good\n');
  const specs: Record<string, unknown> = {};
  for (const name of ['requirements.txt', 'pyproject.toml', 'uv.lock', 'pylock.toml']) {
    const { value, error } = await place.run('create', {
      name: name.replace('.', '-'),
      file: path.join(path.dirname(project), name),
    });
    expect(error, name).toBeUndefined();
    specs[name] = value?.specs;
    const site = path.join(value?.prefix ?? '', 'lib');
    const found = execFileSync('find', [site, '-name', '*.dist-info', '-printf', '%f\\n'], { encoding: 'utf8' });
    expect(found, name).toMatch(/^six-1\.\d+\.\d+\.dist-info\n$/);
  }
  expect(specs).toMatchObject({
    'requirements.txt': ['six>=1.16'],
    'pyproject.toml': ['six>=1.16'],
    'uv.lock': ['six>=1.16'],
    'pylock.toml': [expect.stringMatching(/^six==1\./)],
  });
}, 400_000);

test('an environment somewhere else is found by its name all the same', async () => {
  await using place = await machine();
  const root = path.join(place.directory, 'scratch', 'envs');
  const { value, error } = await place.run('create', { name: 'far', specs: ['six'], root });
  expect(error).toBeUndefined();
  expect(value).toMatchObject({ prefix: path.join(root, 'far') });
  expect((await place.run('list')).value).toContainEqual(expect.objectContaining({ name: 'far', state: 'ok' }));
  const exact = path.join(place.directory, 'exactly', 'here');
  await place.run('create', { name: '', specs: ['six'], prefix: exact });
  expect((await place.run('list')).value).toContainEqual(expect.objectContaining({ prefix: exact }));
});
