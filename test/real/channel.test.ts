import { existsSync, readdirSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../src/process/index.ts';
import { type Channel, condaChannel, packages } from '../channel/channel.ts';
import { install } from '../channel/install.ts';
import { type Sandbox, sandbox } from '../sandbox.ts';

let channel: Channel;
let box: Sandbox;
beforeAll(async () => {
  [channel, box] = await Promise.all([condaChannel(), sandbox()]);
});
afterAll(async () => {
  await channel[Symbol.asyncDispose]();
  await box[Symbol.asyncDispose]();
});

/** Makes an environment of this channel, and gives what py-rattler says when it cannot. */
async function made(name: string, specs: readonly string[], from = channel.fileUrl) {
  const prefix = path.join(box.directory, 'envs', name);
  const ran = await install({ channel: from, prefix, cache: path.join(box.directory, 'cache'), specs });
  return { ...ran, prefix, records: existsSync(prefix) ? readdirSync(path.join(prefix, 'conda-meta')) : [] };
}

/** What a program of an environment prints, with nothing in its own environment. */
const said = async (program: string, ...args: string[]) =>
  (await run(program, args, { timeoutMs: 120_000, env: {} })).stdout;

/** The folder of the standard library, such as `python3.11`. */
async function version(prefix: string): Promise<string> {
  return (await said(path.join(prefix, 'bin', 'python'), '-c', 'import sysconfig as s; print(s.get_path("stdlib"))'))
    .trim()
    .replace(/^.*\//, '');
}

describe('the channel', () => {
  test('is over HTTP and on disk the same, and says what was asked of it', async () => {
    for (const subdir of ['noarch', 'linux-64']) {
      const text = await readFile(path.join(channel.directory, subdir, 'repodata.json'), 'utf8');
      expect(await (await fetch(`${channel.url}/${subdir}/repodata.json`)).text()).toBe(text);
      expect(JSON.parse(text).info.subdir).toBe(subdir);
    }
    expect(channel.requests).toContain('GET /noarch/repodata.json 200');
    expect((await fetch(`${channel.url}/noarch/../../../../etc/passwd`)).status).toBe(404);
    expect((await fetch(`${channel.url}/noarch/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd`)).status).toBe(404);
  });

  test('is built once, also for two who ask at the same moment', async () => {
    const [first, second] = await Promise.all([packages(), packages()]);
    expect(first).toEqual(second);
    expect(first.conda).toBe(channel.directory);
  });
});

describe('an environment of the channel', () => {
  test('has a Python that lives in it alone, NumPy, and programs that know its prefix', async () => {
    const { prefix, stderr } = await made('sea', ['python', 'numpy', 'hello', 'lighthouse', 'pip'], channel.url);
    expect(stderr).toBe('');
    const python = path.join(prefix, 'bin', 'python');
    const code = 'import numpy, ssl, sqlite3, sys; print(sys.prefix, numpy.__file__, numpy.arange(4).sum())';
    expect(await said(python, '-c', code)).toBe(
      `${prefix} ${prefix}/lib/${await version(prefix)}/site-packages/numpy/__init__.py 6\n`,
    );
    expect(await said(path.join(prefix, 'bin', 'hello'))).toBe(`hello from ${prefix}\n`);
    expect(await said(path.join(prefix, 'bin', 'hello-binary'))).toBe(prefix);
    expect(await said(path.join(prefix, 'bin', 'lighthouse'), 'on')).toBe(`lighthouse in ${prefix} on\n`);
    expect(await readFile(path.join(prefix, 'share', 'hello', 'where.txt'), 'utf8')).toBe(`prefix=${prefix}/share\n`);
    expect(await said(path.join(prefix, 'bin', 'pip'), 'list')).toMatch(/lighthouse +3\.1/);
    const venv = path.join(box.directory, 'venv');
    await said(python, '-m', 'venv', '--without-pip', venv);
    const purelib = 'import sysconfig; print(sysconfig.get_path("purelib"))';
    expect(await said(path.join(venv, 'bin', 'python'), '-c', purelib)).toMatch(/\/venv\/lib\/.*\/site-packages\n$/);
  });

  test('has what the older format of packages brought', async () => {
    const { prefix } = await made('older', ['driftwood-old']);
    expect(await readFile(path.join(prefix, 'share', 'driftwood-old', 'where.txt'), 'utf8')).toBe(`${prefix}\n`);
  });

  test('can be made for another place than where it is made', async () => {
    const [prefix, movedTo] = ['stage', 'final'].map((name) => path.join(box.directory, name)) as [string, string];
    const cache = path.join(box.directory, 'cache');
    await install({ channel: channel.fileUrl, prefix, movedTo, cache, specs: ['hello'] });
    await rename(prefix, movedTo);
    expect(await said(path.join(movedTo, 'bin', 'hello'))).toBe(`hello from ${movedTo}\n`);
    expect(await said(path.join(movedTo, 'bin', 'hello-binary'))).toBe(movedTo);
  });

  test('of the catalogue’s sci runs JupyterLab, and imports what it names', async () => {
    const sci = await readFile(path.join(import.meta.dirname, '..', '..', 'catalogue', 'sci.yaml'), 'utf8');
    const specs = [...sci.matchAll(/^ {2}- (\S+)$/gm)].map(([, name]) => name as string);
    const { prefix, stderr } = await made('sci', ['python', ...specs]);
    expect(stderr).toBe('');
    expect(await said(path.join(prefix, 'bin', 'jupyter'), 'lab', '--version')).toMatch(/^4\./);
    const code = 'import scipy.stats, pandas, sklearn, matplotlib.pyplot, h5py; print("all")';
    expect(await said(path.join(prefix, 'bin', 'python'), '-c', code)).toBe('all\n');
  });
});

describe('the solver', () => {
  const tidewater = (records: readonly string[]) => records.filter((name) => /^(anchor|tidewater)/.test(name)).sort();

  test('has versions to choose from', async () => {
    expect(tidewater((await made('new', ['anchor'])).records)).toEqual(['anchor-2.0-0.json', 'tidewater-2.0-0.json']);
    expect(tidewater((await made('old', ['anchor=1'])).records)).toEqual(['anchor-1.0-0.json', 'tidewater-1.1-0.json']);
  });

  test('says what excludes what, and what this machine or this channel has not', async () => {
    for (const [specs, why] of [
      [['anchor=1', 'keel'], 'tidewater >=2'],
      [['moored', 'tidewater=2'], 'moored'],
      [['needs-gpu'], '__cuda >=12, for which no candidates were found'],
      [['needs-newer-glibc'], '__glibc >=99'],
      [['needs-what-is-not-there'], 'driftwood'],
      [['nowhere'], 'nowhere'],
    ] as const) {
      const { exitCode, stderr } = await made('none', specs);
      expect(stderr).toContain(why);
      expect(exitCode).toBe(1);
    }
  });
});
