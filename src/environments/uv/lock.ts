import { createHash } from 'node:crypto';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { PierError } from '../../files/index.ts';
import { normalise } from '../distributions.ts';

/** One file that a package can be installed from. */
export interface LockedFile {
  /** Also `file:`. */
  readonly url: string;
  /** Bytes; null when the index does not say. */
  readonly size: number | null;
  readonly sha256: string;
}

export interface LockedPackage {
  readonly name: string;
  /** Null for a directory or an archive named by its address. */
  readonly version: string | null;
  /** The wheel that will be installed; null when one has to be built first. */
  readonly wheel: LockedFile | null;
  /** What it would be built from. */
  readonly source: LockedFile | null;
  /** The line of a requirements file that installs exactly this. */
  readonly requirement: string;
}

/** Exactly what will be installed, as the resolver decided. */
export interface Lock {
  /** A lock file as in PEP 751. */
  readonly text: string;
  /** SHA-256 of the text, in hexadecimal. */
  readonly sha256: string;
  readonly packages: readonly LockedPackage[];
}

/**
 * Reads the `pylock.toml` that uv writes (PEP 751): not any TOML, only uv's own regular way of writing it.
 *
 * `python` is a version such as `3.12.1`, to choose among several wheels. Throws `lock-unreadable`.
 */
export function parseLock(text: string, python: string, directory: string): Lock {
  const [head = '', ...blocks] = text.split('\n[[packages]]\n');
  if (!head.includes('lock-version = "1.0"')) throw unreadable('it has no lock-version = "1.0"');
  const packages = blocks.map((block) => parsePackage(block, python, directory));
  return { text, sha256: createHash('sha256').update(text).digest('hex'), packages };
}

function unreadable(why: string): PierError {
  return new PierError('lock-unreadable', `uv wrote a lock file that pier cannot read: ${why}.`, {
    hint: 'uv --version: a newer or older uv may write another format.',
  });
}

function parsePackage(block: string, python: string, directory: string): LockedPackage {
  const name = stringAt(block, 'name');
  if (!name) throw unreadable('a package has no name');
  const version = stringAt(block, 'version') ?? null;
  const wheels = filesIn(/^wheels = (\[.*?\])$/ms.exec(block)?.[1] ?? '', directory);
  const archive = filesIn(/^archive = (\{.*\})$/m.exec(block)?.[1] ?? '', directory)[0];
  const sdist = filesIn(/^sdist = (\{.*\})$/m.exec(block)?.[1] ?? '', directory)[0] ?? null;
  const isWheel = archive?.url.split('#')[0]?.endsWith('.whl');
  const wheel = archive && isWheel ? archive : best(wheels, python);
  const source = archive && !isWheel ? archive : sdist;
  const files = [...wheels, ...(sdist ? [sdist] : [])];
  const address = archive?.url ?? elsewhere(block, directory);
  const sum = archive?.sha256 ? ` --hash=sha256:${archive.sha256}` : '';
  const requirement = address ? `${name} @ ${address}${sum}` : pinned(name, version, files);
  return { name, version, wheel, source, requirement };
}

/** A top-level string of the package's table. uv writes basic strings, whose escapes are JSON's. */
export function stringAt(block: string, key: string): string | undefined {
  const quoted = new RegExp(`^${key} = ("(?:[^"\\\\]|\\\\.)*")$`, 'm').exec(block)?.[1];
  return quoted && JSON.parse(quoted);
}

/** A file's table: what names it, its address or path as JSON has it, and the rest. */
export const fileTable = /\{ (url|path) = ("(?:[^"\\]|\\.)*")((?:[^{}]|\{[^{}]*\})*)\}/g;

function filesIn(text: string, directory: string): LockedFile[] {
  return [...text.matchAll(fileTable)].map(([, key, quoted = '""', rest = '']) => ({
    url: key === 'url' ? JSON.parse(quoted) : pathToFileURL(path.resolve(directory, JSON.parse(quoted))).href,
    size: Number(/\bsize = (\d+)/.exec(rest)?.[1] ?? Number.NaN) || null,
    sha256: /\bsha256 = "([0-9a-f]{64})"/.exec(rest)?.[1] ?? '',
  }));
}

/** A Git repository or a directory. */
function elsewhere(block: string, directory: string): string | undefined {
  const git = /^vcs = \{ type = "git", url = "([^"]*)".*?commit-id = "([0-9a-f]+)"/m.exec(block);
  const folder = /^directory = \{ path = ("(?:[^"\\]|\\.)*")/m.exec(block)?.[1];
  const inside = /subdirectory = "([^"]*)"/.exec(block)?.[1];
  if (git) return `git+${git[1]}@${git[2]}${inside ? `#subdirectory=${inside}` : ''}`;
  return folder && pathToFileURL(path.resolve(directory, JSON.parse(folder))).href;
}

function pinned(name: string, version: string | null, files: readonly LockedFile[]): string {
  if (!version) throw unreadable(`${name} has neither a version nor a place to come from`);
  const hashes = files.filter(({ sha256 }) => sha256 !== '').map(({ sha256 }) => `--hash=sha256:${sha256}`);
  return [`${name}==${version}`, ...hashes].join(' ');
}

/** The file's name without `.whl`: `<name>-<version>(-<build>)?-<python>-<abi>-<platform>` (PEP 427). */
export function wheelStem(file: LockedFile): string {
  return decodeURIComponent(path.posix.basename(new URL(file.url).pathname, '.whl'));
}

/** uv lists all wheels that fit; it installs the one made for the fewest Pythons and platforms. */
function best(wheels: readonly LockedFile[], python: string): LockedFile | null {
  const minor = python.split('.').slice(0, 2).join('');
  const scored = wheels.map((wheel) => ({ wheel, score: score(wheelStem(wheel), minor) }));
  scored.sort((a, b) => b.score - a.score);
  return scored[0]?.wheel ?? null;
}

function score(stem: string, minor: string): number {
  const [interpreter = '', abi = '', platform = ''] = stem.split('-').slice(-3);
  const exact = interpreter.split('.').includes(`cp${minor}`) ? 4 : 0;
  return exact + (abi === 'none' ? 0 : 2) + (platform === 'any' ? 0 : 1);
}

/** Where uv's cache keeps an unpacked wheel: `<bucket>/<name>/<this>` (uv, `WheelFilename::cache_key`). */
export function cacheKey({ name, wheel }: LockedPackage): { directory: string; entry: string } | undefined {
  if (!wheel) return undefined;
  const [, ...rest] = wheelStem(wheel).split('-');
  return { directory: normalise(name), entry: rest.join('-') };
}
