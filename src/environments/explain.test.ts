import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { run } from '../process/index.ts';
import { explainCreate } from './explain.ts';
import { siteAt } from './hand-made.ts';

/** Of this machine, before PATH is another: itself, since a shim of pyenv needs that PATH. */
const python3 = run('python3', ['-c', 'import sys; print(sys.executable)'], { timeoutMs: 20_000 });

let directory: string;
let bin: string;

/** A machine with no Python on PATH, and a stand-in for uv 0.13.9, which is only looked for. */
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'pier-explain-'));
  bin = path.join(directory, 'bin');
  await program(path.join(bin, 'uv'));
  vi.stubEnv('PATH', bin);
  vi.stubEnv('XDG_DATA_HOME', path.join(directory, 'data'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true });
});

async function program(file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, '#!/bin/sh\n');
  await chmod(file, 0o755);
}

const venv = (lines: readonly string[]) => lines.find((line) => line.includes(' venv '));

test('the commands can be pasted, whatever is in a requirement', async () => {
  const lines = await explainCreate(siteAt('/data/envs'), {
    name: 'mine',
    specs: ['numpy>=2', 'x @ https://a/b;c'],
    python: '3.12',
  });
  expect(lines).toEqual([
    'uv venv --relocatable --prompt mine --python 3.12 /data/envs/mine',
    "uv pip install --compile-bytecode --python /data/envs/mine/bin/python 'numpy>=2' 'x @ https://a/b;c'",
    "env -i /data/envs/mine/bin/python -c 'import ssl, sqlite3, ctypes'",
  ]);
});

test('the Python is the one that pier takes, as a path', async () => {
  await symlink((await python3).stdout.trim(), path.join(bin, 'python3'));
  const line = venv(await explainCreate(siteAt('/data/envs'), { name: 'mine', specs: ['six'] }));
  expect(line).toMatch(/ --python \/\S*python3[.\d]* \/data\/envs\/mine$/);
});

test('uv is pier’s own where none is on PATH, and is got as pier gets it where there is none at all', async () => {
  const own = path.join(directory, 'data', 'pier', 'tools', 'uv-0.13.9');
  await rm(path.join(bin, 'uv'));
  const [first, second] = await explainCreate(siteAt('/data/envs'), { name: 'mine', specs: ['six'] });
  expect(first).toBe(`python3 -m pip install --quiet --target ${own} --no-deps --only-binary :all: uv==0.13.9`);
  expect(second).toMatch(`${own}/bin/uv venv --relocatable`);
  await program(path.join(own, 'bin', 'uv'));
  const [only] = await explainCreate(siteAt('/data/envs'), { name: 'mine', specs: ['six'] });
  expect(only).toMatch(`${own}/bin/uv venv --relocatable`);
});

test('a list of the catalogue is written out, and nothing is installed twice', async () => {
  const lines = await explainCreate(siteAt('/data/envs'), { name: 'sci', from: 'sci', specs: ['numpy'] });
  expect(lines.join('\n').match(/\bnumpy\b/g)).toHaveLength(1);
  expect(lines.join('\n')).toContain('jupyterlab');
});

test('what could not be made is not explained', async () => {
  await expect(explainCreate(siteAt('/data/envs'), { name: 'a/b' })).rejects.toMatchObject({ code: 'name-invalid' });
});

test('the modules that it needs are loaded first', async () => {
  const request = { name: 'mpi', specs: ['mpi4py'], modules: ['gcc/12.2.0', 'openmpi/4.1.5'] };
  expect((await explainCreate(siteAt('/data/envs'), request))[0]).toBe('module load gcc/12.2.0 openmpi/4.1.5');
});
