import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf } from '../../src/files/index.ts';
import { command } from './command.ts';

/** The old one stays until the new one is whole; what runs from it finds no file of it any more. */
export async function putInPlace(part: string, place: string): Promise<void> {
  const old = `${place}.old`;
  await command('rm', ['-rf', old]);
  await rename(place, old).catch((error) => {
    if (errnoOf(error) !== 'ENOENT') throw error;
  });
  await rename(part, place);
  await command('rm', ['-rf', old]);
}

/** Writes a file, whole or not at all. */
export async function replace(file: string, text: string, mode: number): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await rm(`${file}.part`, { force: true });
  await writeFile(`${file}.part`, text);
  await chmod(`${file}.part`, mode);
  await rename(`${file}.part`, file);
}
