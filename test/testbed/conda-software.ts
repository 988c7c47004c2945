import { existsSync, readdirSync, statSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { alone } from '../alone.ts';
import { type Packages, packages } from '../channel/channel.ts';
import { install as installPackages } from '../channel/install.ts';
import { command } from './command.ts';
import { condaChannelInside, mirror } from './mirror.ts';
import { copyInPlace, putInPlace, replace } from './put-in-place.ts';

/** A conda installation with an environment for everybody. */
interface Root {
  readonly module: string;
  readonly prefix: string;
  readonly specs: readonly string[];
  readonly shared: { readonly name: string; readonly specs: readonly string[] };
  readonly condarc: readonly string[];
}

/** Names and prefixes as on Midway3. */
const roots: readonly Root[] = [
  {
    module: 'python/miniforge-25.3.0',
    prefix: '/software/python-miniforge-25.3.0-el8-x86_64',
    specs: ['python', 'conda', 'mamba', 'pip'],
    shared: { name: 'tides', specs: ['python', 'numpy', 'ipykernel', 'hello', 'lighthouse', 'pip'] },
    condarc: ['channels: [conda-forge]', `channel_alias: http://${mirror}/conda`],
  },
  {
    module: 'python/anaconda-2022.05',
    prefix: '/software/python-anaconda-2022.05-el8-x86_64',
    specs: ['python', 'conda', 'pip', 'numpy', 'six'],
    shared: { name: 'legacy', specs: ['python', 'six', 'tidewater<2'] },
    // Nobody mirrors Anaconda's own channels.
    condarc: ['channels: [defaults]'],
  },
];

/** The modules `python/miniforge-…`, `python/anaconda-…` and `uv/…`, with what they name. What is there stays. */
export async function writeCondaSoftware(directory: string): Promise<void> {
  const from = await packages();
  const shared = path.join(directory, 'shared');
  for (const root of roots) {
    await makeRoot(path.join(shared, root.prefix), root, from);
    await writeModule(path.join(shared, 'software', 'modulefiles', root.module), root.module, root.prefix);
  }
  await unpackUv(path.join(shared, 'software'), from);
}

/** Made once for all testbeds, since inside it has the same path in each. */
async function makeRoot(place: string, root: Root, from: Packages): Promise<void> {
  const made = path.join(from.directory, 'roots', path.basename(root.prefix));
  if (!existsSync(made)) await alone(from.directory, () => install(made, root, from), undefined, 300);
  const same = (file: string) => statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  if (same(path.join(place, '.condarc')) !== same(path.join(made, '.condarc'))) await copyInPlace(made, place);
}

/** Made for the path it has inside, of the channel outside; its records say the mirror's address. */
async function install(made: string, { prefix, specs, shared, condarc }: Root, from: Packages): Promise<void> {
  if (existsSync(made)) return;
  const part = `${made}.part`;
  await command('rm', ['-rf', part]);
  const channel = { channel: pathToFileURL(from.conda).href, recordedAs: condaChannelInside };
  const environments = [
    { prefix: part, movedTo: prefix, specs },
    {
      prefix: path.join(part, 'envs', shared.name),
      movedTo: path.join(prefix, 'envs', shared.name),
      specs: shared.specs,
    },
  ];
  for (const environment of environments) {
    const ran = await installPackages({ ...channel, ...environment, cache: path.join(from.directory, 'cache') });
    if (ran.exitCode !== 0) throw new Error(`${environment.movedTo} was not made: ${ran.stderr}`);
  }
  await writeFile(path.join(part, '.condarc'), `${condarc.join('\n')}\n`);
  await command('chmod', ['-R', 'go-w', part]);
  await putInPlace(part, made);
}

async function writeModule(file: string, name: string, prefix: string): Promise<void> {
  const lines = [
    '#%Module1.0',
    `module-whatis "${name}"`,
    `conflict ${path.dirname(name)}`,
    `prepend-path PATH ${prefix}/bin`,
  ];
  await replace(file, `${lines.join('\n')}\n`, 0o644);
}

/** Unpacked once for all testbeds, beside what else is made of the wheels. */
async function unpackUv(software: string, from: Packages): Promise<void> {
  const wheel = readdirSync(from.wheels).find((name) => /^uv-.*\.whl$/.test(name));
  const version = wheel?.split('-')[1];
  if (!wheel || !version) throw new Error(`${from.wheels} has no uv.`);
  const place = path.join(software, `uv-${version}`);
  await writeModule(path.join(software, 'modulefiles', 'uv', version), `uv/${version}`, `/software/uv-${version}`);
  if (existsSync(place)) return;
  const made = path.join(from.directory, 'roots', path.basename(place));
  if (!existsSync(made)) await alone(from.directory, () => unpack(path.join(from.wheels, wheel), made), undefined, 300);
  await copyInPlace(made, place);
}

async function unpack(wheel: string, made: string): Promise<void> {
  if (existsSync(made)) return;
  const part = `${made}.part`;
  await rm(part, { recursive: true, force: true });
  await command('/usr/bin/python3', ['-m', 'zipfile', '-e', wheel, path.join(part, 'wheel')]);
  const [scripts] = (await command('find', [part, '-path', '*.data/scripts'])).trim().split('\n');
  await command('mv', [scripts as string, path.join(part, 'bin')]);
  await command('chmod', ['-R', 'a+rx', path.join(part, 'bin')]);
  await rm(path.join(part, 'wheel'), { recursive: true });
  await putInPlace(part, made);
}
