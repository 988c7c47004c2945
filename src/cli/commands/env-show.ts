import { type EnvironmentDetails, packageName, showEnvironment, whyInstalled } from '../../environments/index.ts';
import { PierError } from '../../files/index.ts';
import { type CommandContext, type CommandResult, result } from '../command.ts';
import { environmentPage } from '../environment-text.ts';
import { knownEnvironment } from '../known-environment.ts';

/** `pier env show NAME [--why PACKAGE]` */
export async function run(context: CommandContext): Promise<CommandResult> {
  const site = await context.site();
  const { prefix } = await knownEnvironment(site, context.words[0] ?? '');
  const environment = await showEnvironment(site, prefix);
  const asked = context.options.value('why');
  if (asked !== undefined) return why(environment, packageName(asked));
  return result({ environment }, (shown) => environmentPage(shown.environment));
}

/** From what was asked for down to the package, one way a line. */
function why(environment: EnvironmentDetails, name: string): CommandResult {
  const found = environment.packages.find((item) => item.name === name);
  if (!found) {
    throw new PierError('package-absent', `${name} is not in ${environment.name}.`, {
      hint: `pier env show ${environment.name}`,
      exitStatus: 1,
    });
  }
  const { version, installer, requested } = found;
  const paths = whyInstalled(environment.packages, name);
  return result({ why: { name, version, installer, requested, paths } }, ({ why: shown }) =>
    [
      `${shown.name} ${shown.version}${shown.installer ? `, by ${shown.installer}` : ''}: ${reason(shown)}`,
      ...shown.paths.map((path) => `  ${path.join(' → ')}`),
    ].join('\n'),
  );
}

function reason({ requested, paths }: { readonly requested: boolean; readonly paths: readonly unknown[] }): string {
  if (requested) return paths.length > 0 ? 'asked for, and needed by' : 'asked for.';
  return paths.length > 0 ? 'needed by' : 'nothing that was asked for needs it.';
}
