import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Site } from '../site/index.ts';
import type { EnvironmentRecord } from './record.ts';

// What the tests of this room stand on: environments made by hand, without uv and without conda.

/** A folder of its own, with symbolic links resolved. */
export async function freshFolder(): Promise<string> {
  const { realpath } = await import('node:fs/promises');
  return await realpath(await mkdtemp(path.join(tmpdir(), 'pier-environments-')));
}

/** A site of which only this much is said. */
export function siteAt(root: string, publicRoots: readonly string[] = []): Site {
  const packages = { index: null, find_links: [], conda_channels: [], mirrors: {}, python_downloads: false };
  const environments = { root, public: publicRoots, backend: 'uv', default: null };
  const python = { distributions: [], uv: { module: null }, compiled_packages: { gcc: null, prefer: null } };
  const profile = { environments, caches: { uv: null, conda: null }, packages, python, storage: {} };
  return { id: 'test', name: 'test', chosenBy: 'test', file: null, profile, leaves: [] } as unknown as Site;
}

/** Makes a virtual environment as PEP 405 has it. `python`: where bin/python leads. */
export async function handMadeVenv(prefix: string, python = process.execPath): Promise<string> {
  await mkdir(path.join(prefix, 'bin'), { recursive: true });
  await mkdir(path.join(prefix, 'lib', 'python3.12', 'site-packages'), { recursive: true });
  await writeFile(path.join(prefix, 'pyvenv.cfg'), `home = ${path.dirname(python)}\nversion_info = 3.12.1\n`);
  await symlink(python, path.join(prefix, 'bin', 'python'));
  return prefix;
}

/** Makes what listing takes for a conda environment with Python in it. */
export async function handMadeConda(prefix: string): Promise<string> {
  await mkdir(path.join(prefix, 'bin'), { recursive: true });
  await mkdir(path.join(prefix, 'conda-meta'), { recursive: true });
  await mkdir(path.join(prefix, 'lib', 'python3.11', 'site-packages'), { recursive: true });
  await writeFile(path.join(prefix, 'conda-meta', 'history'), '');
  await writeFile(
    path.join(prefix, 'conda-meta', 'python-3.11.9-h955ad1f_0.json'),
    '{"requested_spec": "python=3.11"}',
  );
  await symlink(process.execPath, path.join(prefix, 'bin', 'python'));
  return prefix;
}

/** Installs a distribution by name only: its `.dist-info` directory. */
export async function handMadePackage(prefix: string, directory: string, installer = 'uv'): Promise<void> {
  const version = directory.includes('conda') ? '3.11' : '3.12';
  const place = path.join(prefix, 'lib', `python${version}`, 'site-packages', directory);
  await mkdir(place, { recursive: true });
  await writeFile(path.join(place, 'INSTALLER'), `${installer}\n`);
}

/** What pier writes into an environment that it made. */
export function recordOf(name: string, more: Partial<EnvironmentRecord> = {}): EnvironmentRecord {
  return {
    version: 1,
    name,
    from: null,
    specs: ['numpy>=2'],
    python: { version: '3.12.1', base: '/usr/bin' },
    created: '2026-11-23T00:00:00.000Z',
    files: 120,
    bytes: 3000,
    variables: {},
    lock: '0'.repeat(64),
    backEnd: 'uv',
    channels: [],
    pip: [],
    maker: 'uv 0.13.9',
    ...more,
  };
}
