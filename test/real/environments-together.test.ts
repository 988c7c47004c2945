import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type World, world } from './environments-world.ts';

async function made(place: World, name: string, specs: string[]): Promise<string> {
  const { value, error } = await place.run('create', { name, specs });
  if (!value) throw new Error(JSON.stringify(error));
  return value.prefix;
}

/** Everything a person can meet when others do the same at the same time; anything else is a fault. */
const told = [
  'environment-exists',
  'environment-unknown',
  'environment-busy',
  'environment-broken',
  'environment-ghost',
];

test('eight at once that create, install, copy and remove the same names: nothing is damaged, nobody waits for ever', async () => {
  await using place = await world();
  await made(place, 'seed', ['six']);
  let turn = 1;
  const random = () => {
    turn = (turn * 48_271) % 2_147_483_647;
    return turn / 2_147_483_647;
  };
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const codes: string[] = [];
  const worker = async () => {
    for (let round = 0; round < 4; round++) {
      const name = pick(['a', 'b']);
      const [verb, request] = pick([
        ['create', { name, specs: ['six'] }],
        ['create', { name, specs: ['six'] }],
        ['change', { name, install: [pick(['idna', 'six', 'pygments'])] }],
        ['change', { name, uninstall: ['idna'] }],
        ['clone', { name: 'seed', to: name }],
        ['remove', { name }],
      ] as const);
      const { error, stderr, value } = await place.run(verb, request as object);
      if (!error && !value) throw new Error(stderr.split('\n').slice(-12).join('\n'));
      if (error) codes.push(error.code);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  expect(codes.filter((code) => ![...told, 'package-absent'].includes(code))).toEqual([]);
  for (const environment of (await place.run('list')).value ?? []) {
    expect(environment).toMatchObject({ state: 'ok', origin: 'owned' });
    expect((await place.run('verify', { name: environment.name })).value?.findings).toEqual([]);
    expect(existsSync(path.join(environment.prefix, '.pier', 'lease'))).toBe(false);
  }
  for (const hidden of ['.pier-stage', '.pier-trash']) {
    const at = path.join(place.root, hidden);
    expect(existsSync(at) ? readdirSync(at) : [], hidden).toEqual([]);
  }
}, 600_000);

test('a link that is put in its place while it is removed: what it leads to stays', async () => {
  await using place = await world();
  const prefix = await made(place, 'a', ['six']);
  const precious = path.join(place.directory, 'precious');
  await mkdir(path.join(precious, '.pier'), { recursive: true });
  await writeFile(path.join(precious, 'thesis'), 'thesis');
  const running = await place.start('remove', { name: 'a' });
  // As fast as it can: the environment away, a link to something precious in its place.
  for (let tries = 0; running.child.exitCode === null && tries < 3000; tries++) {
    try {
      await rename(prefix, `${prefix}.away`);
      symlinkSync(precious, prefix);
    } catch {
      // it is gone already, or not there yet
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  await running.ended;
  expect(readFileSync(path.join(precious, 'thesis'), 'utf8')).toBe('thesis');
}, 120_000);

test('links inside that lead out are not followed', async () => {
  await using place = await world();
  const prefix = await made(place, 'a', ['six']);
  const precious = path.join(place.directory, 'precious');
  mkdirSync(precious);
  writeFileSync(path.join(precious, 'thesis'), 'thesis');
  symlinkSync(precious, path.join(prefix, 'lib', 'precious'));
  for (const verb of ['freeze', 'thaw'] as const) expect((await place.run(verb, { name: 'a' })).error).toBeUndefined();
  await place.run('share', { name: 'a', group: 'users' });
  await place.run('clone', { name: 'a', to: 'b' });
  for (const name of ['a', 'b']) expect((await place.run('remove', { name })).error).toBeUndefined();
  expect(readFileSync(path.join(precious, 'thesis'), 'utf8')).toBe('thesis');
  expect(execFileSync('stat', ['-c', '%a %G', path.join(precious, 'thesis')], { encoding: 'utf8' })).toBe('644 root\n');
}, 120_000);

test('a FIFO as a record, a lease or a journal makes nobody wait', async () => {
  await using place = await world();
  const prefix = await made(place, 'a', []);
  const at = (name: string) => path.join(prefix, '.pier', name);
  execFileSync('mkfifo', [at('lease')]);
  const locked = await place.run('change', { name: 'a', install: ['six'] });
  expect(locked.error).toMatchObject({ code: 'environment-busy', hint: expect.stringContaining('--break-lock') });
  expect((await place.run('change', { name: 'a', install: ['six'], breakLock: true })).error).toBeUndefined();
  mkdirSync(at('change'));
  execFileSync('mkfifo', [path.join(at('change'), 'change.json')]);
  execFileSync('mkfifo', [path.join(at('change'), 'before.json')]);
  expect((await place.run('list')).value).toMatchObject([{ name: 'a', state: 'partial' }]);
  expect((await place.run('change', { name: 'a' })).error).toBeUndefined();
  rmSync(at('env.json'));
  execFileSync('mkfifo', [at('env.json')]);
  expect((await place.run('list')).value).toMatchObject([{ name: 'a', origin: 'foreign' }]);
}, 120_000);

test('a forged lease that names a living process of somebody keeps us out, and harms nobody', async () => {
  await using place = await world();
  const prefix = await made(place, 'a', []);
  const [, start] = [0, readFileSync('/proc/1/stat', 'utf8').split(') ')[1]?.split(' ')[19]];
  const forged = (pid: number) =>
    JSON.stringify({
      version: 1,
      token: 'abcdefg',
      owner: {
        host: execFileSync('hostname', { encoding: 'utf8' }).trim(),
        boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
        pid,
        start: Number(start),
        uid: process.getuid?.(),
      },
      user: '\u001b[31mroot<script>',
      doing: 'x',
    });
  // init is nobody's pier; and a pid with another start is another process.
  for (const pid of [1, process.pid]) {
    await writeFile(path.join(prefix, '.pier', 'lease'), forged(pid));
    if (pid === 1) {
      const { error } = await place.run('change', { name: 'a', install: ['six'] });
      expect(error).toMatchObject({ code: 'environment-busy', hint: expect.stringContaining('--break-lock') });
      expect(error?.message).not.toContain('\u001b');
    }
    const { error } = await place.run('change', { name: 'a', install: ['six'], breakLock: true });
    expect(error).toBeUndefined();
  }
  await rm(path.join(prefix, '.pier'), { recursive: true });
}, 120_000);
