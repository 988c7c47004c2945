import { createHash } from 'node:crypto';
import {
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { PierError, tilde } from '../../files/index.ts';
import { sitePackages } from '../distributions.ts';
import { namesAt } from '../small-file.ts';

/** Bytes; what is larger is data, which no installer writes a prefix into. */
const largestFile = 512 * 1024 * 1024;

/**
 * Has every file of an environment name `to` where it names `from`: in text, in programs, in links, and in the records
 * of what is installed.
 *
 * Only files with one name are looked into: those that are linked to a package cache hold no prefix. Each is replaced,
 * never changed in place. Bytecode that names `from` is deleted, to be compiled again. `to` may not be longer than
 * `from`, because programs have no more room for it, unless `programs` says to leave these alone. Throws `cannot-relocate`.
 */
export async function relocate(
  prefix: string,
  from: string,
  to: string,
  programs: 'change' | 'leave' = 'change',
): Promise<void> {
  if (programs === 'change' && Buffer.byteLength(to) > Buffer.byteLength(from)) {
    throw new PierError(
      'cannot-relocate',
      `${tilde(to)} is longer than ${tilde(from)}, and programs have no room for it.`,
    );
  }
  const changed = new Map<string, Buffer>();
  const waiting = [prefix];
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const file = path.join(directory, entry.name);
      if (entry.isDirectory()) waiting.push(file);
      else if (entry.isSymbolicLink()) relocateLink(file, from, to);
      else if (entry.isFile()) relocateFile(file, from, to, programs, (content) => changed.set(file, content));
    }
    // Signals and progress get their turn.
    await setImmediate();
  }
  if (changed.size === 0) return;
  updateRecords(prefix, changed);
  updateCondaMeta(prefix, changed);
}

function relocateLink(link: string, from: string, to: string): void {
  const target = readlinkSync(link);
  if (target !== from && !target.startsWith(`${from}/`)) return;
  symlinkSync(to + target.slice(from.length), `${link}.pier`);
  renameSync(`${link}.pier`, link);
}

function relocateFile(
  file: string,
  from: string,
  to: string,
  programs: 'change' | 'leave',
  onChange: (content: Buffer) => void,
): void {
  const stats = lstatSync(file);
  if (stats.nlink !== 1 || stats.size < from.length || stats.size > largestFile) return;
  const content = readFileSync(file);
  if (!content.includes(from)) return;
  if (file.endsWith('.pyc')) {
    unlinkSync(file);
    return;
  }
  if (programs === 'leave' && content.includes(0)) return;
  const changed = withPrefix(content, from, to);
  if (changed.equals(content)) return;
  writeFileSync(`${file}.pier`, changed, { mode: stats.mode });
  renameSync(`${file}.pier`, file);
  onChange(changed);
}

/** The same content with another prefix. What has a NUL in it is a program: there each text keeps its length. */
export function withPrefix(content: Buffer, from: string, to: string): Buffer {
  if (!content.includes(0)) return Buffer.from(replaced(content.toString('latin1'), from, to), 'latin1');
  const result = Buffer.from(content);
  const [old, next] = [Buffer.from(from), Buffer.from(to)];
  for (let at = result.indexOf(old); at >= 0; at = result.indexOf(old, at)) {
    const zero = result.indexOf(0, at);
    const end = zero < 0 ? result.length : zero;
    const before = result.subarray(at, end).toString('latin1');
    const text = replaced(before, from, to);
    // The rest of the text's room is filled up, as the installer did with the placeholder's.
    result.fill(0, at, end);
    result.write(text, at, 'latin1');
    at += next.length;
  }
  return result;
}

/** Not where it is only the beginning of another path, such as the new one: doing it twice does no harm. */
function replaced(text: string, from: string, to: string): string {
  const escaped = latin1(from).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return text.replace(new RegExp(`${escaped}(?![\\w.+\\x80-\\xff-])`, 'g'), () => latin1(to));
}

/** Bytes as characters of one byte each, so that a text in any encoding passes through unchanged. */
function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** `RECORD` of each distribution: file, sum and size (packaging.python.org, recording installed projects). */
export function updateRecords(prefix: string, changed: ReadonlyMap<string, Buffer>): void {
  const site = sitePackages(prefix);
  if (!site) return;
  for (const name of namesAt(site) ?? []) {
    const record = path.join(site, name, 'RECORD');
    if (!name.endsWith('.dist-info') || !isThere(record)) continue;
    const lines = readFileSync(record, 'utf8').split('\n');
    const updated = lines.map((line) => {
      const file = /^([^",]+),sha256=/.exec(line)?.[1];
      const content = file === undefined ? undefined : changed.get(path.resolve(site, file));
      if (!content) return line;
      return `${file},sha256=${createHash('sha256').update(content).digest('base64url')},${content.length}`;
    });
    if (updated.some((line, index) => line !== lines[index])) replace(record, updated.join('\n'));
  }
}

interface ChangedPath {
  readonly _path: string;
  readonly prefix_placeholder?: string;
  sha256_in_prefix?: string;
  size_in_bytes?: number;
}

/** `sha256_in_prefix` of each file in conda's records. */
function updateCondaMeta(prefix: string, changed: ReadonlyMap<string, Buffer>): void {
  const directory = path.join(prefix, 'conda-meta');
  for (const name of namesAt(directory) ?? []) {
    if (!name.endsWith('.json')) continue;
    const value = JSON.parse(readFileSync(path.join(directory, name), 'utf8'));
    const entries: ChangedPath[] = value.paths_data?.paths ?? [];
    const found = entries.filter((entry) => changed.has(path.join(prefix, entry._path)));
    for (const entry of found) {
      const content = changed.get(path.join(prefix, entry._path)) as Buffer;
      entry.sha256_in_prefix = createHash('sha256').update(content).digest('hex');
      // An entry point is written by the installer; of files with a placeholder the size is the package's.
      if (!entry.prefix_placeholder) entry.size_in_bytes = content.length;
    }
    if (found.length > 0) replace(path.join(directory, name), `${JSON.stringify(value, null, 2)}\n`);
  }
}

function replace(file: string, text: string): void {
  writeFileSync(`${file}.pier`, text, { mode: lstatSync(file).mode });
  renameSync(`${file}.pier`, file);
}

function isThere(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

/** Writes a text in place of a file, never into it: it may be linked elsewhere. */
export async function writeText(file: string, text: string, mode: number): Promise<void> {
  writeFileSync(`${file}.pier`, text, { mode });
  renameSync(`${file}.pier`, file);
}
