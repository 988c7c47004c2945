import type { Site } from '../site/index.ts';
import { backEndOf } from './back-end.ts';
import type { Environment } from './environment.ts';
import { findEnvironment } from './find.ts';

/** One thing in which two environments differ; null: it is not there. */
export interface Difference {
  readonly what: 'python' | 'package' | 'spec' | 'module' | 'variable';
  readonly name: string;
  readonly first: string | null;
  readonly second: string | null;
}

export interface Comparison {
  readonly first: Pick<Environment, 'name' | 'prefix'>;
  readonly second: Pick<Environment, 'name' | 'prefix'>;
  readonly differences: readonly Difference[];
}

/** Compares two environments by reading files only. Errors: those of `findEnvironment`. */
export async function diffEnvironments(site: Site, first: string, second: string): Promise<Comparison> {
  const [one, two] = [await findEnvironment(site, first), await findEnvironment(site, second)];
  const differences = [
    ...compare('python', pythonOf(one), pythonOf(two)),
    ...compare('package', await packagesOf(one), await packagesOf(two)),
    ...compare('spec', specsOf(one), specsOf(two)),
    ...compare('module', modulesOf(one), modulesOf(two)),
    ...compare('variable', one.variables, two.variables),
  ];
  const named = ({ name, prefix }: Environment) => ({ name, prefix });
  return { first: named(one), second: named(two), differences };
}

type Values = Readonly<Record<string, string>>;

function compare(what: Difference['what'], first: Values, second: Values): Difference[] {
  const names = [...new Set([...Object.keys(first), ...Object.keys(second)])].sort();
  return names.flatMap((name) => {
    const [one, two] = [first[name] ?? null, second[name] ?? null];
    return one === two ? [] : [{ what, name, first: one, second: two }];
  });
}

function pythonOf({ python }: Environment): Values {
  return python ? { python: python.version } : {};
}

function specsOf({ specs }: Environment): Values {
  return Object.fromEntries(specs.map((spec) => [spec, 'asked for']));
}

function modulesOf({ modules }: Environment): Values {
  return Object.fromEntries(modules.map((name) => [name, 'loaded']));
}

async function packagesOf(environment: Environment): Promise<Values> {
  const { packages } = await backEndOf(environment);
  return Object.fromEntries(packages(environment).map(({ name, version }) => [name, version]));
}
