import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PierError } from '../../src/files/index.ts';
import { run } from '../../src/process/index.ts';
import { alone } from '../alone.ts';

/** Written first into a directory that a testbed made, and never into another. */
const marker = '.pier-testbed';

/** Whether the directory is one that a testbed made. */
export function isTestbed(directory: string): boolean {
  return existsSync(path.join(directory, marker));
}

/** Makes a testbed's directory, or takes the one that it made before; any other is refused. */
export async function claim(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  refuseForeign(directory);
  await writeFile(
    path.join(directory, marker),
    'A pier testbed: test/testbed/ makes, uses and removes this directory.\n',
    {
      flag: 'w',
    },
  );
}

/** Removes a testbed's directory with all that is in it. */
export async function wipe(directory: string): Promise<void> {
  if (!existsSync(directory)) return;
  refuseForeign(directory);
  // The marker goes last: a removal that is interrupted leaves a directory that can still be removed.
  for (const name of readdirSync(directory).filter((entry) => entry !== marker)) {
    const removed = await run('rm', ['-rf', '--one-file-system', '--', path.join(directory, name)], {
      timeoutMs: 120_000,
    });
    if (removed.exitCode !== 0) throw new PierError('testbed-wipe', `Cannot empty ${directory}: ${removed.stderr}`);
  }
  await rm(path.join(directory, marker), { force: true });
  await rm(directory, { recursive: true, force: true });
}

function refuseForeign(directory: string): void {
  if (!path.isAbsolute(directory) || path.dirname(directory) === directory) {
    throw new PierError('testbed-directory', `${directory} cannot be a testbed's directory.`);
  }
  const entry = lstatSync(directory);
  const mine = entry.isDirectory() && entry.uid === process.getuid?.();
  if (!mine || !(isTestbed(directory) || readdirSync(directory).length === 0)) {
    throw new PierError('testbed-directory', `${directory} is not one that a testbed made.`, {
      hint: 'PIER_TESTBED=/an/absolute/path/that/does/not/exist npm run testbed up',
    });
  }
}

/** Runs `act` while no other command changes this testbed. */
export function exclusively<T>(directory: string, act: () => Promise<T>): Promise<T> {
  return alone(directory, act, () => new PierError('testbed-busy', 'Another command is at work on this testbed.'));
}
