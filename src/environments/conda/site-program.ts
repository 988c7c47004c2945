import path from 'node:path';
import { PierError, tilde } from '../../files/index.ts';
import { run, which } from '../../process/index.ts';
import type { Site } from '../../site/index.ts';
import type { Wanted } from '../plan.ts';
import { stageTemplate } from '../stage.ts';

export type CondaName = 'micromamba' | 'mamba' | 'conda';

/** A conda that the site or the user has: it makes the environment instead of py-rattler. */
export interface SiteProgram {
  readonly name: CondaName;
  readonly file: string;
  readonly version: string;
  /** Which one and whose, in plain words. */
  readonly reason: string;
}

/** The quickest first. */
const order: readonly CondaName[] = ['micromamba', 'mamba', 'conda'];

/** The first versions that read `.conda` packages as they are today. */
const oldest: Readonly<Record<CondaName, readonly [number, number]>> = {
  micromamba: [1, 0],
  mamba: [1, 0],
  conda: [4, 8],
};

/** Longest first line of a script that conda writes a prefix into: above it, it writes `/usr/bin/env python`. */
const longestShebang = 127;

/**
 * The conda, mamba or micromamba on PATH, where a module or the user put it; null when py-rattler is to make it.
 *
 * Asks each for its version. One that does not answer, or is too old, is passed over. Throws `conda-missing` when a
 * person asked for one by name that cannot be used.
 */
export async function findSiteProgram(site: Site, { maker, root, name }: Wanted): Promise<SiteProgram | null> {
  if (maker === 'rattler') return null;
  const names = maker === null ? order : [maker];
  if (maker === null && isTooLong(root, name)) return null;
  for (const candidate of names) {
    const file = await which(candidate);
    const version = file && (await versionOf(file));
    if (file && version && isEnough(candidate, version)) {
      return { name: candidate, file, version, reason: `${candidate} ${version} ${whose(site, file)} makes it.` };
    }
  }
  if (maker === null) return null;
  throw new PierError('conda-missing', await whyNot(maker), {
    hint: 'Load a module that has it, or leave --with away: py-rattler needs nothing installed.',
  });
}

/** While it is made its path is longer, and scripts would find their Python by PATH for ever after. */
function isTooLong(root: string, name: string): boolean {
  const staged = `#!${path.join(`${stageTemplate(root)}XXXXXX`, name, 'bin', 'python3.13')}`;
  return Buffer.byteLength(staged) > longestShebang;
}

async function whyNot(name: CondaName): Promise<string> {
  const file = await which(name);
  if (!file) return `There is no ${name} on PATH.`;
  const version = await versionOf(file);
  if (!version) return `${tilde(file)} does not say its version.`;
  return `${tilde(file)} is ${name} ${version}; at least ${oldest[name].join('.')} is needed.`;
}

/** `conda --version`: `conda 26.9.0`, or the number alone; mamba 1 says conda's on a second line. */
async function versionOf(file: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(file, ['--version'], { timeoutMs: 30_000, cwd: '/' });
    return /^(?:(?:micro)?mamba |conda )?(\d+\.\d+[\w.]*)/m.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

function isEnough(name: CondaName, version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [least, then] = oldest[name];
  return major > least || (major === least && minor >= then);
}

function whose(site: Site, file: string): string {
  const loaded = (process.env.LOADEDMODULES ?? '').split(':');
  const known = site.profile.python.distributions.filter(({ kind }) => kind === 'conda').map(({ module }) => module);
  const module = loaded.find((one) => known.includes(one)) ?? loaded.find((one) => /conda|mamba|forge/i.test(one));
  return module ? `of your loaded module ${module}` : `on your PATH (${tilde(file)})`;
}
