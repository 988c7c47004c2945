import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { reallyThere, visibleIn, type World, world } from './environments-world.ts';

async function made(place: World, name: string, specs: string[]): Promise<string> {
  const { value, error } = await place.run('create', { name, specs });
  if (!value) throw new Error(JSON.stringify(error));
  return value.prefix;
}

function python(prefix: string, script: string): string {
  return execFileSync(path.join(prefix, 'bin', 'python'), ['-c', script], { env: {}, encoding: 'utf8' }).trim();
}

/** Files that have a text in them, bytecode left out. */
function naming(prefix: string, text: string): string[] {
  const found = execFileSync('bash', ['-c', 'grep -rlIF --exclude=*.pyc -- "$1" "$0" || true', prefix, text], {
    encoding: 'utf8',
  });
  return found.split('\n').filter(Boolean);
}

test('a copy works, names its own place everywhere, shares its files, and has what was asked for', async () => {
  await using place = await world();
  const original = await made(place, 'first', ['networkx', 'pygments']);
  const project = path.join(place.directory, 'thesis');
  await mkdir(path.join(project, 'thesis'), { recursive: true });
  await writeFile(path.join(project, 'pyproject.toml'), '[project]\nname = "thesis"\nversion = "1"\n');
  await writeFile(path.join(project, 'thesis', '__init__.py'), 'where = __file__\n');
  execFileSync('uv', ['pip', 'install', '--quiet', '--python', `${original}/bin/python`, '-e', project], {
    env: place.env,
  });
  await writeFile(path.join(original, 'bin', 'own'), `#!${original}/bin/python\nprint("own")\n`, { mode: 0o755 });
  await symlink(path.join(original, 'bin', 'own'), path.join(original, 'bin', 'linked'));
  const { value, error } = await place.run('clone', { name: 'first', to: 'second' });
  expect(error).toBeUndefined();
  const copy = value?.prefix as string;
  const { files, bytes } = reallyThere(copy);
  expect(value).toMatchObject({ files, bytes: expect.closeTo(bytes, -4) });
  expect(value).toMatchObject({ name: 'second', state: 'ok', origin: 'owned', specs: ['networkx', 'pygments'] });
  expect(python(copy, 'import sys, networkx, pygments; print(sys.prefix, networkx.__file__)')).toMatch(
    new RegExp(`^${copy} ${copy}/lib/.*networkx`),
  );
  expect(python(copy, 'import thesis; print(thesis.where)')).toBe(path.join(project, 'thesis', '__init__.py'));
  expect(execFileSync(path.join(copy, 'bin', 'linked'), { env: {}, encoding: 'utf8' })).toBe('own\n');
  execFileSync(path.join(copy, 'bin', 'pygmentize'), ['-V'], { env: {} });
  expect(naming(copy, original)).toEqual([]);
  expect(naming(copy, '.pier-stage')).toEqual([]);
  const site = path.join(copy, 'lib', readdirSync(path.join(copy, 'lib'))[0] as string, 'site-packages');
  expect(lstatSync(path.join(site, 'networkx', '__init__.py')).nlink).toBeGreaterThan(1);
  // Bytecode came along and is good: nothing is compiled again.
  const compiled = python(
    copy,
    'import importlib.util as u; print(u.cache_from_source(u.find_spec("networkx").origin))',
  );
  const before = lstatSync(compiled).mtimeMs;
  python(copy, 'import networkx');
  expect(lstatSync(compiled).mtimeMs).toBe(before);
  // The copy is a thing of its own.
  await place.run('change', { name: 'second', uninstall: ['networkx'] });
  python(original, 'import networkx');
  expect((await place.run('diff', { name: 'first', to: 'second' })).value?.differences).toContainEqual(
    expect.objectContaining({ what: 'package', name: 'networkx', second: null }),
  );
  await rm(original, { recursive: true });
  python(copy, 'import pygments');
});

test('a name that is taken, or no name, is refused before anything is copied', async () => {
  await using place = await world();
  await made(place, 'first', []);
  expect((await place.run('clone', { name: 'first', to: 'first' })).error?.code).toBe('environment-exists');
  expect((await place.run('clone', { name: 'first', to: '../out' })).error?.code).toBe('name-invalid');
  expect((await place.run('rename', { name: 'first', to: 'a b' })).error?.code).toBe('name-invalid');
  expect(await visibleIn(place.root)).toEqual(['first']);
});

test('renamed, everything in it works and has the new name', async () => {
  await using place = await world();
  const old = await made(place, 'old', ['pygments']);
  await writeFile(path.join(old, 'bin', 'own'), `#!${old}/bin/python\nprint("own")\n`, { mode: 0o755 });
  const { value, error } = await place.run('rename', { name: 'old', to: 'new' });
  expect(error).toBeUndefined();
  expect(value).toMatchObject({ name: 'new', state: 'ok', prefix: path.join(place.root, 'new') });
  expect(existsSync(old)).toBe(false);
  const prefix = path.join(place.root, 'new');
  expect(naming(prefix, old)).toEqual([]);
  expect(execFileSync(path.join(prefix, 'bin', 'own'), { env: {}, encoding: 'utf8' })).toBe('own\n');
  execFileSync(path.join(prefix, 'bin', 'pygmentize'), ['-V'], { env: {} });
  expect(await readFile(path.join(prefix, 'pyvenv.cfg'), 'utf8')).toContain('prompt = new');
  const shown = execFileSync('bash', ['-c', '. "$0/bin/activate"; echo "$VIRTUAL_ENV $VIRTUAL_ENV_PROMPT"', prefix], {
    encoding: 'utf8',
  });
  expect(shown).toBe(`${prefix} new\n`);
  const kept = readdirSync(path.join(prefix, '.pier')).filter((name) => !name.startsWith('activate.'));
  expect(kept.sort()).toEqual(['env.json', 'pylock.toml']);
});

test('killed while it is renamed, it has one name or the other, and works after the next run', async () => {
  await using place = await world();
  await made(place, 'a', ['pygments']);
  let [now, other] = ['a', 'b'];
  for (const delay of [0, 15, 30, 45, 60, 90]) {
    const running = await place.start('rename', { name: now, to: other });
    await new Promise((resolve) => setTimeout(resolve, 60 + delay));
    running.child.kill('SIGKILL');
    await running.ended;
    const [only, more] = (await place.run('list')).value ?? [];
    expect(more).toBeUndefined();
    expect(['a', 'b']).toContain(only?.name);
    if (only?.name === other) [now, other] = [other, now];
    expect((await place.run('change', { name: now })).error).toBeUndefined();
    const prefix = path.join(place.root, now);
    expect(naming(prefix, path.join(place.root, other))).toEqual([]);
    execFileSync(path.join(prefix, 'bin', 'pygmentize'), ['-V'], { env: {} });
  }
});

test('exports are the same each time, and have all that making it again needs', async () => {
  await using place = await world();
  await made(place, 'a', ['six==1.16.0', 'requests']);
  const text = async (format?: string) => {
    const { value, error } = await place.run('export', { name: 'a', ...(format ? { format } : {}) });
    if (!value) throw new Error(JSON.stringify(error));
    return value.text;
  };
  expect(await text()).toMatch(
    /^name: a\ndependencies:\n {2}- python=3\.\d+\n {2}- pip\n {2}- pip:\n {6}- requests\n {6}- six==1\.16\.0\n$/,
  );
  expect(await text('full')).toMatch(/- certifi==\S+\n(.*\n)*.*- six==1\.16\.0\n/);
  const requirements = await text('requirements');
  expect(requirements).toMatch(/\nsix==1\.16\.0 \\\n {4}--hash=sha256:[0-9a-f]{64}/);
  expect(await text('pylock')).toContain('name = "urllib3"');
  for (const format of ['environment', 'full', 'requirements', 'pylock'])
    expect(await text(format)).toBe(await text(format));
  expect((await place.run('export', { name: 'a', format: 'explicit' })).error?.code).toBe('format-unknown');
  // What a person changed behind pier's back is in the exact formats all the same.
  execFileSync(
    'uv',
    ['pip', 'install', '--quiet', '--python', path.join(place.root, 'a', 'bin', 'python'), 'idna==3.7'],
    {
      env: place.env,
    },
  );
  expect(await text('requirements')).toMatch(/\nidna==3\.7 /);
});

test('frozen, it runs and refuses every change with the way out; a copy of it can be changed; thawed, it can too', async () => {
  await using place = await world();
  const prefix = await made(place, 'a', ['networkx']);
  const frozen = await place.run('freeze', { name: 'a', message: 'for the\npaper' });
  expect(frozen.error).toBeUndefined();
  expect(frozen.value).toMatchObject({ frozen: true, state: 'ok' });
  const writable = execFileSync('find', [prefix, '-not', '-path', '*/.pier*', '-type', 'd', '-perm', '/222'], {
    encoding: 'utf8',
  });
  expect(writable).toBe('');
  python(prefix, 'import networkx');
  for (const [verb, request] of [
    ['change', { name: 'a', install: ['six'] }],
    ['remove', { name: 'a' }],
    ['rename', { name: 'a', to: 'b' }],
  ] as const) {
    expect((await place.run(verb, request)).error, verb).toMatchObject({
      code: 'environment-frozen',
      message: 'a is frozen. Its owner says: for the paper',
      hint: expect.stringMatching(/pier env clone a NEW-NAME\n.*pier env thaw a/),
    });
  }
  await place.run('clone', { name: 'a', to: 'b' });
  const changed = await place.run('change', { name: 'b', install: ['six'] });
  expect(changed.value?.environment).toMatchObject({ name: 'b', frozen: false });
  expect((await place.run('thaw', { name: 'a' })).value).toMatchObject({ frozen: false });
  expect((await place.run('change', { name: 'a', install: ['six'] })).error).toBeUndefined();
  expect((await place.run('remove', { name: 'a' })).error).toBeUndefined();
});

test('shared, its group can read all of it, and what keeps them out above is said with the command that helps', async () => {
  await using place = await world();
  const prefix = await made(place, 'a', ['six']);
  const { value, error } = await place.run('share', { name: 'a', group: 'users' });
  expect(error).toBeUndefined();
  const closed = execFileSync(
    'bash',
    ['-c', 'find "$0" \\( -type f -not -perm -g=r -o -type d -not -perm -2050 -o -not -group users \\)', prefix],
    { encoding: 'utf8' },
  );
  expect(closed).toBe('');
  // mkdtemp made the world's own directory for its owner alone.
  expect(value?.findings).toContainEqual(
    expect.objectContaining({
      problem: 'parent',
      place: place.directory,
      detail: expect.stringContaining(`setfacl -m g:users:x ${place.directory}`),
    }),
  );
  expect((await place.run('share', { name: 'a', group: 'nobody-has-this' })).error?.code).toBe('group-unknown');
});

test('verifying finds what was changed, lost, broken or cannot be imported, and changes nothing', async () => {
  await using place = await world();
  const prefix = await made(place, 'a', ['six', 'idna', 'pygments']);
  const fine = await place.run('verify', { name: 'a' });
  expect(fine.error).toBeUndefined();
  expect(fine.value?.findings).toEqual([]);
  const site = path.join(prefix, 'lib', readdirSync(path.join(prefix, 'lib'))[0] as string, 'site-packages');
  // Written anew, not in place: the file is in uv's cache too.
  await rm(path.join(site, 'six.py'));
  await writeFile(path.join(site, 'six.py'), 'raise ValueError("\u001b[31mbroken")\n');
  await rm(path.join(site, 'idna', 'core.py'));
  await rm(path.join(prefix, 'bin', 'python3'));
  await symlink('/gone/python3', path.join(prefix, 'bin', 'python3'));
  const { value } = await place.run('verify', { name: 'a' });
  const problems = value?.findings.map(({ problem, place: at }) => `${problem} ${at}`);
  const lib = path.relative(prefix, site);
  expect(problems).toEqual(
    expect.arrayContaining([`changed ${lib}/six.py`, `missing ${lib}/idna/core.py`, 'link bin/python3']),
  );
  expect(value?.findings).toContainEqual(expect.objectContaining({ problem: 'import', place: 'six' }));
  await rm(path.join(prefix, 'bin', 'python'));
  await symlink('/gone/python3', path.join(prefix, 'bin', 'python'));
  const dead = await place.run('verify', { name: 'a' });
  expect(dead.value?.findings.map(({ problem }) => problem)).toEqual(expect.arrayContaining(['broken', 'python']));
});

test('adopted, one that another program made is changed, renamed and removed like one of pier’s own', async () => {
  await using place = await world();
  const home = place.env.HOME as string;
  const prefix = path.join(home, '.virtualenvs', 'theirs');
  const uv = (...args: string[]) => execFileSync('uv', args, { env: place.env });
  uv('venv', '--quiet', '--no-project', '--prompt', 'theirs', prefix);
  uv('pip', 'install', '--quiet', '--python', path.join(prefix, 'bin', 'python'), 'pygments', 'six==1.16.0');
  expect((await place.run('remove', { name: 'theirs' })).error?.code).toBe('environment-foreign');
  const { value, error } = await place.run('adopt', { name: 'theirs' });
  expect(error).toBeUndefined();
  expect(value).toMatchObject({ origin: 'owned', prefix, specs: ['pygments', 'six'] });
  expect((await place.run('adopt', { name: 'theirs' })).error?.code).toBe('environment-owned');
  const changed = await place.run('change', { name: 'theirs', install: ['idna'] });
  expect(changed.error).toBeUndefined();
  expect(changed.value?.moves.map(({ name }) => name)).toEqual(['idna']);
  // uv wrote its scripts with the place they were made at.
  expect(await readFile(path.join(prefix, 'bin', 'pygmentize'), 'utf8')).toContain(prefix);
  const renamed = await place.run('rename', { name: 'theirs', to: 'mine' });
  expect(renamed.error).toBeUndefined();
  execFileSync(path.join(home, '.virtualenvs', 'mine', 'bin', 'pygmentize'), ['-V'], { env: {} });
  expect((await place.run('verify', { name: 'mine' })).value?.findings).toEqual([]);
  expect((await place.run('remove', { name: 'mine' })).error).toBeUndefined();
  expect(readdirSync(path.join(home, '.virtualenvs')).filter((name) => !name.startsWith('.'))).toEqual([]);
});

test.each(['environment', 'full', 'requirements', 'pylock'])(
  'written down as %s, made again from that elsewhere, and written down again: the same text',
  async (format) => {
    await using place = await world();
    await made(place, 'a', ['six==1.16.0', 'requests']);
    const first = await place.run('export', { name: 'a', format });
    const file = path.join(
      place.directory,
      format === 'pylock' ? 'pylock.toml' : format === 'requirements' ? 'requirements.txt' : 'environment.yml',
    );
    await writeFile(file, first.value?.text ?? '');
    await using other = await world();
    const again = await other.run('create', { name: 'a', file });
    expect(again.error).toBeUndefined();
    const second = await other.run('export', { name: 'a', format });
    expect(second.error).toBeUndefined();
    expect(second.value?.text).toBe(first.value?.text);
    const packages = (prefix: string) =>
      execFileSync('uv', ['pip', 'freeze', '--python', `${prefix}/bin/python`], { env: place.env, encoding: 'utf8' });
    expect(packages(path.join(other.root, 'a'))).toBe(packages(path.join(place.root, 'a')));
  },
);
