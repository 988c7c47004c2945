import { chmod, lchown, mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, sandbox } from '../../test/sandbox.ts';
import { run } from '../process/index.ts';
import { readTrusted } from './trust.ts';

const somebody = 65534;
const asRoot = test.runIf(process.getuid?.() === 0);
const untrusted = expect.objectContaining({ code: 'site-untrusted', hint: expect.stringMatching(/ls -ld|chmod go-w/) });
const invalid = expect.objectContaining({ code: 'site-invalid' });

let box: Sandbox;
let directory: string;
let file: string;
beforeEach(async () => {
  box = await sandbox();
  directory = path.join(box.directory, 'a');
  file = path.join(directory, 'b', 'site.yaml');
  await mkdir(path.dirname(file), { recursive: true, mode: 0o755 });
  await writeFile(file, 'schema: 1\n', { mode: 0o644 });
});
afterEach(() => box[Symbol.asyncDispose]());

describe('a file that only we can have written', () => {
  test('is read, also through links of ours', async () => {
    expect(readTrusted(file)?.text).toBe('schema: 1\n');
    await symlink('../b/site.yaml', path.join(directory, 'link'));
    expect(() => readTrusted(path.join(directory, 'link'))).not.toThrow();
    await symlink(path.join(directory, 'b'), path.join(directory, 'folder'));
    expect(readTrusted(path.join(directory, 'folder', 'site.yaml'))?.text).toBe('schema: 1\n');
  });

  test('that is absent, or below a file, or behind a broken link, is undefined', async () => {
    expect(readTrusted(path.join(directory, 'none', 'site.yaml'))).toBeUndefined();
    expect(readTrusted(path.join(file, 'below'))).toBeUndefined();
    await symlink('nowhere', path.join(directory, 'broken'));
    expect(readTrusted(path.join(directory, 'broken'))).toBeUndefined();
  });

  test('has a stamp that changes with it', async () => {
    const before = readTrusted(file)?.stamp;
    expect(readTrusted(file)?.stamp).toBe(before);
    await writeFile(file, 'schema: 2\n');
    expect(readTrusted(file)?.stamp).not.toBe(before);
  });
});

describe('a file that somebody else could have written is refused:', () => {
  test.each([0o664, 0o646, 0o666])('mode %o', async (mode) => {
    await chmod(file, mode);
    expect(() => readTrusted(file)).toThrow(untrusted);
  });

  test.each([0o775, 0o777, 0o757])('a directory above it with mode %o', async (mode) => {
    await chmod(directory, mode);
    expect(() => readTrusted(file)).toThrow(untrusted);
  });

  test('a link that leads through such a directory, or a path with ".."', async () => {
    await mkdir(path.join(box.directory, 'open'), { mode: 0o777 });
    await chmod(path.join(box.directory, 'open'), 0o777);
    await symlink(file, path.join(box.directory, 'open', 'link'));
    await symlink('open/link', path.join(box.directory, 'mine'));
    expect(() => readTrusted(path.join(box.directory, 'mine'))).toThrow(untrusted);
    await symlink('open/../a/b/site.yaml', path.join(box.directory, 'climbing'));
    expect(() => readTrusted(path.join(box.directory, 'climbing'))).toThrow(untrusted);
  });

  asRoot('another’s file, directory or link (needs root to make one)', async () => {
    await lchown(file, somebody, somebody);
    expect(() => readTrusted(file)).toThrow(untrusted);
    await lchown(file, 0, 0);
    await lchown(directory, somebody, somebody);
    expect(() => readTrusted(file)).toThrow(untrusted);
    await lchown(directory, 0, 0);
    await symlink(file, path.join(directory, 'link'));
    await lchown(path.join(directory, 'link'), somebody, somebody);
    expect(() => readTrusted(path.join(directory, 'link'))).toThrow(untrusted);
    expect(readTrusted(file)).toBeDefined();
  });

  asRoot('in a sticky directory all but our own (needs root)', async () => {
    const sticky = path.join(box.directory, 'sticky');
    await mkdir(sticky);
    await chmod(sticky, 0o1777);
    const inside = path.join(sticky, 'site.yaml');
    await writeFile(inside, '', { mode: 0o644 });
    expect(readTrusted(inside)).toBeDefined();
    await lchown(inside, somebody, somebody);
    expect(() => readTrusted(inside)).toThrow(untrusted);
    await lchown(sticky, somebody, somebody);
    await lchown(inside, 0, 0);
    expect(() => readTrusted(inside)).toThrow(untrusted);
  });
});

test('the way to a file is not asked about where it leads to nothing', async () => {
  await chmod(directory, 0o777);
  expect(readTrusted(path.join(directory, 'b', 'none.yaml'))).toBeUndefined();
  expect(() => readTrusted(file)).toThrow(untrusted);
});

describe('what is no small text file is refused at once:', () => {
  test('a FIFO, without waiting for a writer', async () => {
    const fifo = path.join(directory, 'fifo');
    await run('mkfifo', ['-m', '644', fifo], { timeoutMs: 5000 });
    expect(() => readTrusted(fifo)).toThrow(invalid);
  });

  test('a directory, and a link in a circle', async () => {
    expect(() => readTrusted(directory)).toThrow(invalid);
    await symlink('circle', path.join(directory, 'circle'));
    expect(() => readTrusted(path.join(directory, 'circle'))).toThrow(untrusted);
  });

  test('more than 256 KiB; exactly that is read', async () => {
    await writeFile(file, '#'.repeat(256 * 1024));
    expect(readTrusted(file)?.text).toHaveLength(256 * 1024);
    await writeFile(file, '#'.repeat(256 * 1024 + 1));
    expect(() => readTrusted(file)).toThrow(/larger than 256 KiB/);
  });

  test('bytes that are not UTF-8', async () => {
    await writeFile(file, Buffer.from([0xff, 0xfe, 0x00]));
    expect(() => readTrusted(file)).toThrow(/not UTF-8/);
  });
});
