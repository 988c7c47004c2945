import { type CreateRequest, explainCreate, listCatalogue, listEnvironments } from '../../environments/index.ts';
import { PierError, tilde } from '../../files/index.ts';
import type { Site } from '../../site/index.ts';
import { type CommandContext, type CommandResult, result } from '../command.ts';
import { describeMade, makeEnvironment } from '../create-environment.ts';
import { explanation } from '../explanation.ts';

/** `pier env create NAME [SPECS…]`. A name that the catalogue has, alone, stands for its list. */
export async function run(context: CommandContext): Promise<CommandResult> {
  const site = await context.site();
  const request = await readRequest(context);
  if (context.explain) return explanation(await explainCreate(site, request));
  await refuseExisting(site, request.name);
  const environment = await makeEnvironment(context, site, request);
  return result(
    { environment },
    (shown) => `${describeMade(shown.environment)} Use it: pier lab -e ${environment.name}`,
  );
}

/** createEnvironment says so too, but only after it has asked the package index. */
async function refuseExisting(site: Site, name: string): Promise<void> {
  const known = (await listEnvironments(site)).find((one) => one.name === name && one.origin === 'owned');
  if (!known) return;
  throw new PierError('environment-exists', `There is already ${tilde(known.prefix)}.`, {
    hint: `Take another name, or remove it first: pier env remove ${name}`,
  });
}

async function readRequest({ words, options }: CommandContext): Promise<CreateRequest> {
  const [name = '', ...specs] = words;
  const python = options.value('python');
  const from = options.value('from') ?? (specs.length === 0 ? await listNamed(name) : undefined);
  return { name, specs, ...(from === undefined ? {} : { from }), ...(python === undefined ? {} : { python }) };
}

async function listNamed(name: string): Promise<string | undefined> {
  return (await listCatalogue()).find((list) => list.name === name)?.name;
}
