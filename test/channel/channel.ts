import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { run } from '../../src/process/index.ts';
import { alone } from '../alone.ts';
import { realUv, uvCache } from '../uv.ts';
import { type Served, serve } from './serve.ts';

/** Also when this is bundled for `npm run testbed`, which puts the testbed’s directory here. */
export const here = path.join(import.meta.dirname, '..', 'channel');

/** Where what tests install from lives: kept between runs, made anew when its sources change. May be deleted. */
const kept = process.env.PIER_TEST_CHANNEL ?? path.join(here, '..', '.world', 'channel');

/** The Python that the channel’s own is a copy of: Debian’s. */
export const python = '/usr/bin/python3';

export interface Packages {
  /** A conda channel, `linux-64` and `noarch`. */
  readonly conda: string;
  /** The wheels that it is made of, in one directory. */
  readonly wheels: string;
  /** Where both are, with `simple`, what an index says of the wheels: what a mirror serves. */
  readonly directory: string;
}

/** A conda channel over loopback HTTP, until it is disposed of. */
export interface Channel extends Served {
  readonly directory: string;
  /** The same channel without HTTP: `file:///…/conda`. */
  readonly fileUrl: string;
}

/**
 * The conda channel that tests install from, served at `url`.
 *
 * ```ts
 * await using channel = await condaChannel();
 * await pier(['env', 'create', 'sea', '--conda', '--channel', channel.url, 'hello']);
 * ```
 */
export async function condaChannel(): Promise<Channel> {
  const { conda } = await packages();
  const served = await serve(conda);
  return { ...served, directory: conda, fileUrl: pathToFileURL(conda).href };
}

/** Whether they are there, so that nobody has to wait for them. */
export async function packagesAreMade(): Promise<boolean> {
  return existsSync(path.join(kept, await fingerprint()));
}

/** The directories of packages, built if they are not there: half a minute, most of it for compressing. */
export async function packages(): Promise<Packages> {
  const directory = path.join(kept, await fingerprint());
  if (!existsSync(directory)) {
    await mkdir(kept, { recursive: true });
    await alone(kept, () => build(directory), undefined, 900);
  }
  return { conda: path.join(directory, 'conda'), wheels: path.join(directory, 'wheels'), directory };
}

/** Whole or not at all; whoever waited for another to build it finds it there. */
async function build(directory: string): Promise<void> {
  if (existsSync(directory)) return;
  // What an interrupted build left, and what older sources made.
  for (const name of readdirSync(kept)) {
    if (name !== 'lock') await rm(path.join(kept, name), { recursive: true, force: true });
  }
  const stage = await mkdtemp(path.join(kept, '.building-'));
  const script = path.join(here, 'build.py');
  const args = ['run', '--quiet', '--no-project', '--python', python, '--script', script, stage];
  const env = { ...process.env, UV_CACHE_DIR: uvCache, PYTHONDONTWRITEBYTECODE: '1' };
  const ran = await run(await realUv(), args, { timeoutMs: 900_000, env });
  if (ran.exitCode !== 0) throw new Error(`The conda channel was not built: ${ran.stdout}${ran.stderr}`);
  await rename(stage, directory);
}

let known: Promise<string> | undefined;

/** Changes with what the channel is made from. */
function fingerprint(): Promise<string> {
  known ??= readFingerprint();
  return known;
}

async function readFingerprint(): Promise<string> {
  const hash = createHash('sha256');
  const files = readdirSync(here, { recursive: true, encoding: 'utf8' }).sort();
  for (const name of files.filter((file) => /\.(py|sh|txt)$/.test(file))) {
    hash.update(name).update(readFileSync(path.join(here, name)));
  }
  hash.update((await run(python, ['-VV'], { timeoutMs: 20_000 })).stdout);
  return hash.digest('hex').slice(0, 16);
}
