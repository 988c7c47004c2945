import type { Environment } from './environment.ts';

/** What the files of a directory say about it as an environment, whatever back end made it. */
export type Reading = Pick<Environment, 'kind' | 'python' | 'state' | 'reason' | 'frozen'> & {
  /** What it calls itself, or null. */
  readonly title: string | null;
};
