import { readdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { sitePackages } from './distributions.ts';
import { namesAt, readSmallFile } from './small-file.ts';

/** The very thing a person trusts: by device, inode and owner. */
export function corePlaces(prefix: string): string[] {
  const python = path.join(prefix, 'bin', 'python');
  return [path.dirname(prefix), prefix, path.dirname(python), python];
}

/** Everything above its parent directory: who can write there can put another one in its place. */
export function placesAbove(prefix: string): string[] {
  const above: string[] = [];
  for (let at = path.dirname(path.dirname(prefix)); at !== path.dirname(at); at = path.dirname(at)) above.push(at);
  return above;
}

/** Of each kind at most so many are looked at; an environment with more has been made by nobody's installer. */
const most = 256;

/** Directories and files out of which something is run or imported when it is activated or its Python starts. */
const fixed = [
  'pyvenv.cfg',
  'bin/activate',
  '.pier',
  '.pier/activate.sh',
  '.pier/env.json',
  'conda-meta',
  'conda-meta/state',
  'lib',
  'etc/conda',
  'etc/jupyter',
  'share/jupyter',
  'share/jupyter/kernels',
];

/** Directories whose own files are run one by one, by a shell or by conda. */
const scripts = ['etc/conda/activate.d', 'etc/conda/deactivate.d', 'etc/conda/env_vars.d'];

/**
 * What else in an environment runs or is imported: directories rather than each file in them, so a few hundred at most.
 *
 * Not all of them need be there.
 */
export function innerPlaces(prefix: string): string[] {
  const inside = (relative: string) => path.join(prefix, relative);
  const site = sitePackages(prefix);
  const kernels = inside('share/jupyter/kernels');
  return [
    ...fixed.map(inside),
    ...scripts.flatMap((relative) => [inside(relative), ...entries(inside(relative))]),
    ...entries(kernels).flatMap((kernel) => [kernel, path.join(kernel, 'kernel.json')]),
    ...(site === undefined ? [] : [path.dirname(site), path.join(path.dirname(site), 'lib-dynload'), site]),
    ...(site === undefined ? [] : importable(site)),
    ...interpreter(inside('bin/python')),
  ];
}

function entries(directory: string): string[] {
  return (namesAt(directory) ?? []).slice(0, most).map((name) => path.join(directory, name));
}

/** Packages' directories, and what Python reads and runs by itself at every start. */
function importable(site: string): string[] {
  const found = readdirSync(site, { withFileTypes: true });
  const named = (wanted: (name: string) => boolean) => found.filter(({ name }) => wanted(name)).slice(0, most);
  const packages = found.filter((entry) => entry.isDirectory() && !/[.-](dist|egg)-info$/.test(entry.name));
  const pth = named((name) => name.endsWith('.pth'));
  const started = named((name) => /^(site|user)customize\.py$/.test(name));
  return [...packages.slice(0, most), ...pth, ...started].map(({ name }) => path.join(site, name));
}

/** The directories that `.pth` files add, which may be anywhere. */
export function addedPlaces(prefix: string): string[] {
  const site = sitePackages(prefix);
  if (site === undefined) return [];
  const pth = (namesAt(site) ?? []).filter((name) => name.endsWith('.pth')).slice(0, most);
  const lines = pth.flatMap((name) => (readSmallFile(path.join(site, name)) ?? '').split('\n'));
  const added = lines.map((line) => line.trim()).filter((line) => line !== '' && !/^(#|import[ \t])/.test(line));
  return added.slice(0, most).map((line) => path.resolve(site, line));
}

/** Where the file that `bin/python` leads to really is. */
function interpreter(python: string): string[] {
  try {
    return [path.dirname(realpathSync(python))];
  } catch {
    return [];
  }
}
