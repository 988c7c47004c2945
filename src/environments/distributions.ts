import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Environment, Package } from './environment.ts';

/** The name that an index compares by: `Jupyter_Server` is `jupyter-server` (PEP 503). */
export function normalise(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** The name of the distribution that a requirement is about: `numpy[x]>=2; …` is `numpy` (PEP 508). */
export function requirementName(spec: string): string {
  return normalise(/^\s*([A-Za-z0-9][\w.-]*)/.exec(spec)?.[1] ?? '');
}

/** `<prefix>/lib/python3.X/site-packages`; undefined when there is none. */
export async function sitePackages(prefix: string): Promise<string | undefined> {
  const libraries = await readdir(path.join(prefix, 'lib')).catch(() => []);
  const named = libraries.filter((name) => /^(python|pypy)\d+\.\d+t?$/.test(name));
  for (const name of named.sort().reverse()) {
    const directory = path.join(prefix, 'lib', name, 'site-packages');
    if (await readdir(directory).then(Boolean, () => false)) return directory;
  }
  return undefined;
}

interface Installed {
  readonly name: string;
  readonly version: string;
  /** Its `.dist-info` directory. */
  readonly directory: string;
}

/** Every distribution, by the names of the `.dist-info` directories alone (packaging.python.org, recording installed). */
export async function installedIn(prefix: string): Promise<Installed[]> {
  const directory = await sitePackages(prefix);
  if (!directory) return [];
  const names = await readdir(directory);
  return names.flatMap((entry) => {
    const match = /^([^-]+)-([^-]+)\.dist-info$/.exec(entry);
    if (!match) return [];
    return [{ name: normalise(match[1] ?? ''), version: match[2] ?? '', directory: path.join(directory, entry) }];
  });
}

/** The version of a distribution in an environment; undefined when it is not installed. */
export async function packageVersion(
  environment: Pick<Environment, 'prefix'>,
  distribution: string,
): Promise<string | undefined> {
  const wanted = normalise(distribution);
  const installed = await installedIn(environment.prefix);
  return installed.find(({ name }) => name === wanted)?.version;
}

/** Everything installed, sorted by name: Python's own, and conda's packages that are not Python's. */
export async function packagesIn(environment: Environment): Promise<Package[]> {
  const installed = await installedIn(environment.prefix);
  const [python, conda] = await Promise.all([
    Promise.all(installed.map((item) => describe(item, environment))),
    environment.kind === 'conda' ? condaPackages(environment.prefix) : [],
  ]);
  const known = new Set(conda.map(({ name }) => name));
  const all = [...conda, ...python.filter(({ name, installer }) => installer !== 'conda' || !known.has(name))];
  return all.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function describe({ name, version, directory }: Installed, environment: Environment): Promise<Package> {
  const [installer, marked] = await Promise.all([
    readFile(path.join(directory, 'INSTALLER'), 'utf8').catch(() => ''),
    readFile(path.join(directory, 'REQUESTED')).then(Boolean, () => false),
  ]);
  // pier installs an exact list, so uv marks all of it as requested: our record knows better.
  const ours = environment.origin === 'owned';
  const requested = ours ? environment.specs.some((spec) => requirementName(spec) === name) : marked;
  return { name, version, installer: installer.trim() || null, requested };
}

/** `conda-meta/<name>-<version>-<build>.json`: neither version nor build has a dash in it. */
async function condaPackages(prefix: string): Promise<Package[]> {
  const directory = path.join(prefix, 'conda-meta');
  const files = (await readdir(directory).catch(() => [])).filter((name) => name.endsWith('.json'));
  const packages = await Promise.all(files.map((file) => condaPackage(path.join(directory, file))));
  return packages.filter((item) => item !== undefined);
}

async function condaPackage(file: string): Promise<Package | undefined> {
  const match = /^(.+)-([^-]+)-[^-]+\.json$/.exec(path.basename(file));
  const text = match && (await readFile(file, 'utf8').catch(() => undefined));
  if (!match || text === undefined || text === null) return undefined;
  // `requested_spec` is empty in what came along as a dependency. Whole records are long, so they are not parsed.
  const requested = /"requested_specs?":\s*(?:"[^"]|\[\s*")/.test(text);
  return { name: match[1] ?? '', version: match[2] ?? '', installer: 'conda', requested };
}
