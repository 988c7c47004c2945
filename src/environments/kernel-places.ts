import { homedir } from 'node:os';
import path from 'node:path';

/** Where Jupyter looks for a person's own kernels, by its own rules (jupyter_core, `jupyter --data-dir`). */
export function userKernels(variables: NodeJS.ProcessEnv = process.env): string {
  return path.join(dataDirectory(variables), 'kernels');
}

function dataDirectory(variables: NodeJS.ProcessEnv): string {
  if (variables.JUPYTER_DATA_DIR) return variables.JUPYTER_DATA_DIR;
  const home = variables.HOME || homedir();
  if (process.platform === 'darwin') {
    return path.join(
      home,
      'Library',
      /^(1|true)$/i.test(variables.JUPYTER_PLATFORM_DIRS ?? '') ? 'Application Support/jupyter' : 'Jupyter',
    );
  }
  return path.join(variables.XDG_DATA_HOME || path.join(home, '.local', 'share'), 'jupyter');
}
