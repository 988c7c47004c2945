import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { chmod, copyFile, cp, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { alone } from '../alone.ts';
import { command } from './command.ts';
import { hostsOf } from './layout.ts';

let known: Promise<string> | undefined;

/** The version of the machine's own Python, which `/software/python-VERSION` is a copy of. */
export function pythonVersion(): Promise<string> {
  known ??= command('/usr/bin/python3', ['-I', '-c', 'import platform; print(platform.python_version())']);
  return known.then((printed) => printed.trim());
}

/** Fills `/software` with compilers, Pythons and their modules; the hosts may see it grow. */
export async function writeSoftware(directory: string): Promise<void> {
  const software = path.join(directory, 'shared', 'software');
  const version = await pythonVersion();
  for (const version of compilers) {
    await program(path.join(software, `gcc-${version}`, 'bin', 'gcc'), oldCompiler(version));
  }
  await program(
    path.join(software, 'bin', 'quota'),
    await readFile(path.join(import.meta.dirname, 'quota.sh'), 'utf8'),
  );
  await writeModulefiles(path.join(software, 'modulefiles'), version);
  const prefix = path.join(software, `python-${version}`);
  await copyPython(prefix);
  await copyForModule(prefix, `${prefix}-shared`);
}

/** A Python that lives where it is put: interpreter and standard library, without what a site has no use for. */
async function copyPython(prefix: string): Promise<void> {
  if (existsSync(prefix)) return;
  const part = `${prefix}.part`;
  const name = readlinkSync('/usr/bin/python3');
  await command('rm', ['-rf', part]);
  await mkdir(path.join(part, 'bin'), { recursive: true });
  await copyFile(`/usr/bin/${name}`, path.join(part, 'bin', name));
  await chmod(path.join(part, 'bin', name), 0o755);
  for (const other of ['python3', 'python']) await symlink(name, path.join(part, 'bin', other));
  const unwanted = /\/(test|tests|idlelib|turtledemo|__pycache__|config-[^/]*|EXTERNALLY-MANAGED|sitecustomize\.py)$/;
  await cp(`/usr/lib/${name}`, path.join(part, 'lib', name), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !unwanted.test(source),
  });
  await rename(part, prefix);
}

/**
 * Makes of a Python one that starts only with LD_LIBRARY_PATH, as Midway's does: the library that it wants gets another name, which
 * only its own `lib` has.
 */
async function copyForModule(original: string, prefix: string): Promise<void> {
  if (existsSync(prefix)) return;
  const part = `${prefix}.part`;
  await command('rm', ['-rf', part]);
  // Linked: nobody writes into either, and the one file that differs is replaced.
  await command('cp', ['-al', original, part]);
  const name = readlinkSync('/usr/bin/python3');
  const file = path.join(part, 'bin', name);
  const [own, foreign] = ['libexpaT.so.1', 'libexpat.so.1'];
  const bytes = await readFile(file);
  const at = bytes.indexOf(`${foreign}\0`);
  if (at < 0) throw new Error(`${name} does not need ${foreign}.`);
  const library = (await command('ldd', [`/usr/bin/${name}`])).match(/libexpat\.so\.1 => (\S+)/)?.[1];
  if (!library) throw new Error(`ldd does not say where the libexpat of ${name} is.`);
  await copyFile(library, path.join(part, 'lib', own));
  bytes.write(own, at);
  await writeFile(`${file}.part`, bytes, { mode: 0o755 });
  await rename(`${file}.part`, file);
  await rename(part, prefix);
}

const compilers = ['6.5.0', '7.4.0'];

/** Stands in for an old GCC: says that it is one, and compiles with the machine's, if there is one. */
const oldCompiler = (version: string) => `#!/bin/sh
case $1 in
  --version | -v) echo 'gcc (GCC) ${version}, a stand-in of the testbed' ;;
  -dumpversion | -dumpfullversion) echo ${version} ;;
  *) exec /usr/bin/gcc "$@" ;;
esac
`;

async function program(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(`${file}.part`, text);
  await chmod(`${file}.part`, 0o755);
  await rename(`${file}.part`, file);
}

/** Tcl, which both tools read, and nothing that Midway's 4.6 would not know. */
async function writeModulefiles(tree: string, python: string): Promise<void> {
  const modules: Record<string, readonly string[]> = {
    [`python/${python}`]: ['conflict python', `prepend-path PATH /software/python-${python}/bin`],
    [`python/${python}-shared`]: [
      'conflict python',
      `prepend-path PATH /software/python-${python}-shared/bin`,
      `prepend-path LD_LIBRARY_PATH /software/python-${python}-shared/lib`,
    ],
    ...Object.fromEntries(
      compilers.map((version) => [
        `gcc/${version}`,
        ['conflict gcc', `prepend-path PATH /software/gcc-${version}/bin`],
      ]),
    ),
  };
  for (const [name, lines] of Object.entries(modules)) {
    const file = path.join(tree, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, ['#%Module1.0', `module-whatis "${name.replace('/', ' ')}"`, ...lines, ''].join('\n'));
  }
}

/** Debian's package of Environment Modules, unpacked beside: installed, it and Lmod exclude each other. */
async function unpackEnvironmentModules(directory: string): Promise<void> {
  const site = path.join(directory, 'site');
  if (existsSync(site)) return;
  const part = `${site}.part`;
  await command('rm', ['-rf', part]);
  await mkdir(path.join(part, 'usr', 'local', 'bin'), { recursive: true });
  await symlink('/software/bin/quota', path.join(part, 'usr', 'local', 'bin', 'quota'));
  await command('dpkg-deb', ['-x', await environmentModules(), part]);
  await rename(part, site);
}

/** Where the package is kept, downloaded once for all testbeds. */
async function environmentModules(): Promise<string> {
  const kept = path.join(import.meta.dirname, '..', '.world', 'debian');
  await mkdir(kept, { recursive: true });
  const found = () => readdirSync(kept).find((name) => name.endsWith('.deb'));
  if (!found()) {
    await alone(kept, async () => {
      if (found()) return;
      const part = path.join(kept, 'part');
      await rm(part, { recursive: true, force: true });
      await mkdir(part);
      // apt writes into the working directory, and as nobody when it may.
      const download = 'cd "$1" && apt-get download -qq -o APT::Sandbox::User=root environment-modules && mv *.deb ..';
      await command('sh', ['-c', download, 'sh', part]);
    });
  }
  const name = found();
  if (!name) throw new Error('apt-get download environment-modules brought nothing.');
  return path.join(kept, name);
}

/** Lmod everywhere but on login2. Both tools read the one tree. */
export async function setUpModuleTools(directory: string): Promise<void> {
  await unpackEnvironmentModules(directory);
  const etc = path.join(directory, 'etc');
  const site = path.join(directory, 'site');
  await command('cp', ['-a', path.join(site, 'etc', 'environment-modules'), etc]);
  await writeFile(
    path.join(etc, 'environment-modules', 'initrc'),
    '#%Module5.0\nmodule use --append /software/modulefiles\n',
  );
  await mkdir(path.join(etc, 'lmod'), { recursive: true });
  await writeFile(path.join(etc, 'lmod', 'modulespath'), '/software/modulefiles\n');
  await command('rm', ['-f', path.join(etc, 'profile.d', 'lmod.sh'), path.join(etc, 'profile.d', 'modules.sh')]);
  for (const { name } of hostsOf('login', 'compute')) {
    const profile = path.join(directory, 'hosts', name, 'etc', 'profile.d');
    await mkdir(profile, { recursive: true });
    const tool = name === 'login2' ? path.join(site, 'etc', 'profile.d', 'modules.sh') : '/etc/profile.d/lmod.sh';
    await copyFile(tool, path.join(profile, path.basename(tool)));
  }
}
