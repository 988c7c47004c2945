import { readFileSync, statSync } from 'node:fs';
import { copyFile, link, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf } from '../../src/files/index.ts';
import { sciEnvironment } from '../real/sci.ts';
import { command } from './command.ts';
import { putInPlace, replace } from './put-in-place.ts';
import { pythonVersion } from './software.ts';

const root = path.join(import.meta.dirname, '..', '..');

/**
 * Installs pier as on a cluster, from what is built: `/software/pier/VERSION` with a Node of its own, the modulefile
 * `pier/VERSION`, `/etc/pier/site.yaml`, and the public environment `/software/envs/sci`.
 *
 * What is there already and the same stays, so this is quick the second time. A testbed that is up sees it at once.
 */
export async function installPier(directory: string): Promise<void> {
  await writeSite(directory);
  const software = path.join(directory, 'shared', 'software');
  // The launcher builds when a source is newer than the build.
  const version = (await command(path.join(root, 'pier'), ['--version'])).replace('pier ', '').trim();
  await installProgram(path.join(software, 'pier'), version);
  await writeModulefile(path.join(software, 'modulefiles', 'pier'), version);
  await publish(await sciEnvironment(), path.join(software, 'envs', 'sci'));
}

/** The site's profile, in a directory that every host but the laptop mounts. */
async function writeSite(directory: string): Promise<void> {
  const text = await readFile(path.join(import.meta.dirname, 'site.yaml'), 'utf8');
  await replace(
    path.join(directory, 'etc', 'pier', 'site.yaml'),
    text.replaceAll('PYTHON', await pythonVersion()),
    0o644,
  );
}

/** Finds its own directory, through links too: the laptop sees it elsewhere. */
const launcher = `#!/bin/sh
program=$(PATH=/usr/bin:/bin readlink -f -- "$0")
here=\${program%/bin/pier}
exec "$here/libexec/node" "$here/dist/pier.cjs" "$@"
`;

async function installProgram(pier: string, version: string): Promise<void> {
  const prefix = path.join(pier, version);
  if (builtAt(prefix) === builtAt(root)) return;
  const part = `${prefix}.part`;
  await command('rm', ['-rf', part]);
  await mkdir(part, { recursive: true });
  await command('cp', ['-r', '--preserve=timestamps', path.join(root, 'dist'), path.join(part, 'dist')]);
  await command('chmod', ['-R', 'go-w', part]);
  await mkdir(path.join(part, 'libexec'));
  await linkOrCopy(process.execPath, path.join(part, 'libexec', 'node'));
  await replace(path.join(part, 'bin', 'pier'), launcher, 0o755);
  await putInPlace(part, prefix);
  await mkdir(path.join(pier, 'bin'), { recursive: true });
  await command('ln', ['-sfn', `../${version}/bin/pier`, path.join(pier, 'bin', 'pier')]);
}

/** When the build in a directory was made; undefined where there is none. */
function builtAt(directory: string): number | undefined {
  return statSync(path.join(directory, 'dist', '.built'), { throwIfNoEntry: false })?.mtimeMs;
}

/** A name without a copy where both are on one disk. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (errnoOf(error) !== 'EXDEV') throw error;
    await copyFile(from, to);
  }
}

/** A module that does nothing but find the program. */
async function writeModulefile(directory: string, version: string): Promise<void> {
  const lines = [
    '#%Module1.0',
    'module-whatis "pier: Python on this cluster, from the laptop to the compute node"',
    'conflict pier',
    `prepend-path PATH /software/pier/${version}/bin`,
    '',
  ];
  await replace(path.join(directory, version), lines.join('\n'), 0o644);
}

/** Copies an environment that can be moved; linked, since it has 30,000 files. It is named last, so never seen half. */
async function publish(from: string, to: string): Promise<void> {
  if (recordIn(to) === recordIn(from)) return;
  const part = `${to}.part`;
  await command('rm', ['-rf', part]);
  await mkdir(path.dirname(to), { recursive: true });
  const sameDisk = statSync(from).dev === statSync(path.dirname(to)).dev;
  await command('cp', ['-a', ...(sameDisk ? ['-l'] : []), from, part]);
  await putInPlace(part, to);
}

function recordIn(prefix: string): string | undefined {
  try {
    return readFileSync(path.join(prefix, '.pier', 'env.json'), 'utf8');
  } catch {
    return undefined;
  }
}
