import { createHash } from 'node:crypto';
import { link, mkdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { freshFolder } from '../hand-made.ts';
import { relocate, withPrefix } from './relocate.ts';

const [from, to] = ['/project/ada/envs/.pier-stage/stage-abc/sea', '/project/ada/envs/sea'];

let prefix: string;

beforeEach(async () => {
  prefix = await freshFolder();
  return () => rm(prefix, { recursive: true });
});

async function put(name: string, content: string | Buffer, mode = 0o644): Promise<string> {
  const file = path.join(prefix, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content, { mode });
  return file;
}

test('text gets the other prefix everywhere, whatever its encoding, and keeps its mode', async () => {
  const file = await put(
    'bin/tool',
    Buffer.from(`#!${from}/bin/python\n# caf\xe9 ${from}:${from}/lib\n`, 'latin1'),
    0o755,
  );
  await relocate(prefix, from, to);
  expect((await readFile(file)).toString('latin1')).toBe(`#!${to}/bin/python\n# caf\xe9 ${to}:${to}/lib\n`);
  expect((await stat(file)).mode & 0o777).toBe(0o755);
});

test('a text in a program keeps its room, filled with NULs, and what stands behind it stays where it is', () => {
  const content = Buffer.from(`\x7fELF\0${from}/lib:${from}/share\0after\0`, 'latin1');
  const result = withPrefix(content, from, to);
  expect(result.length).toBe(content.length);
  expect(result.toString('latin1')).toMatch(new RegExp(`^\\x7fELF\\0${to}/lib:${to}/share\\0+after\\0$`));
});

test('a file that is linked to a cache is not touched, even where it would name the prefix', async () => {
  const file = await put('share/linked', `${from}\n`);
  const other = path.join(await freshFolder(), 'cache');
  await link(file, other).catch(() => {});
  await relocate(prefix, from, to);
  expect(await readFile(other, 'utf8')).toBe(`${from}\n`);
  await rm(path.dirname(other), { recursive: true });
});

test('links into the prefix lead into the new one; bytecode that names the old one is deleted', async () => {
  await put('lib/python3.11/__pycache__/a.cpython-311.pyc', `x\0${from}/lib/a.py`);
  await symlink(`${from}/lib`, path.join(prefix, 'lib64'));
  await symlink('lib', path.join(prefix, 'relative'));
  await relocate(prefix, from, to);
  expect(await readlink(path.join(prefix, 'lib64'))).toBe(`${to}/lib`);
  expect(await readlink(path.join(prefix, 'relative'))).toBe('lib');
  await expect(stat(path.join(prefix, 'lib/python3.11/__pycache__/a.cpython-311.pyc'))).rejects.toThrow('ENOENT');
});

test('the sums that pip and conda keep of a file are those of what it is now', async () => {
  const script = await put('bin/tool', `#!${from}/bin/python\n`, 0o755);
  const record = await put(
    'lib/python3.11/site-packages/tool-1.dist-info/RECORD',
    '../../../bin/tool,sha256=old,9\na.py,,\n',
  );
  const meta = await put(
    'conda-meta/tool-1-0.json',
    JSON.stringify({ paths_data: { paths: [{ _path: 'bin/tool', sha256_in_prefix: 'old' }] } }),
  );
  await relocate(prefix, from, to);
  const sum = (encoding: 'hex' | 'base64url') => createHash('sha256').update(`#!${to}/bin/python\n`).digest(encoding);
  expect(await readFile(script, 'utf8')).toBe(`#!${to}/bin/python\n`);
  expect(await readFile(record, 'utf8')).toBe(
    `../../../bin/tool,sha256=${sum('base64url')},${to.length + 14}\na.py,,\n`,
  );
  expect(JSON.parse(await readFile(meta, 'utf8')).paths_data.paths[0].sha256_in_prefix).toBe(sum('hex'));
});

test('a longer place is refused: programs have no room for it', async () => {
  await expect(relocate(prefix, to, from)).rejects.toMatchObject({ code: 'cannot-relocate' });
});

test('done twice it does no harm, also where the old place is the beginning of the new one', async () => {
  const file = await put('bin/tool', '#!/project/envs/sea/bin/python\nPATH=/project/envs/sea:/project/envs/sea-old\n');
  await relocate(prefix, '/project/envs/sea', '/project/envs/sea2', 'leave');
  await relocate(prefix, '/project/envs/sea', '/project/envs/sea2', 'leave');
  const text = '#!/project/envs/sea2/bin/python\nPATH=/project/envs/sea2:/project/envs/sea-old\n';
  expect(await readFile(file, 'utf8')).toBe(text);
});
