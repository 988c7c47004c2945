import {
  chmod,
  copyFile,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readlink,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run, start, which } from '../../src/process/index.ts';

// ./pier in a clone that has everything the real one has but pier: real npm, a real node, a build that takes no time.
let top: string;
let clone: string;
let home: string;

const build = `import { mkdirSync, renameSync, rmSync, writeFileSync, appendFileSync } from 'node:fs';
import 'tiny';
appendFileSync('builds', 'built\\n');
if (process.env.BUILD_FAILS) throw new Error('the wood is wet');
if (process.env.BUILD_WAITS) await new Promise((resolve) => setTimeout(resolve, 60_000));
mkdirSync('dist.new');
writeFileSync('dist.new/pier.cjs', 'const { PIER_CALLED_AS: called } = process.env; console.log(JSON.stringify({ cwd: process.cwd(), words: process.argv.slice(2), called }))');
writeFileSync('dist.new/.built', '');
rmSync('dist', { recursive: true, force: true });
renameSync('dist.new', 'dist');
`;

beforeEach(async () => {
  top = await mkdtemp(path.join(tmpdir(), 'pier launcher-'));
  clone = path.join(top, 'a clone');
  home = path.join(top, 'home');
  for (const folder of ['src', 'sites', 'catalogue', 'tiny'])
    await mkdir(path.join(clone, folder), { recursive: true });
  await mkdir(home);
  await copyFile(path.join(import.meta.dirname, '../../pier'), path.join(clone, 'pier'));
  await write('build.mjs', build);
  await write('src/main.ts', '');
  await write('tiny/package.json', JSON.stringify({ name: 'tiny', version: '1.0.0', main: 'tiny.js' }));
  await write('tiny/tiny.js', '');
  await write('package.json', JSON.stringify({ name: 'clone', private: true, dependencies: { tiny: 'file:tiny' } }));
  await write(
    'package-lock.json',
    JSON.stringify({
      name: 'clone',
      lockfileVersion: 3,
      packages: {
        '': { dependencies: { tiny: 'file:tiny' } },
        'node_modules/tiny': { resolved: 'tiny', link: true },
        tiny: { version: '1.0.0' },
      },
    }),
  );
});

afterEach(async () => {
  await rm(top, { recursive: true, force: true });
});

async function write(file: string, text: string, mode = 0o644): Promise<void> {
  await writeFile(path.join(clone, file), text, { mode });
}

async function builds(): Promise<number> {
  const text = await readFile(path.join(clone, 'builds'), 'utf8').catch(() => '');
  return text.split('\n').length - 1;
}

/** A moment later than anything made so far: file systems count in milliseconds or worse. */
async function touch(file: string): Promise<void> {
  const later = new Date(Date.now() + 5000);
  await utimes(path.join(clone, file), later, later);
}

function surroundings(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: home, CDPATH: top, ...more };
}

async function launch(words: readonly string[] = [], env: NodeJS.ProcessEnv = {}, shell = 'sh') {
  const file = path.join(clone, 'pier');
  return await run(shell, [file, ...words], { cwd: home, env: surroundings(env), timeoutMs: 120_000 });
}

for (const shell of ['dash', 'bash', 'zsh', 'busybox']) {
  const lacking = (await which(shell)) ? '' : ` (not run: this machine lacks ${shell})`;
  test.skipIf(lacking !== '')(`the first run sets up, the second says nothing: ${shell}${lacking}`, async () => {
    const first = await run(shell, [...(shell === 'busybox' ? ['sh'] : []), './pier', '--version'], {
      cwd: clone,
      env: surroundings(),
      timeoutMs: 120_000,
    });
    expect(first.stderr).toBe('pier: installing its libraries (npm ci) ...\npier: building ...\n');
    const second = await launch(['a b', '', '$HOME', '*'], {}, shell === 'busybox' ? 'sh' : shell);
    expect([second.exitCode, second.stderr]).toEqual([0, '']);
    expect(JSON.parse(second.stdout)).toMatchObject({ cwd: home, words: ['a b', '', '$HOME', '*'] });
    expect(await builds()).toBe(1);
    await expect(lstat(path.join(clone, 'dist.lock'))).rejects.toThrow('ENOENT');
    await expect(lstat(path.join(clone, 'dist.log'))).rejects.toThrow('ENOENT');
  });
}

test('it is found through a chain of links, relative ones too', async () => {
  await mkdir(path.join(home, 'bin'));
  await symlink('../a clone/pier', path.join(top, 'home/link'));
  await symlink('../link', path.join(home, 'bin/pier'));
  await chmod(path.join(clone, 'pier'), 0o755);
  const { stdout } = await run(path.join(home, 'bin/pier'), ['one'], {
    cwd: home,
    env: surroundings(),
    timeoutMs: 120_000,
  });
  expect(JSON.parse(stdout)).toMatchObject({ cwd: home, words: ['one'] });
});

test('with an empty PATH it says what it lacks, and nothing of the programs it would use itself', async () => {
  const lost = async () =>
    await run('/bin/sh', ['./pier'], { cwd: clone, env: { HOME: home, PATH: '' }, timeoutMs: 20_000 });
  const told = /^pier: pier needs Node 20\.19 or newer, and finds no node\.\n {2}Try: .*\n$/;
  expect(await lost()).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(told) });
  await launch();
  expect(await lost()).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(told) });
});

test('pier knows what was typed, for its hints, unless there is a pier on PATH', async () => {
  await chmod(path.join(clone, 'pier'), 0o755);
  const called = async (PATH: string) =>
    JSON.parse((await run('./pier', [], { cwd: clone, env: surroundings({ PATH }), timeoutMs: 120_000 })).stdout)
      .called;
  expect(await called(process.env.PATH ?? '')).toBe('./pier');
  await mkdir(path.join(home, 'bin'));
  await symlink(path.join(clone, 'pier'), path.join(home, 'bin/pier'));
  expect(await called(`${home}/bin:${process.env.PATH}`)).toBeUndefined();
});

test('it builds again when a source is newer, and not for a test', async () => {
  await write('src/main.test.ts', '');
  await launch();
  await touch('src/main.test.ts');
  await launch();
  expect(await builds()).toBe(1);
  await touch('src/main.ts');
  expect((await launch()).stderr).toBe('pier: building ...\n');
  expect(await builds()).toBe(2);
});

test('two first runs at once build once, and the second says whom it waits for', async () => {
  const both = await Promise.all([launch(['one']), launch(['two'])]);
  expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  expect(await builds()).toBe(1);
  expect(both.map(({ stderr }) => stderr).join('')).toMatch(/another pier is setting this clone up \(.+:\d+:\d+\)/);
});

test('the lock of a launcher that is dead is taken over', async () => {
  await symlink(`${hostname()}:999999999:1`, path.join(clone, 'dist.lock'));
  const { exitCode, stderr } = await launch();
  expect([exitCode, stderr.includes('waiting')]).toEqual([0, false]);
});

test('the lock of a later process with the same pid is taken over', async () => {
  await symlink(`${hostname()}:${process.pid}:1`, path.join(clone, 'dist.lock'));
  expect((await launch()).exitCode).toBe(0);
});

test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
  'set-up ended by %s is finished by the next run',
  async (signal) => {
    const { pid, ended } = await start('sh', [path.join(clone, 'pier')], {
      cwd: home,
      env: surroundings({ BUILD_WAITS: '1' }),
      output: 'ignore',
      ownSession: true,
    });
    while ((await builds()) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    process.kill(-pid, signal);
    await ended;
    const holder = await readlink(path.join(clone, 'dist.lock')).catch(() => undefined);
    expect(holder === undefined).toBe(signal !== 'SIGKILL');
    expect(await launch()).toMatchObject({ exitCode: 0, stderr: 'pier: building ...\n' });
  },
);

test('libraries that npm did not finish are installed again', async () => {
  await mkdir(path.join(clone, 'node_modules/tiny'), { recursive: true });
  expect((await launch()).stderr).toContain('installing');
  await rm(path.join(clone, 'node_modules/tiny'));
  await touch('src/main.ts');
  const { exitCode, stderr } = await launch();
  expect([exitCode, stderr]).toEqual([
    0,
    'pier: building ...\npier: installing its libraries (npm ci) ...\npier: building ...\n',
  ]);
});

test('a build that fails shows its last lines and keeps the last good one', async () => {
  await launch();
  await touch('src/main.ts');
  const { exitCode, stderr } = await launch([], { BUILD_FAILS: '1' });
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/the wood is wet.*pier: the build failed\..*\n {2}Try: node build\.mjs, in /s);
  expect(await readFile(path.join(clone, 'dist/.built'), 'utf8')).toBe('');
});

test('somebody else’s clone, built, runs as it is', async () => {
  if (process.getuid?.() !== 0 || !(await which('setpriv'))) return;
  await launch();
  await touch('src/main.ts');
  await chmod(top, 0o755);
  const { exitCode, stderr } = await run(
    'setpriv',
    ['--reuid=65534', '--regid=65534', '--clear-groups', 'sh', path.join(clone, 'pier')],
    { cwd: '/', env: surroundings(), timeoutMs: 60_000 },
  );
  expect([exitCode, stderr]).toEqual([0, '']);
});

test('without a network it says so, and what npm said', async () => {
  await write(
    'package-lock.json',
    JSON.stringify({
      name: 'clone',
      lockfileVersion: 3,
      packages: {
        '': { dependencies: { 'left-pad': '1.3.0' } },
        'node_modules/left-pad': { version: '1.3.0', integrity: `sha512-${'A'.repeat(86)}==` },
      },
    }),
  );
  await write('package.json', JSON.stringify({ name: 'clone', private: true, dependencies: { 'left-pad': '1.3.0' } }));
  const { exitCode, stderr } = await launch([], { npm_config_registry: 'http://127.0.0.1:9' });
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/ECONNREFUSED.*this machine cannot reach the npm registry.*\n {2}Try: /s);
});

/** A directory for PATH with the plain tools, and stand-ins that say what an old release says. */
async function tools(standIns: Readonly<Record<string, string>>): Promise<string> {
  const bin = path.join(top, 'bin');
  await mkdir(bin);
  const plain = [
    'sh',
    'readlink',
    'dirname',
    'find',
    'head',
    'sed',
    'cut',
    'uname',
    'ln',
    'rm',
    'sleep',
    'grep',
    'tail',
    'mkdir',
  ];
  for (const name of [...plain, 'rmdir', 'node', 'npm', 'python3']) {
    const file = await which(name);
    if (file && standIns[name] === undefined) await symlink(file, path.join(bin, name));
  }
  for (const [name, text] of Object.entries(standIns)) {
    if (text !== '') await writeFile(path.join(bin, name), `#!/bin/sh\necho '${text}'\n`, { mode: 0o755 });
  }
  return bin;
}

test.each([
  [{ node: '' }, 'finds no node'],
  [{ node: 'v18.20.4' }, 'is v18.20.4'],
  [{ node: 'v20.18.3' }, 'is v20.18.3'],
  [{ npm: '' }, 'needs npm'],
  [{ python3: '' }, 'finds no python3'],
  [{ python3: '3.8' }, 'is 3.8'],
])('what is lacking is named with what gets it: %j', async (standIns: Record<string, string>, message) => {
  const PATH = await tools(standIns);
  const { exitCode, stderr } = await launch([], { PATH });
  expect(exitCode).toBe(2);
  expect(stderr).toContain(message);
  expect(stderr).toMatch(/\n {2}Try: .+\n$/);
});
