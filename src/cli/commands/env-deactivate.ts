import { deactivateCommand, shellInForce } from '../../environments/index.ts';
import { PierError } from '../../files/index.ts';
import { type CommandContext, type CommandResult, verbatim } from '../command.ts';

/** `eval "$(pier env deactivate)"`: prints one line for the shell. */
export async function run(context: CommandContext): Promise<CommandResult> {
  const shell = await shellInForce(context.options.value('shell'));
  const script = await deactivateCommand(shell.dialect);
  if (script === undefined) throw nothingActive();
  return verbatim({ deactivation: { shell: shell.name, script } }, (shown) => shown.deactivation.script);
}

function nothingActive(): PierError {
  const other = process.env.CONDA_PREFIX ? 'conda deactivate' : process.env.VIRTUAL_ENV ? 'deactivate' : undefined;
  return new PierError(
    'environment-inactive',
    'No environment is active that pier activated.',
    other ? { hint: other } : {},
  );
}
