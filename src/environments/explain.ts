import path from 'node:path';
import { commandLine } from '../shell/index.ts';
import type { Site } from '../site/index.ts';
import { backEndOf } from './back-end.ts';
import type { ChangeRequest } from './change.ts';
import type { CreateRequest } from './environment.ts';
import { findEnvironment } from './find.ts';
import { frozenFile } from './frozen.ts';
import { checkName } from './names.ts';
import { environmentsRoot } from './root.ts';
import { refuseOptions } from './specs.ts';
import { wantedFrom } from './wanted.ts';

/**
 * The commands that a person would type to make the same environment by hand. Runs nothing but Pythons, for their version.
 *
 * Errors: `name-invalid`, `catalogue-unknown`, `site-variable-unknown`.
 */
export async function explainCreate(site: Site, request: CreateRequest): Promise<string[]> {
  const wanted = await wantedFrom(site, request);
  const { explainCreate: explain } =
    wanted.backEnd === 'uv' ? await import('./uv/explain.ts') : await import('./conda/explain.ts');
  return [...modulesByHand(wanted.modules), ...(await explain(wanted, path.join(wanted.root, wanted.name), site))];
}

/** The commands for a change of what is installed. Runs nothing. Errors: `spec-invalid`, those of `findEnvironment`. */
export async function explainChange(site: Site, request: ChangeRequest): Promise<string[]> {
  const { name, install = [], uninstall = [], pip = false } = request;
  refuseOptions([...install, ...uninstall]);
  const environment = await findEnvironment(site, name);
  const backEnd = await backEndOf(environment);
  const commands = await backEnd.explainChange(site, { environment, install, uninstall, pip });
  return [...(install.length > 0 ? modulesByHand(environment.modules) : []), ...commands];
}

/** What a person would type to load an environment's modules; nothing where it needs none. */
export function modulesByHand(modules: readonly string[]): string[] {
  return modules.length > 0 ? [commandLine(['module', 'load', ...modules])] : [];
}

/** The commands for a copy. Runs nothing. Errors: those of `findEnvironment`, `name-invalid`. */
export async function explainClone(
  site: Site,
  { name, to }: { readonly name: string; readonly to: string },
): Promise<string[]> {
  const source = await findEnvironment(site, name);
  const root = environmentsRoot(site);
  checkName(to, root);
  return await (await backEndOf(source)).explainClone(site, source, path.join(root, to));
}

/** The commands that freeze an environment, or thaw it. Runs nothing. Errors: those of `findEnvironment`. */
export async function explainFreeze(site: Site, name: string, verb: 'freeze' | 'thaw'): Promise<string[]> {
  const environment = await findEnvironment(site, name);
  const { freezeCommands, thawCommand } = await import('./freeze.ts');
  const mark = frozenFile(environment);
  if (verb === 'thaw') return [commandLine(thawCommand(environment)), commandLine(['rm', '-f', mark])];
  const { prefix } = environment;
  const compile = [path.join(prefix, 'bin', 'python'), '-m', 'compileall', '-q', path.join(prefix, 'lib')];
  return [commandLine(compile), commandLine(['touch', mark]), ...freezeCommands(environment).map(commandLine)];
}

/** The commands that share an environment with a group. Runs nothing. Errors: those of `findEnvironment`. */
export async function explainShare(site: Site, name: string, group: string): Promise<string[]> {
  const { prefix } = await findEnvironment(site, name);
  const { shareCommands } = await import('./share.ts');
  return shareCommands(prefix, group).map(commandLine);
}

/** The uv a person can type to change an environment by hand: the one on PATH, else pier's own. Runs nothing. */
export async function typedUv(): Promise<string> {
  const { typedUv: find } = await import('./uv/program.ts');
  return await find();
}
