import {
  addKernel,
  findEnvironment,
  type Kernel,
  listKernels,
  refuseUntrusted,
  refuseUnusable,
  removeKernel,
} from '../../environments/index.ts';
import { PierError, tilde } from '../../files/index.ts';
import { type CommandContext, type CommandResult, result } from '../command.ts';
import { table, wrap } from '../layout.ts';

/** `pier env kernel [NAME] [--remove] [--stale]`: environments as kernels of one's own in every Jupyter. */
export async function run(context: CommandContext): Promise<CommandResult> {
  const [name] = context.words;
  const { flag } = context.options;
  if (flag('stale') && name === undefined) return flag('remove') ? await removeStale(context) : list(stale());
  if (name === undefined && !flag('remove')) return list(listKernels());
  if (name === undefined || flag('stale')) {
    throw new PierError('usage', 'Which kernel? Give its name, or --stale for those whose environment is gone.', {
      hint: 'pier env kernel',
    });
  }
  return flag('remove') ? await remove(context, name) : await add(context, name);
}

async function add(context: CommandContext, name: string): Promise<CommandResult> {
  const environment = await findEnvironment(await context.site(), name);
  refuseUnusable(environment);
  await refuseUntrusted(environment);
  const kernel = await addKernel(environment);
  return result({ kernel }, (shown) =>
    wrap(`${shown.kernel.title} is now a kernel of yours: ${tilde(shown.kernel.directory)}`),
  );
}

/** The environment may be gone, so the kernel is looked for first. */
async function remove(context: CommandContext, name: string): Promise<CommandResult> {
  const kernels = listKernels().filter(({ environment }) => environment !== null);
  const named = kernels.filter(
    (kernel) => [kernel.name, kernel.environment].includes(name) || kernel.name === `pier-${name}`,
  );
  const kernel = named[0] ?? (await kernelOf(context, name, kernels));
  await removeKernel(kernel);
  return result({ kernel }, (shown) => `Removed the kernel ${shown.kernel.title}. The environment stays.`);
}

async function kernelOf(context: CommandContext, name: string, kernels: readonly Kernel[]): Promise<Kernel> {
  const environment = await findEnvironment(await context.site(), name);
  const kernel = kernels.find((known) => known.environment === environment.prefix);
  if (kernel) return kernel;
  throw new PierError('kernel-unknown', `${environment.name} is no kernel of yours that pier made.`, {
    hint: 'pier env kernel',
  });
}

function stale(): Kernel[] {
  return listKernels().filter(({ state }) => state === 'stale');
}

async function removeStale(context: CommandContext): Promise<CommandResult> {
  const kernels = stale();
  const names = kernels.map(({ name }) => name.replace(/[^\w.-]/g, '?')).join(', ');
  if (kernels.length > 0 && !(await context.confirm(`Remove the kernels ${names}, which cannot start any more?`))) {
    return result({ kernels: [] as Kernel[] }, () => 'Nothing was removed.', 1);
  }
  for (const kernel of kernels) await removeKernel(kernel);
  return result({ kernels }, (shown) => (shown.kernels.length > 0 ? `Removed: ${names}` : 'No kernel is stale.'));
}

function list(kernels: readonly Kernel[]): CommandResult {
  return result({ kernels }, (shown) => {
    if (shown.kernels.length === 0) return 'No kernels of your own. Make an environment one: pier env kernel NAME';
    const rows = shown.kernels.map(({ name, title, state, reason }) => [name, title, state, reason ?? '']);
    const hint = shown.kernels.some(({ state }) => state === 'stale')
      ? '\npier env kernel --remove --stale removes the stale ones.'
      : '';
    return table(['NAME', 'TITLE', 'STATE', 'WHY'], rows) + hint;
  });
}
