import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf, PierError, tilde } from '../../files/index.ts';
import { emptyFile, type RequestFile } from '../request-file.ts';
import { readExplicit } from './explicit.ts';
import { readRequirements } from './requirements.ts';

/** Bytes; the lock of a thousand packages is a fifth of it. */
const longestFile = 16 * 1024 * 1024;

const kinds = 'environment.yml, requirements.txt, pyproject.toml, uv.lock, pylock.toml or an explicit list of conda';

/**
 * Reads a file that says what is to be in an environment, its kind by its name.
 *
 * Errors: `file-missing`, `file-unknown`, and `file-invalid` with file and line.
 */
export async function readRequestFile(named: string): Promise<RequestFile> {
  const file = path.resolve(named);
  const text = await readText(file);
  const base = path.basename(file);
  if (/\.ya?ml$/i.test(base)) return await (await import('./environment-yaml.ts')).readEnvironmentYaml(file, text);
  if (base === 'pyproject.toml') return emptyFile('project', file, text);
  if (base === 'uv.lock') return said(emptyFile('uv-lock', file, text), !/^\[\[package\]\]/m.test(text));
  if (/^pylock\.([^.]+\.)?toml$/.test(base)) {
    return said(emptyFile('pylock', file, text), !/^\s*(\[\[\s*packages|packages\s*=)/m.test(text));
  }
  if (!/\.(txt|in|list|explicit)$/i.test(base)) throw unknownFile(file);
  if (/^@EXPLICIT\s*$/m.test(text)) return readExplicit(file, text);
  const { isEmpty, places, sums } = await readRequirements(file, text);
  return said({ ...emptyFile('requirements', file, text), places, sums }, isEmpty);
}

/** A file that was emptied by mistake is no error, but worth a word. */
function said(file: RequestFile, isEmpty: boolean): RequestFile {
  if (!isEmpty) return file;
  return { ...file, remarks: [`${tilde(file.file)} asks for nothing, so Python alone comes of it.`] };
}

async function readText(file: string): Promise<string> {
  try {
    const stats = await stat(file);
    if (!stats.isFile() || stats.size > longestFile) throw unknownFile(file);
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof PierError) throw error;
    const why = errnoOf(error) === 'ENOENT' ? 'is not there' : `cannot be read (${errnoOf(error)})`;
    throw new PierError('file-missing', `${tilde(file)} ${why}.`, { hint: `ls -l '${path.dirname(file)}'` });
  }
}

function unknownFile(file: string): PierError {
  return new PierError('file-unknown', `${tilde(file)} is no file that environments are made from.`, {
    hint: `It is to be ${kinds}.`,
  });
}
