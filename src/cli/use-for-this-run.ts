import type { Loaded } from '../modules/index.ts';

/** Has all that pier starts from here on find these modules loaded, as if a person had loaded them before pier. */
export function useForThisRun({ variables }: Loaded): void {
  for (const name of Object.keys(process.env)) if (!(name in variables)) delete process.env[name];
  Object.assign(process.env, variables);
}
