/** The environment that the shell pier was started from has active; null when none is. */
export interface ActiveEnvironment {
  readonly prefix: string;
  readonly kind: 'venv' | 'conda';
}

/** Asks the variables only: a virtual environment on top of a conda one comes first, as its bin leads PATH. */
export function activeEnvironment(variables: NodeJS.ProcessEnv = process.env): ActiveEnvironment | null {
  if (variables.VIRTUAL_ENV) return { prefix: variables.VIRTUAL_ENV, kind: 'venv' };
  if (variables.CONDA_PREFIX) return { prefix: variables.CONDA_PREFIX, kind: 'conda' };
  return null;
}
