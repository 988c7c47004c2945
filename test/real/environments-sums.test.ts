import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { visibleIn, type World, world } from './environments-world.ts';

// uv's resolver holds nothing against the sums of a file, so pier does, and then uv at each download.

const wheel = '4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274';
const zeros = '0'.repeat(64);

const pylock = (sum: string, version = '1.17.0') => `lock-version = "1.0"
created-by = "somebody"

[[packages]]
name = "six"
version = "${version}"
wheels = [{ url = "file:///etc/passwd", hashes = { sha256 = "${sum}" } }]
`;

const uvLock = (sum: string) => `version = 1
revision = 3
requires-python = ">=3.9"

[[package]]
name = "mine"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "six" }]

[package.metadata]
requires-dist = [{ name = "six" }]

[[package]]
name = "six"
version = "1.17.0"
source = { registry = "https://pypi.org/simple" }
wheels = [
    { url = "https://files.pythonhosted.org/six-1.17.0-py2.py3-none-any.whl", hash = "sha256:${sum}" },
]
`;

const files: Readonly<Record<string, (sum: string) => string>> = {
  'requirements.txt': (sum) => `# theirs\nsix==1.17.0 \\\n    --hash=sha256:${sum}\n`,
  'taken-in.txt': () => '-r requirements.txt\n',
  'pylock.toml': pylock,
  'uv.lock': uvLock,
  'environment.yml': (sum) => `dependencies: [python, {pip: ["six==1.17.0 --hash=sha256:${sum}"]}]\n`,
};

async function put(place: World, sum: string): Promise<(name: string) => string> {
  const directory = path.join(place.directory, sum.slice(0, 4));
  await mkdir(directory);
  await writeFile(
    path.join(directory, 'pyproject.toml'),
    '[project]\nname = "mine"\nversion = "1"\nrequires-python = ">=3.9"\ndependencies = ["six"]\n',
  );
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(directory, name), text(sum));
  return (name) => path.join(directory, name);
}

test.each(Object.keys(files))('the sums in %s are held to, and those that fit are all that is kept', async (name) => {
  await using place = await world();
  const [bad, good] = [await put(place, zeros), await put(place, wheel)];
  const { error } = await place.run('create', { name: 'a', file: bad(name) });
  expect(error).toMatchObject({ code: 'sums-differ', hint: expect.stringContaining('Find out who changed what') });
  expect(error?.message).toMatch(new RegExp(`six 1\\.17\\.0 .*sha256:${zeros}\n.*sha256:${wheel}`, 's'));
  expect(await visibleIn(place.root)).toEqual([]);

  const { value } = await place.run('create', { name: 'a', file: good(name) });
  expect(value).toMatchObject({ state: 'ok' });
  const lock = await readFile(path.join(value?.prefix ?? '', '.pier', 'pylock.toml'), 'utf8');
  expect(lock.match(/sha256 = "\w+"/g)).toEqual([`sha256 = "${wheel}"`]);
});

test('sums that were typed are held to', async () => {
  await using place = await world();
  const { error } = await place.run('create', { name: 'a', specs: [`six --hash=sha256:${zeros}`] });
  expect(error?.code).toBe('sums-differ');
});

test('a line break in a lock does not become an option of uv', async () => {
  await using place = await world();
  const file = path.join(place.directory, 'pylock.toml');
  await writeFile(file, pylock(wheel, '1.17.0\\n--index-url http://127.0.0.1:9/simple\\n-r /etc/hostname'));
  const { error } = await place.run('create', { name: 'a', file });
  expect(error).toMatchObject({ code: 'file-invalid', message: expect.stringContaining('is no version') });
});

test('an index of the file that does not answer is named', async () => {
  await using place = await world({ UV_HTTP_RETRIES: '0' });
  const file = path.join(place.directory, 'requirements.txt');
  await writeFile(file, '--index-url http://127.0.0.1:9/simple\ncowsay\n');
  const { error } = await place.run('create', { name: 'a', file });
  expect(error).toMatchObject({ code: 'offline', message: expect.stringContaining('http://127.0.0.1:9/simple/') });
});

test.each([['--index-url=http://127.0.0.1:9/simple'], ['-r/etc/hostname']])(
  'what is no package is refused when it is made and when it is explained: %s',
  async (word) => {
    await using place = await world();
    for (const verb of ['create', 'explain'] as const) {
      expect((await place.run(verb, { name: 'a', specs: [word] })).error?.code, verb).toBe('spec-invalid');
    }
  },
);
