import { expect, test } from 'vitest';
import { explainCreate } from './explain.ts';
import { siteAt } from './hand-made.ts';

test('the commands can be pasted, whatever is in a requirement', async () => {
  const lines = await explainCreate(siteAt('/data/envs'), {
    name: 'mine',
    specs: ['numpy>=2', 'x @ https://a/b;c'],
    python: '3.12',
  });
  expect(lines.filter((line) => !line.includes('pip install --user uv'))).toEqual([
    'uv venv --relocatable --prompt mine --python 3.12 /data/envs/mine',
    "uv pip install --compile-bytecode --python /data/envs/mine/bin/python 'numpy>=2' 'x @ https://a/b;c'",
    "env -i /data/envs/mine/bin/python -c 'import ssl, sqlite3, ctypes'",
  ]);
});

test('a list of the catalogue is written out, and nothing is installed twice', async () => {
  const lines = await explainCreate(siteAt('/data/envs'), { name: 'sci', from: 'sci', specs: ['numpy'] });
  expect(lines.join('\n').match(/\bnumpy\b/g)).toHaveLength(1);
  expect(lines.join('\n')).toContain('jupyterlab');
});

test('what could not be made is not explained', async () => {
  await expect(explainCreate(siteAt('/data/envs'), { name: 'a/b' })).rejects.toMatchObject({ code: 'name-invalid' });
});
