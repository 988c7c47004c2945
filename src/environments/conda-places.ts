import { homedir } from 'node:os';
import path from 'node:path';
import { condaDirectories } from './conda-directories.ts';
import { namesAt, readSmallFile } from './small-file.ts';

function home(...names: string[]): string {
  return path.join(process.env.HOME || homedir(), ...names);
}

/** Directories in which conda and mamba make environments by name: of variables, settings, and their own. */
export function condaEnvironmentDirectories(): string[] {
  const said = [...condaDirectories(), ...settingsFiles().flatMap((file) => environmentDirectories(file))];
  return [...new Set([...said, ...condaRoots().map((root) => path.join(root, 'envs')), home('.conda', 'envs')])];
}

/** Installations of conda and mamba themselves, as variables, modules and habit have them; each is an environment too. */
export function condaRoots(): string[] {
  const { CONDA_EXE, MAMBA_EXE, _CONDA_ROOT, CONDA_ROOT, MAMBA_ROOT_PREFIX } = process.env;
  const programs = [CONDA_EXE, MAMBA_EXE].filter((file) => file && path.isAbsolute(file)) as string[];
  const named = [
    ...programs.map((file) => path.dirname(path.dirname(file))),
    _CONDA_ROOT,
    CONDA_ROOT,
    MAMBA_ROOT_PREFIX,
  ];
  const usual = ['miniforge3', 'mambaforge', 'miniconda3', 'anaconda3', 'micromamba', '.local/share/mamba'];
  const there = namesAt(home()) ?? [];
  const ours = usual.filter((name) => name.includes('/') || there.includes(name)).map((name) => home(name));
  return [...new Set([...named.filter((root) => root !== undefined && path.isAbsolute(root)), ...ours] as string[])];
}

/** Where conda reads settings, those of a person (conda, `SEARCH_PATH`). */
function settingsFiles(): string[] {
  const { CONDARC, MAMBARC, XDG_CONFIG_HOME } = process.env;
  const config = XDG_CONFIG_HOME && path.isAbsolute(XDG_CONFIG_HOME) ? XDG_CONFIG_HOME : home('.config');
  const files = [
    '/etc/conda/.condarc',
    path.join(config, 'conda', '.condarc'),
    home('.conda', '.condarc'),
    home('.condarc'),
  ];
  return [
    ...files,
    home('.mambarc'),
    ...[CONDARC, MAMBARC].filter((file) => file && path.isAbsolute(file)),
  ] as string[];
}

/** `envs_dirs` of a `.condarc`. Only these lines are read: a YAML library would cost every listing more than the rest. */
export function environmentDirectories(file: string): string[] {
  const text = readSmallFile(file, (stats) => stats.size < 100_000) ?? '';
  const [, inline, block] =
    /^(?:envs_dirs|envs_path):[ \t]*(?:\[([^\]]*)\]|(?:#.*)?\n((?:[ \t]*(?:-|#).*\n?)*))/m.exec(text) ?? [];
  const items = inline?.split(',') ?? (block ?? '').split('\n').map((line) => /^\s*-\s*(.*)$/.exec(line)?.[1] ?? '');
  const paths = items.map((item) =>
    expand(
      item
        .replace(/\s+#.*$/, '')
        .trim()
        .replace(/^(['"])(.*)\1$/, '$2'),
    ),
  );
  return paths.filter((one) => path.isAbsolute(one)).map((one) => path.normalize(one));
}

function expand(text: string): string {
  const there = text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, one, two) => process.env[one ?? two] ?? '');
  return there.startsWith('~/') ? home(there.slice(2)) : there;
}
