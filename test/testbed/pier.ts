import { lstatSync, readFileSync, statSync } from 'node:fs';
import { copyFile, link, mkdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf } from '../../src/files/index.ts';
import { run } from '../../src/process/index.ts';
import { alone } from '../alone.ts';
import { sciEnvironment } from '../real/sci.ts';
import { command } from './command.ts';
import { copyInPlace, putInPlace, replace } from './put-in-place.ts';
import { pythonVersion } from './software.ts';

const root = path.join(import.meta.dirname, '..', '..');

/** What has to be there before a host starts: `/etc/pier/site.yaml`, and no Node in `/usr`. */
export async function prepareSite(directory: string): Promise<void> {
  await hideNode(path.join(directory, 'site'));
  await writeSite(directory);
}

/**
 * Installs pier as on a cluster, from what is built: one executable file in `/software/pier/VERSION`, the modulefile
 * `pier/VERSION`, and the public environment `/software/envs/sci`.
 *
 * What is there already and the same stays, so this is quick the second time. A testbed that is up sees it at once.
 */
export async function installPier(directory: string): Promise<void> {
  const software = path.join(directory, 'shared', 'software');
  // The launcher builds when a source is newer than the build.
  const version = (await command(path.join(root, 'pier'), ['--version'])).replace('pier ', '').trim();
  await installProgram(path.join(software, 'pier'), version);
  await writeModulefile(path.join(software, 'modulefiles', 'pier'), version);
  await publish(await sciEnvironment(), path.join(software, 'envs', 'sci'), '/software/envs/sci');
}

/** The cluster's hosts have no node: in the layer over their `/usr`, a device 0:0 says that there is none (overlayfs). */
async function hideNode(layer: string): Promise<void> {
  if (!process.execPath.startsWith('/usr/')) return;
  const whiteout = path.join(layer, process.execPath);
  await mkdir(path.dirname(whiteout), { recursive: true });
  if (!lstatSync(whiteout, { throwIfNoEntry: false })) await command('mknod', [whiteout, 'c', '0', '0']);
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

/** One file, `/software/pier/VERSION/bin/pier`, and a name for it that does not change with the version. */
async function installProgram(pier: string, version: string): Promise<void> {
  const executable = await builtExecutable();
  const prefix = path.join(pier, version);
  const place = path.join(prefix, 'bin', 'pier');
  if (statSync(place, { throwIfNoEntry: false })?.ino === statSync(executable).ino) return;
  const part = `${prefix}.part`;
  await command('rm', ['-rf', part]);
  await mkdir(path.join(part, 'bin'), { recursive: true });
  await linkOrCopy(executable, path.join(part, 'bin', 'pier'));
  await putInPlace(part, prefix);
  await mkdir(path.join(pier, 'bin'), { recursive: true });
  await command('ln', ['-sfn', `../${version}/bin/pier`, path.join(pier, 'bin', 'pier')]);
}

/** `npm run build:exe`, when the build is newer than the executable; once, also where two testbeds go up. */
async function builtExecutable(): Promise<string> {
  const file = path.join(root, 'dist-exe', 'pier');
  const kept = path.join(root, 'test', '.world', 'executable');
  await mkdir(kept, { recursive: true });
  await alone(
    kept,
    async () => {
      const made = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
      if (made >= statSync(path.join(root, 'dist', '.built')).mtimeMs) return;
      await command(process.execPath, [path.join(root, 'scripts', 'executable', 'build.mjs')]);
    },
    undefined,
    300,
  );
  return file;
}

/** A name without a copy where both are on one disk. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    // One that another file takes the name of in this very moment has no name left to be linked by (link(2)).
    if (errnoOf(error) === 'ENOENT') return await link(from, to);
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

/** Published from a copy, linked, since it has 30,000 files. It is named last, so never seen half. */
async function publish(from: string, to: string, inside: string): Promise<void> {
  if (recordIn(to) === recordIn(from) && (await namesOf(to, path.dirname(from))).length === 0) return;
  await copyInPlace(from, to, (copy) => settle(copy, from, inside));
}

/** Its interpreter and scripts find each other wherever they are; what a shell reads to activate it names the place. */
async function settle(copy: string, from: string, inside: string): Promise<void> {
  // The directory above is named too: where `source activate NAME` looks.
  const [was, is] = [path.dirname(from), path.dirname(inside)];
  for (const file of await namesOf(copy, was)) {
    // Written anew, not changed: the original has the same file.
    await replace(file, (await readFile(file, 'utf8')).replaceAll(was, is), (await stat(file)).mode & 0o777);
  }
}

/** The files of an environment that name a place; those that packages brought do not. */
async function namesOf(prefix: string, place: string): Promise<string[]> {
  const found = await run('grep', ['-rlIF', '--', place, path.join(prefix, 'bin'), path.join(prefix, '.pier')], {
    timeoutMs: 60_000,
  });
  return found.stdout.split('\n').filter(Boolean);
}

function recordIn(prefix: string): string | undefined {
  try {
    return readFileSync(path.join(prefix, '.pier', 'env.json'), 'utf8');
  } catch {
    return undefined;
  }
}
