import {
  type CreateRequest,
  createEnvironment,
  type Environment,
  explainCreate,
  type Forecast,
  findEnvironment,
  forecastEnvironment,
} from '../environments/index.ts';
import { PierError, tilde } from '../files/index.ts';
import type { Site } from '../site/index.ts';
import type { CommandContext } from './command.ts';
import { counted, size } from './quantities.ts';

/** Of what is left, an environment may take this much before a person is asked. */
const comfortable = 0.5;

/** Makes an environment in a person's sight: what it will cost before, progress meanwhile. */
export async function makeEnvironment(
  context: CommandContext,
  site: Site,
  request: CreateRequest,
): Promise<Environment> {
  const { forecast, plan } = await forecastEnvironment(site, request, context.progress);
  if (plan.backEnd === 'conda') context.note([plan.wanted.reason, plan.program?.reason ?? ''].join(' ').trim());
  context.note(describeForecast(plan.wanted.name, forecast));
  if (context.interactive && !fitsComfortably(forecast) && !(await context.confirm('That is most of it. Go on?'))) {
    throw new PierError('declined', 'Nothing was made.', { exitStatus: 1 });
  }
  return await createEnvironment(site, request, context.progress, plan);
}

/** The environment of a name that the catalogue has a list for; another pier may be making the same. */
export async function createFromCatalogue(context: CommandContext, site: Site, name: string): Promise<Environment> {
  try {
    const environment = await makeEnvironment(context, site, { name, from: name });
    context.note(describeMade(environment));
    return environment;
  } catch (error) {
    // Somebody made one of that name since we looked: what a person asked for is there.
    if (error instanceof PierError && error.code === 'environment-exists') return await findEnvironment(site, name);
    throw error;
  }
}

/** The same by hand. */
export async function explainFromCatalogue(site: Site, name: string): Promise<string[]> {
  return await explainCreate(site, { name, from: name });
}

/** What it will cost, on whose disk, and what is left there. */
export function describeForecast(name: string, forecast: Forecast): string {
  const { packages, files, bytes, download, root, guessed } = forecast;
  const cost = `${counted(packages, 'package')}, about ${counted(files, 'file')} and ${size(bytes)}`;
  const fetched = download > 0 ? `${size(download)} to download` : 'nothing to download';
  return `${name} will be ${cost} (${fetched}) in ${tilde(root)}${describeRoom(forecast)}.${describeGuess(guessed)}`;
}

/** Where the index gives no sizes, nobody is to rely on them. */
function describeGuess(guessed: readonly string[]): string {
  if (guessed.length === 0) return '';
  const which = guessed.length > 3 ? counted(guessed.length, 'package') : guessed.join(', ');
  return ` That is a guess for ${which}: the index tells too little.`;
}

/** `, where 12 GB and 30,000 files are left`; nothing where that cannot be known. */
export function describeRoom({ bytesLeft, filesLeft, quota }: Forecast): string {
  const left = [bytesLeft === null ? [] : size(bytesLeft), filesLeft === null ? [] : counted(filesLeft, 'file')].flat();
  return (left.length > 0 ? `, where ${left.join(' and ')} are left` : '') + describeQuota(quota);
}

/** ` by the quota of grace`; an old count of it by itself, since it may have changed. */
function describeQuota(quota: Forecast['quota']): string {
  if (!quota) return '';
  if (!quota.isOld) return ` (the quota of ${quota.payer} pays)`;
  const { payer, bytesLeft, filesLeft, countedAt } = quota;
  const left = [bytesLeft === null ? [] : size(bytesLeft), filesLeft === null ? [] : counted(filesLeft, 'file')].flat();
  return ` (the quota of ${payer} pays: ${left.join(' and ') || 'no limit'} left at ${new Date(countedAt ?? 0).toLocaleString('sv')})`;
}

/** `sci is made: 12,391 files, 618 MB.` */
export function describeMade({ name, files, bytes, modules }: Environment): string {
  const needs = modules.length > 0 ? ` It needs ${modules.join(', ')}.` : '';
  return `${name} is made: ${counted(files ?? 0, 'file')}, ${size(bytes ?? 0)}.${needs}`;
}

function fitsComfortably({ bytes, files, bytesLeft, filesLeft }: Forecast): boolean {
  return bytes <= (bytesLeft ?? Infinity) * comfortable && files <= (filesLeft ?? Infinity) * comfortable;
}
