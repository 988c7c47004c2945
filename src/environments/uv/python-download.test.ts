import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { noProgress } from '../../files/index.ts';
import type { Site } from '../../site/index.ts';
import { freshFolder, siteAt } from '../hand-made.ts';
import type { Wanted } from '../plan.ts';
import type { Uv } from './program.ts';
import { findPython } from './python-download.ts';

let folder: string;
let wanted: Wanted;

beforeEach(async () => {
  folder = await freshFolder();
  wanted = {
    name: 'sci',
    root: path.join(folder, 'envs'),
    from: null,
    specs: [],
    python: '3.12',
    backEnd: 'uv',
    reason: '',
    maker: null,
    channels: [],
    pip: [],
    explicit: [],
    modules: [],
    variables: {},
    file: null,
    target: null,
    remarks: [],
    fingerprint: '',
  };
  await mkdir(path.join(folder, 'bin'));
  vi.stubEnv('PATH', path.join(folder, 'bin'));
  return async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  };
});

function allowing(python_downloads: boolean): Site {
  const site = siteAt(wanted.root);
  return { ...site, profile: { ...site.profile, packages: { ...site.profile.packages, python_downloads } } };
}

/** Stands for uv 0.13.9: `python find` and `python install` as it answers them. */
async function standIn(install: string): Promise<Uv> {
  const file = path.join(folder, 'bin', 'uv');
  const found = '$UV_PYTHON_INSTALL_DIR/cpython-3.12.16-linux-x86_64-gnu/bin/python3.12';
  const find = `if [ -e "$UV_PYTHON_INSTALL_DIR" ]; then echo "${found}"; else echo "error: No interpreter found" >&2; exit 2; fi`;
  await writeFile(file, `#!/bin/sh\nPATH=/usr/bin:/bin\ncase $2 in find) ${find} ;; install) ${install} ;; esac\n`, {
    mode: 0o755,
  });
  return { file, version: '0.13.9', target: null };
}

test('where the profile allows it, uv gets a Python, beside the environments', async () => {
  const uv = await standIn('mkdir -p "$UV_PYTHON_INSTALL_DIR"');
  const found = await findPython(allowing(true), uv, wanted, noProgress);
  expect(found).toMatchObject({
    file: `${wanted.root}/.pier-python/cpython-3.12.16-linux-x86_64-gnu/bin/python3.12`,
    version: '3.12.16',
  });
});

test('where it does not, nothing is downloaded', async () => {
  const uv = await standIn('mkdir -p "$UV_PYTHON_INSTALL_DIR"');
  await expect(findPython(allowing(false), uv, wanted, noProgress)).rejects.toMatchObject({
    code: 'python-missing',
    message: 'There is no Python 3.12 on PATH that can be used.',
  });
});

test('a download that fails says both', async () => {
  const address =
    'https://github.com/astral-sh/python-build-standalone/releases/download/20261001/cpython-3.12.16.tar.gz';
  const uv = await standIn(
    `echo "error: Request failed after 3 retries; ${address}" >&2; echo "  cause: dns error" >&2; exit 2`,
  );
  await expect(findPython(allowing(true), uv, wanted, noProgress)).rejects.toMatchObject({
    code: 'python-missing',
    message: expect.stringMatching(
      /^There is no Python 3\.12 on PATH.*\n.*the server of Pythons that uv downloads does not answer/s,
    ),
    hint: expect.stringContaining('module load python'),
  });
});
