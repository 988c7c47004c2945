import type { CondaRecord } from './rattler.ts';

/**
 * conda's explicit file: the address of every package with its MD5, which conda, mamba and micromamba install as it is.
 *
 * Format: docs.conda.io, "Building identical conda environments".
 */
export function explicitText(records: readonly Pick<CondaRecord, 'url' | 'md5' | 'subdir'>[]): string {
  const platform = records.find(({ subdir }) => subdir !== 'noarch')?.subdir ?? 'noarch';
  const lines = records.map(({ url, md5 }) => (md5 ? `${url}#${md5}` : url));
  return [
    '# This file may be used to create an environment using:',
    '# $ conda create --name <env> --file <this file>',
    `# platform: ${platform}`,
    '@EXPLICIT',
    ...lines,
    '',
  ].join('\n');
}
