import {
  type CreateRequest,
  explainCreate,
  listCatalogue,
  listEnvironments,
  packageVersion,
} from '../../environments/index.ts';
import { PierError, tilde } from '../../files/index.ts';
import { commandLine } from '../../shell/index.ts';
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
  if (!request.from && request.specs?.length === 0) {
    context.note('No packages were named, so it will have Python alone. (--from sci starts from a list.)');
  }
  const environment = await makeEnvironment(context, site, request);
  const hasLab = await packageVersion(environment, 'jupyterlab');
  const use = commandLine(
    hasLab ? ['pier', 'lab', '-e', environment.name] : ['pier', 'exec', '-e', environment.name, '--', 'python'],
  );
  return result({ environment }, (shown) => `${describeMade(shown.environment)} Use it: ${use}`);
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
  const backEnd = options.value('backend') as CreateRequest['backEnd'];
  const from = options.value('from') ?? (specs.length === 0 ? await listNamed(name) : undefined);
  const channels = (options.value('channel') ?? '').split(',').filter((channel) => channel !== '');
  return {
    name,
    specs,
    channels,
    ...(from === undefined ? {} : { from }),
    ...(python === undefined ? {} : { python }),
    ...(backEnd === undefined ? {} : { backEnd }),
  };
}

async function listNamed(name: string): Promise<string | undefined> {
  return (await listCatalogue()).find((list) => list.name === name)?.name;
}
