import path from 'node:path';
import { commandLine } from '../../shell/index.ts';
import { expandTemplate, type Site } from '../../site/index.ts';
import type { Change } from '../back-end.ts';
import type { Wanted } from '../plan.ts';
import { targetExports } from '../target.ts';
import { typedUv, uvByHand } from './program.ts';
import { choosePython } from './python.ts';

/** `uv venv`, `uv pip install` and the check, as a person would type them. */
export async function explainCreate(wanted: Wanted, prefix: string, site: Site): Promise<string[]> {
  const python = path.join(prefix, 'bin', 'python');
  const { packages, caches } = site.profile;
  const { uv, first } = await uvByHand(site);
  // Where none will do, what a person asked for stands there: making it says what is wrong, or has uv get one.
  const base = await choosePython(wanted.python ?? undefined)
    .then(({ file }) => file)
    .catch(() => undefined);
  // Of an environment.yml only the requirements in it count, and they are among the specs.
  const file = wanted.file?.kind === 'environment' ? null : wanted.file;
  const from = file ? ['--requirements', file.kind === 'uv-lock' ? 'requirements.txt' : file.file] : [];
  const install = [uv, 'pip', 'install', '--compile-bytecode', '--python', python, ...from, ...wanted.specs];
  const lock = file?.kind === 'uv-lock' ? lockExport(uv, file.file) : [];
  return [
    ...first,
    ...(caches.uv ? [`export UV_CACHE_DIR=${commandLine([expandTemplate(caches.uv)])}`] : []),
    ...targetExports(wanted.target, 'UV_'),
    ...(packages.index ? [`export UV_DEFAULT_INDEX=${commandLine([packages.index])}`] : []),
    commandLine([
      uv,
      'venv',
      '--relocatable',
      '--prompt',
      wanted.name,
      '--python',
      base ?? wanted.python ?? 'python3',
      prefix,
    ]),
    ...lock,
    ...(file || wanted.specs.length > 0 ? [commandLine(install)] : []),
    commandLine(['env', '-i', python, '-c', 'import ssl, sqlite3, ctypes']),
  ];
}

/** `uv pip install` and `uv pip uninstall`, as a person would type them. */
export async function explainChange(_site: Site, { environment, install, uninstall }: Change): Promise<string[]> {
  const python = path.join(environment.prefix, 'bin', 'python');
  const uv = await typedUv();
  return [
    ...(install.length > 0
      ? [commandLine([uv, 'pip', 'install', '--compile-bytecode', '--python', python, ...install])]
      : []),
    ...(uninstall.length > 0 ? [commandLine([uv, 'pip', 'uninstall', '--python', python, ...uninstall])] : []),
  ];
}

function lockExport(uv: string, file: string): string[] {
  const args = [uv, 'export', '--frozen', '--no-emit-project', '--project', path.dirname(file)];
  return [commandLine([...args, '--output-file', 'requirements.txt'])];
}
