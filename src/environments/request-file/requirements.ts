import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf, PierError, tilde } from '../../files/index.ts';
import { fileInvalid, placeIn } from '../request-file.ts';
import { type RequiredSums, requiredSums, withoutSums } from '../required-sums.ts';
import { requirementLines } from '../requirement-lines.ts';

/** Bytes of a file, and requirements in all files together. A package with many wheels has 5 kB of sums. */
const longest = 4 * 1024 * 1024;
const mostLines = 20_000;

/** What a requirements file asks for, with those that it takes in. */
export interface Requirements {
  /** Where each requirement stands, such as `requirements.txt:7`; its sums left out. */
  readonly places: ReadonlyMap<string, string>;
  readonly sums: readonly RequiredSums[];
  /** Nothing is asked for, also no project to be edited. */
  readonly isEmpty: boolean;
}

interface Reading {
  readonly places: Map<string, string>;
  readonly sums: RequiredSums[];
  readonly done: Set<string>;
  lines: number;
  isEmpty: boolean;
}

/**
 * Reads a requirements file as far as pier has to know it. What uv cannot read in it, uv says.
 *
 * Errors: `file-invalid` for one that takes in itself, one that is not there or too long; those of `requiredSums`.
 */
export async function readRequirements(file: string, text: string): Promise<Requirements> {
  const reading: Reading = { places: new Map(), sums: [], done: new Set(), lines: 0, isEmpty: true };
  await readInto(reading, file, text, [file], false);
  const { places, sums, isEmpty } = reading;
  return { places, sums, isEmpty };
}

async function readInto(
  reading: Reading,
  file: string,
  text: string,
  above: readonly string[],
  isConstraint: boolean,
): Promise<void> {
  if (text.length > longest) throw tooLong(file);
  const lines = requirementLines(text);
  reading.lines += lines.length;
  if (reading.lines > mostLines) throw tooLong(file);
  for (const { text: line, line: number } of lines) {
    const other = /^(-r|--requirements?|-c|--constraints?)[\s=]*(.+)$/.exec(line);
    if (other) {
      const constrains = isConstraint || /^--?c/.test(line);
      await takeIn(reading, file, number, other[2] ?? '', above, constrains);
      continue;
    }
    const place = placeIn(file, number);
    reading.sums.push(...requiredSums(line, place));
    if (isConstraint) continue;
    if (!line.startsWith('-')) reading.places.set(withoutSums(line), place);
    if (!line.startsWith('-') || /^(-e|--editable)/.test(line)) reading.isEmpty = false;
  }
}

/** `-r more.txt`, from where it stands. */
async function takeIn(
  reading: Reading,
  file: string,
  line: number,
  named: string,
  above: readonly string[],
  isConstraint: boolean,
): Promise<void> {
  const plain = named
    .trim()
    .replace(/^(['"])(.*)\1$/, '$2')
    .replace(/\$\{([A-Z0-9_]+)\}/g, (all, name) => process.env[name] ?? all);
  if (/^https?:/i.test(plain)) {
    const why = 'requirements at an address are not taken: their sums could not be held to.';
    throw fileInvalid(file, line, why, `Fetch them first, and name the file: curl -O ${plain}`);
  }
  const at = plain.startsWith('file://') ? new URL(plain).pathname : plain;
  const other = path.resolve(path.dirname(file), at);
  if (above.includes(other)) {
    const why = `it takes in ${tilde(other)}, which takes in this one.`;
    throw fileInvalid(file, line, why, 'Leave that line away.');
  }
  const key = `${isConstraint} ${other}`;
  if (reading.done.has(key)) return;
  await readInto(reading, other, await readOther(file, line, other), [...above, other], isConstraint);
  reading.done.add(key);
}

async function readOther(file: string, line: number, other: string): Promise<string> {
  try {
    const stats = await stat(other);
    if (!stats.isFile()) throw fileInvalid(file, line, `${tilde(other)} is no file.`, `ls -ld '${other}'`);
    if (stats.size > longest) throw tooLong(other);
    return await readFile(other, 'utf8');
  } catch (error) {
    const errno = errnoOf(error);
    if (!errno || error instanceof PierError) throw error;
    const why = errno === 'ENOENT' ? 'is not there' : `cannot be read (${errno})`;
    throw fileInvalid(file, line, `${tilde(other)} ${why}.`, `ls -l '${path.dirname(other)}'`);
  }
}

function tooLong(file: string): Error {
  const most = `${mostLines.toLocaleString('en')} lines or ${longest / 1024 / 1024} MiB`;
  return fileInvalid(file, 1, `with it there are more than ${most} of requirements.`, 'Is it the right file?');
}
