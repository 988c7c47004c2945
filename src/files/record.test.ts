import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, sandbox } from '../../test/sandbox.ts';
import { makePrivateDirectory, readRecord, writeRecord, writeRecordOnce } from './record.ts';

let box: Sandbox;
let file: string;
beforeEach(async () => {
  box = await sandbox();
  file = path.join(box.directory, 'record.json');
});
afterEach(() => box[Symbol.asyncDispose]());

describe('a record', () => {
  test('is read back as it was written, and only its owner may read it', async () => {
    await writeRecord(file, { name: 'ü' });
    expect(await readRecord(file)).toEqual({ name: 'ü' });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test('that is absent is undefined, also where a parent is a file', async () => {
    expect(await readRecord(file)).toBeUndefined();
    await writeFile(file, '');
    expect(await readRecord(path.join(file, 'below'))).toBeUndefined();
  });

  test('is written once: the first of many writers wins and no temporary file stays', async () => {
    const won = await Promise.all(Array.from({ length: 20 }, (_, writer) => writeRecordOnce(file, { writer })));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await readRecord(file)).toEqual({ writer: won.indexOf(true) });
    expect(await readdir(box.directory)).toEqual(['home', 'record.json']);
  });

  test('that is a symbolic link is refused', async () => {
    await writeFile(path.join(box.directory, 'elsewhere'), '{}');
    await symlink('elsewhere', file);
    await expect(readRecord(file)).rejects.toMatchObject({ code: 'record-untrusted' });
  });

  test('that is a FIFO is refused without waiting for a writer', async () => {
    execFileSync('mkfifo', [file]);
    await expect(readRecord(file)).rejects.toMatchObject({ code: 'record-untrusted' });
  });

  test('that others can write is refused', async () => {
    await writeFile(file, '{}');
    await chmod(file, 0o666);
    await expect(readRecord(file)).rejects.toMatchObject({ code: 'record-untrusted' });
  });

  test.runIf(process.getuid?.() === 0)('that another user owns is refused (needs root to make one)', async () => {
    await writeFile(file, '{}');
    await chown(file, 65534, 65534);
    await expect(readRecord(file)).rejects.toMatchObject({ code: 'record-untrusted' });
  });

  test('that is cut off or too large is damaged, not empty', async () => {
    await writeFile(file, '{"a":', { mode: 0o600 });
    await expect(readRecord(file)).rejects.toMatchObject({ code: 'record-damaged' });
    await writeFile(file, ' '.repeat(2 * 1024 * 1024), { mode: 0o600 });
    await expect(readRecord(file)).rejects.toMatchObject({ code: 'record-damaged' });
  });

  test('that cannot be written says why and what to do', async () => {
    await writeFile(path.join(box.directory, 'plain'), '');
    const below = path.join(box.directory, 'plain', 'record.json');
    await expect(writeRecord(below, {})).rejects.toMatchObject({ code: 'cannot-write', hint: /./ });
  });
});

describe('a private directory', () => {
  test('is made with its parents, and one that lets others in is narrowed', async () => {
    const directory = path.join(box.directory, 'a', 'b');
    await makePrivateDirectory(directory);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    await chmod(directory, 0o755);
    await makePrivateDirectory(directory);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
  });

  test('that is a symbolic link to one is refused', async () => {
    await mkdir(path.join(box.directory, 'real'));
    await symlink('real', path.join(box.directory, 'link'));
    await expect(makePrivateDirectory(path.join(box.directory, 'link'))).rejects.toMatchObject({
      code: 'directory-untrusted',
    });
  });
});
