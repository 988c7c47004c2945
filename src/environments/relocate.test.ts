import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { relocate } from './relocate.ts';

const former = { prefix: '/envs/a', name: 'a' };
const script = (prefix: string) => `#!${prefix}/bin/python\nprint()\n`;
const sum = (text: string) => `sha256=${createHash('sha256').update(text).digest('base64url')},${text.length}`;
let prefix: string;
let bin: string;
let list: string;

beforeEach(async () => {
  prefix = await mkdtemp(path.join(tmpdir(), 'pier-moved-'));
  bin = path.join(prefix, 'bin');
  list = path.join(prefix, 'lib/python3.11/site-packages/tool-1.dist-info/RECORD');
  await mkdir(bin);
  await mkdir(path.dirname(list), { recursive: true });
  await writeFile(path.join(bin, 'tool'), script(former.prefix));
  await writeFile(path.join(path.dirname(list), 'METADATA'), 'Metadata-Version: 2.1\nName: tool\nVersion: 1\n');
  await writeFile(list, `../../../bin/tool,${sum(script(former.prefix))}\ntool-1.dist-info/RECORD,,\n`);
});
afterEach(() => rm(prefix, { recursive: true }));

async function expectMoved(): Promise<void> {
  await relocate(prefix, former, { prefix, name: 'b' });
  expect(await readFile(path.join(bin, 'tool'), 'utf8')).toBe(script(prefix));
  expect(await readdir(bin)).toEqual(['tool']);
  expect(await readFile(list, 'utf8')).toContain(`bin/tool,${sum(script(prefix))}\n`);
}

test('scripts name the new place, and their packages’ lists have the new sums', expectMoved);

test('what one that was killed was writing is taken away, and does not stand in the way', async () => {
  await writeFile(path.join(bin, 'tool.pier-new'), '#!half');
  await expectMoved();
});

test('one that was killed between a script and its package’s list is finished by the next', async () => {
  await writeFile(path.join(bin, 'tool'), script(prefix));
  await expectMoved();
});
