import { readdirSync } from 'node:fs';
import path from 'node:path';
import { readSmallFile } from '../small-file.ts';

/** Where each file of an unpacked wheel lands when it is installed (PEP 427), its start scripts included. */
export function wheelFiles(wheel: string, site: string, prefix: string): string[] {
  const names = readdirSync(wheel, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(wheel, path.join(entry.parentPath, entry.name)));
  return [...names.map((name) => placeOf(name, site, prefix)), ...startScripts(wheel, prefix)];
}

function placeOf(name: string, site: string, prefix: string): string {
  const [, scheme, rest = ''] = /^[^/]+\.data\/([^/]+)\/(.*)$/.exec(name) ?? [];
  if (scheme === 'scripts') return path.join(prefix, 'bin', rest);
  if (scheme === 'data') return path.join(prefix, rest);
  return path.join(site, scheme === undefined ? name : rest);
}

function startScripts(wheel: string, prefix: string): string[] {
  const metadata = readdirSync(wheel).find((name) => name.endsWith('.dist-info'));
  const text = readSmallFile(path.join(wheel, metadata ?? '', 'entry_points.txt')) ?? '';
  const sections = text.matchAll(/^\[(?:console|gui)_scripts\]$(.*?)(?=^\[|(?![\s\S]))/gms);
  const names = [...sections].flatMap(([, body = '']) => [...body.matchAll(/^\s*([^#;\s=[]+)\s*=/gm)]);
  return names.map(([, name = '']) => path.join(prefix, 'bin', path.basename(name)));
}
