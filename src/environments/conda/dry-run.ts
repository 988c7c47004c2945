import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Progress } from '../../files/index.ts';
import type { Site } from '../../site/index.ts';
import type { Wanted } from '../plan.ts';
import { readSmallFile } from '../small-file.ts';
import { targetVariables } from '../target.ts';
import { rattlerError } from './errors.ts';
import { condaPlaces } from './places.ts';
import type { Action } from './program-answer.ts';
import type { CondaRecord } from './rattler.ts';
import { askProgram } from './run-program.ts';
import type { SiteProgram } from './site-program.ts';
import type { Solved } from './solve.ts';

/** conda's oldest solver may think for a quarter of an hour. */
const patience = 1_800_000;

/**
 * Has the site's conda say what it would install. Errors: those of `rattlerError`, and of `askProgram`.
 *
 * The prefix it is given is one that is not there: with one that is, some refuse and others delete.
 */
export async function dryRun(site: Site, program: SiteProgram, wanted: Wanted, progress: Progress): Promise<Solved> {
  progress({ step: 'resolve', message: `${program.name} chooses packages from ${wanted.channels.join(', ')}` });
  const { root, channels, specs, file } = wanted;
  const prefix = path.join(tmpdir(), `pier-dry-run-${randomBytes(8).toString('hex')}`);
  const task = { prefix, root, channels, specs, list: null, dryRun: true };
  const said = await askProgram(site, program, task, {
    env: targetVariables(wanted.target),
    timeoutMs: patience,
  }).finally(() => rm(prefix, { recursive: true, force: true }));
  if ('refusal' in said) {
    throw rattlerError(said.refusal, { site, doing: `Cannot choose packages for ${wanted.name}`, channels, file });
  }
  const { fetch, link } = said.actions;
  const { packages } = condaPlaces(site, root);
  const records = link.map((one) =>
    recordOf({ ...one, ...(fetch.find((other) => isSame(one, other)) ?? {}) }, packages),
  );
  const missing = new Set(fetch.map(key));
  const cached = records.filter((_, index) => !missing.has(key(link[index] as Action))).map(({ url }) => url);
  return { records: records.sort((a, b) => (a.name < b.name ? -1 : 1)), cached: new Set(cached) };
}

function key({ name, version, build, build_string }: Action): string {
  return `${name}-${version}-${build ?? build_string}`;
}

function isSame(one: Action, other: Action): boolean {
  return key(one) === key(other);
}

/** A package as a channel has it, as far as that is said; of those in the cache conda keeps the rest beside them. */
function recordOf(said: Action, packages: string): CondaRecord {
  const whole = { ...keptRecord(packages, said.dist_name ?? key(said)), ...withoutNothing(said) };
  const subdir = whole.subdir ?? whole.platform ?? 'noarch';
  const fn = whole.fn ?? (whole.url ? path.posix.basename(whole.url) : `${key(said)}.conda`);
  const { size, md5, sha256 } = whole;
  return {
    name: said.name,
    version: said.version,
    build: whole.build ?? whole.build_string ?? '',
    subdir,
    fn,
    url: whole.url ?? `${whole.base_url ?? whole.channel}/${subdir}/${fn}`,
    channel: whole.base_url ?? whole.channel ?? null,
    ...(subdir === 'noarch' ? { noarch: 'python' } : {}),
    ...(size ? { size } : {}),
    ...(md5 ? { md5 } : {}),
    ...(sha256 ? { sha256 } : {}),
  };
}

function keptRecord(packages: string, stem: string): Partial<Action> {
  const text = readSmallFile(path.join(packages, path.basename(stem), 'info', 'repodata_record.json'));
  try {
    const { url, fn, size, md5, sha256 } = JSON.parse(text ?? '');
    const texts = Object.entries({ url, fn, md5, sha256 }).filter(([, value]) => typeof value === 'string');
    return { ...Object.fromEntries(texts), ...(Number.isSafeInteger(size) ? { size } : {}) };
  } catch {
    return {};
  }
}

function withoutNothing(said: Action): Partial<Action> {
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== null && value !== undefined));
}
