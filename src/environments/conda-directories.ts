import path from 'node:path';

/** Where conda itself looks for names before its own directories (conda, `envs_dirs`). */
export function condaDirectories(): string[] {
  const said = [process.env.CONDA_ENVS_PATH, process.env.CONDA_ENVS_DIRS].join(path.delimiter).split(path.delimiter);
  return said.filter((entry) => path.isAbsolute(entry)).map((entry) => path.resolve(entry));
}
