import { statSync } from 'node:fs';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf } from '../../src/files/index.ts';
import { command } from './command.ts';

/** Copies a directory, by hard links where both are on one disk; `settle` may change the copy before it has its name. */
export async function copyInPlace(
  from: string,
  to: string,
  settle: (copy: string) => Promise<void> = async () => {},
): Promise<void> {
  const part = `${to}.part`;
  await command('rm', ['-rf', part]);
  await mkdir(path.dirname(to), { recursive: true });
  const sameDisk = statSync(from).dev === statSync(path.dirname(to)).dev;
  await command('cp', ['-a', ...(sameDisk ? ['-l'] : []), from, part]);
  await settle(part);
  await putInPlace(part, to);
}

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
