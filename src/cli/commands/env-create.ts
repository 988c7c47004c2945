import path from 'node:path';
import {
  type CreateRequest,
  explainCreate,
  listCatalogue,
  lookAtRequest,
  packageVersion,
  type RequestLook,
} from '../../environments/index.ts';
import { PierError, tilde } from '../../files/index.ts';
import { checkModuleNames, loadModules } from '../../modules/index.ts';
import { commandLine } from '../../shell/index.ts';
import type { Site } from '../../site/index.ts';
import { type CommandContext, type CommandResult, result } from '../command.ts';
import { describeMade, makeEnvironment } from '../create-environment.ts';
import { explanation } from '../explanation.ts';
import { useForThisRun } from '../use-for-this-run.ts';

/** `pier env create NAME [SPECS…]`. A name that the catalogue has, alone, stands for its list. */
export async function run(context: CommandContext): Promise<CommandResult> {
  const site = await context.site();
  const asked = await readRequest(context);
  if (!context.explain) asked.modules = await useModules(asked.modules);
  const { request, look } = await settle(context, site, asked);
  const remarks = [...look.remarks, ...(await remarkOnList(request))];
  if (context.explain) {
    // What is asked for decides on uv or conda, which would surprise some.
    for (const remark of [look.reason, ...remarks]) context.note(remark);
    return explanation(await explainCreate(site, request));
  }
  if (look.exists) throw exists(look, request.specs ?? []);
  if (look.otherName) context.note(`${look.otherName.place} calls it ${look.otherName.text}; it will be ${look.name}.`);
  // conda's is told together with the program that makes it.
  if (look.backEnd === 'uv') context.note(look.reason);
  for (const remark of remarks) context.note(remark);
  if (look.isBare) {
    context.note('No packages were named, so it will have Python alone. (--from sci starts from a list.)');
  }
  const environment = await makeEnvironment(context, site, request);
  const { name, python } = environment;
  const hasLab = await packageVersion(environment, 'jupyterlab');
  const inside = python ? ['pier', 'exec', '-e', name, '--', 'python'] : ['pier', 'shell', '-e', name];
  const use = commandLine(hasLab ? ['pier', 'lab', '-e', name] : inside);
  return result({ environment }, (shown) => `${describeMade(shown.environment)}\n  Use it: ${use}`);
}

type Asked = CreateRequest & { modules: readonly string[] };

/** They are there for whatever is built; gives their full names. */
async function useModules(names: readonly string[]): Promise<readonly string[]> {
  const loaded = await loadModules(names);
  useForThisRun(loaded);
  return loaded.modules;
}

/** A file that wants conda's `defaults` is offered conda-forge instead, where the site does not allow those. */
async function settle(
  context: CommandContext,
  site: Site,
  request: CreateRequest,
): Promise<{ request: CreateRequest; look: RequestLook }> {
  try {
    return { request, look: await lookAtRequest(site, request) };
  } catch (error) {
    const isOffer = error instanceof PierError && error.code === 'channel-forbidden';
    if (!isOffer || !(context.interactive || context.options.flag('yes'))) throw error;
    if (!(await context.confirm(`${error.message} Take the packages from conda-forge?`))) throw error;
    const without = { ...request, withoutDefaults: true };
    return { request: without, look: await lookAtRequest(site, without) };
  }
}

/** createEnvironment says so too, but only after it has asked the package index. */
function exists({ name, prefix }: RequestLook, specs: readonly string[]): PierError {
  const more = specs.length > 0 ? `To add to it: ${commandLine(['pier', 'env', 'install', name, ...specs])}\n` : '';
  return new PierError('environment-exists', `There is already ${tilde(prefix)}.`, {
    hint: `${more}Take another name, or remove it first: pier env remove ${name}`,
  });
}

async function readRequest({ words, options }: CommandContext): Promise<Asked> {
  const [file, root, prefix] = [options.value('file'), options.value('root'), options.value('prefix')];
  if (prefix !== undefined && root !== undefined) throw twoPlaces();
  // The last part of a prefix is the name. Who types it all the same, before what is to be in it, means no package.
  const hasMore = words.length > 1 || file !== undefined || options.value('from') !== undefined;
  const isNamed = prefix === undefined || (hasMore && words[0] === path.basename(prefix));
  const [name = '', ...specs] = isNamed ? words : ['', ...words];
  if (name === '' && file === undefined && prefix === undefined) throw nameless();
  const from = options.value('from') ?? (specs.length === 0 && !file ? await listNamed(name) : undefined);
  const target = { partition: options.value('for'), cuda: options.value('cuda') };
  const said = { file, root, prefix, from, python: options.value('python'), ...target };
  const by = { backEnd: options.value('backend'), maker: options.value('with') };
  if (by.backEnd === 'uv' && by.maker !== undefined) throw twoMakers(by.maker);
  const channels = listed(options.value('channel'));
  const modules = listed(options.value('module'));
  checkModuleNames(modules);
  const given = Object.fromEntries(Object.entries({ ...said, ...by }).filter(([, value]) => value !== undefined));
  return { name, specs, channels, modules, ...given };
}

function listed(text = ''): string[] {
  return text.split(',').filter((item) => item !== '');
}

function twoPlaces(): PierError {
  return new PierError('usage', '--prefix says where exactly it is to be, and --root where it is to be by its name.', {
    hint: 'pier env create --prefix /project/lab/envs/sea, or: pier env create sea --root /project/lab/envs',
  });
}

function twoMakers(program: string): PierError {
  return new PierError('usage', `--backend uv makes it with uv, and --with ${program} with conda.`, {
    hint: 'Leave one of the two away.',
  });
}

function nameless(): PierError {
  return new PierError('usage', 'What is it to be called?', {
    hint: 'pier env create NAME, or with a file that has one',
  });
}

/** `pier env create mine sci`: an index may have a package of that name, and then nobody would notice. */
async function remarkOnList({ specs = [] }: CreateRequest): Promise<string[]> {
  const list = (await listCatalogue()).find(({ name }) => specs.includes(name))?.name;
  return list ? [`"${list}" is taken for a package. The list of that name is: --from ${list}`] : [];
}

async function listNamed(name: string): Promise<string | undefined> {
  return (await listCatalogue()).find((list) => list.name === name)?.name;
}
