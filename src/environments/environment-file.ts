import type { Environment } from './environment.ts';

/** What an environment.yml names besides its Python. */
export interface FileContents {
  /** conda's, first to last; none for a virtual environment. */
  readonly channels?: readonly string[];
  /** conda's specs, Python among them; without them, Python alone is named. */
  readonly conda?: readonly string[];
  /** Requirements for pip. */
  readonly pip: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
}

/**
 * Writes an environment.yml as conda reads it. The order is always the same, and nothing of this machine is in it: no
 * prefix, and for a name only the last part of the path.
 */
export function environmentFile(environment: Environment, contents: FileContents): string {
  const { channels = [], pip, variables = {} } = contents;
  const conda = contents.conda ?? pythonOf(environment);
  const listed = pip.length > 0 ? [...conda.filter((spec) => spec !== 'pip'), 'pip'] : conda;
  return [
    `name: ${quoted(environment.name)}`,
    ...(channels.length > 0 ? ['channels:', ...channels.map((channel) => `  - ${quoted(channel)}`)] : []),
    'dependencies:',
    ...listed.map((spec) => `  - ${quoted(spec)}`),
    ...(pip.length > 0 ? ['  - pip:', ...pip.map((spec) => `      - ${quoted(spec)}`)] : []),
    ...(Object.keys(variables).length > 0 ? ['variables:', ...pairs(variables)] : []),
    '',
  ].join('\n');
}

/** The minor version: the patch is what the next machine has. */
function pythonOf({ python }: Environment): string[] {
  const minor = /^\d+\.\d+/.exec(python?.version ?? '')?.[0];
  return [minor ? `python=${minor}` : 'python'];
}

function pairs(variables: Readonly<Record<string, string>>): string[] {
  return Object.keys(variables)
    .sort()
    .map((name) => `  ${quoted(name)}: ${JSON.stringify(variables[name])}`);
}

/** Plain where YAML takes it for a plain string, else as JSON, which is YAML too. */
function quoted(text: string): string {
  return /^[A-Za-z][\w.+/-]*(\[[\w,-]+\])?([=<>~!]=?[\w.*+,<>=!-]+)*$/.test(text) &&
    !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text)
    ? text
    : JSON.stringify(text);
}
