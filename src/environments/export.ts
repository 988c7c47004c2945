import { PierError, type Progress } from '../files/index.ts';
import type { Site } from '../site/index.ts';
import { backEndOf, type ExportFormat } from './back-end.ts';
import { findEnvironment, refuseUnusable } from './find.ts';

/** What can be written about an environment, in which words; `requirements.txt` and its like are the usual files' names. */
export const exportFileNames: Readonly<Record<ExportFormat, string>> = {
  environment: 'environment.yml',
  full: 'environment.yml',
  explicit: 'explicit.txt',
  requirements: 'requirements.txt',
  pylock: 'pylock.toml',
};

export interface Exported {
  readonly format: ExportFormat;
  readonly text: string;
  /** Modules that the environment needs: no such file has a place for them. */
  readonly leftOut: readonly string[];
}

/**
 * The text of a file from which an environment can be made again, here or elsewhere.
 *
 * Errors: those of `findEnvironment`, `environment-broken`, `format-unknown`, and those of resolving.
 */
export async function exportEnvironment(
  site: Site,
  name: string,
  format: string | undefined,
  progress: Progress,
): Promise<Exported> {
  const environment = await findEnvironment(site, name);
  refuseUnusable(environment);
  const backEnd = await backEndOf(environment);
  const chosen = backEnd.exportFormats.find((one) => one === (format ?? backEnd.exportFormats[0]));
  if (!chosen) {
    throw new PierError(
      'format-unknown',
      `A ${environment.kind === 'conda' ? 'conda' : 'virtual'} environment cannot be written as ${format}.`,
      { hint: `Choose one of: ${backEnd.exportFormats.join(', ')}` },
    );
  }
  const text = await backEnd.exportAs(site, environment, chosen, progress);
  return { format: chosen, text, leftOut: environment.modules };
}
