import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { normalise, packagesIn, packageVersion, requirementName } from './distributions.ts';
import type { Environment } from './environment.ts';
import { freshFolder, handMadeConda, handMadePackage, handMadeVenv } from './hand-made.ts';

let prefix: string;

beforeEach(async () => {
  prefix = await freshFolder();
});
afterEach(() => rm(prefix, { recursive: true }));

test('names are compared as an index compares them', () => {
  expect(normalise('Jupyter_Server')).toBe('jupyter-server');
  expect(normalise('ruamel.yaml')).toBe('ruamel-yaml');
  expect(['numpy[extra]>=2', ' Pandas ; python_version>"3"', 'x @ file:///y'].map(requirementName)).toEqual([
    'numpy',
    'pandas',
    'x',
  ]);
});

test('a version is known from the name of a directory alone', async () => {
  await handMadeVenv(prefix);
  await handMadePackage(prefix, 'jupyter_server-2.15.0.dist-info');
  await handMadePackage(prefix, 'jupyter_server_terminals-0.5.3.dist-info');
  expect(await packageVersion({ prefix }, 'jupyter-server')).toBe('2.15.0');
  expect(await packageVersion({ prefix }, 'Jupyter.Server.Terminals')).toBe('0.5.3');
  expect(await packageVersion({ prefix }, 'jupyter')).toBeUndefined();
});

test('in what pier made, requested is what the record says', async () => {
  await handMadeVenv(prefix);
  await handMadePackage(prefix, 'numpy-2.1.0.dist-info');
  await handMadePackage(prefix, 'six-1.17.0.dist-info');
  const environment = { prefix, kind: 'venv', origin: 'owned', specs: ['numpy>=2'] } as unknown as Environment;
  expect(packagesIn(environment)).toEqual([
    { name: 'numpy', version: '2.1.0', installer: 'uv', requested: true, needs: [] },
    { name: 'six', version: '1.17.0', installer: 'uv', requested: false, needs: [] },
  ]);
});

test('elsewhere it is what the installer marked', async () => {
  await handMadeVenv(prefix);
  await handMadePackage(prefix, 'rich-13.0.dist-info', 'pip');
  await writeFile(path.join(prefix, 'lib/python3.12/site-packages/rich-13.0.dist-info/REQUESTED'), '');
  const environment = { prefix, kind: 'venv', origin: 'foreign', specs: [] } as unknown as Environment;
  expect(packagesIn(environment)).toEqual([
    { name: 'rich', version: '13.0', installer: 'pip', requested: true, needs: [] },
  ]);
});

test('conda’s packages count once, beside those of pip', async () => {
  await handMadeConda(prefix);
  await writeFile(path.join(prefix, 'conda-meta', 'libffi-3.4.4-h6a678d5_1.json'), '{"requested_spec": ""}');
  await writeFile(path.join(prefix, 'conda-meta', 'six-1.17.0-py311_0.json'), '{"requested_specs": ["six"]}');
  const site = path.join(prefix, 'lib', 'python3.11', 'site-packages');
  for (const [directory, installer] of [
    ['six-1.17.0', 'conda'],
    ['idna-3.0', 'pip'],
  ] as const) {
    await mkdir(path.join(site, `${directory}.dist-info`));
    await writeFile(path.join(site, `${directory}.dist-info`, 'INSTALLER'), installer);
  }
  const environment = { prefix, kind: 'conda', origin: 'foreign', specs: [] } as unknown as Environment;
  const lines = packagesIn(environment).map(({ name, version, installer, requested }) => [
    name,
    version,
    installer,
    requested,
  ]);
  expect(lines).toEqual([
    ['idna', '3.0', 'pip', false],
    ['libffi', '3.4.4', 'conda', false],
    ['python', '3.11.9', 'conda', true],
    ['six', '1.17.0', 'conda', true],
  ]);
});
