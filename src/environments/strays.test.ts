import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { freshFolder, handMadePackage, handMadeVenv, siteAt } from './hand-made.ts';
import { readAt } from './list.ts';
import { strayFiles } from './strays.ts';

test('what no package brought is named: whole directories as one, and no bytecode', async () => {
  const folder = await freshFolder();
  const prefix = await handMadeVenv(path.join(folder, 'a'));
  const site = path.join(prefix, 'lib', 'python3.12', 'site-packages');
  await handMadePackage(prefix, 'six-1.17.0.dist-info');
  await writeFile(
    path.join(site, 'six-1.17.0.dist-info', 'RECORD'),
    'six.py,,\nsix-1.17.0.dist-info/RECORD,,\nsix-1.17.0.dist-info/INSTALLER,,\n../../../bin/six,,\n',
  );
  await mkdir(path.join(site, '__pycache__'));
  await mkdir(path.join(prefix, 'data', 'raw'), { recursive: true });
  await mkdir(path.join(prefix, '.pier'));
  for (const name of ['six.py', '__pycache__/six.cpython-312.pyc', 'mine.py'])
    await writeFile(path.join(site, name), '');
  for (const name of [
    'data/raw/a.csv',
    'data/b.csv',
    'bin/six',
    'bin/my-script',
    'bin/activate.fish',
    '.pier/env.json',
  ]) {
    await writeFile(path.join(prefix, name), '');
  }
  const environment = await readAt(siteAt(folder), prefix);
  if (!environment) throw new Error('not read');
  expect(await strayFiles(environment)).toEqual(['bin/my-script', 'data/', 'lib/python3.12/site-packages/mine.py']);
  await rm(folder, { recursive: true });
});
