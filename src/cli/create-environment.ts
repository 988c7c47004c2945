import type { Environment } from '../environments/index.ts';
import { PierError } from '../files/index.ts';
import type { Site } from '../site/index.ts';
import type { CommandContext } from './command.ts';

export async function createFromCatalogue(_context: CommandContext, _site: Site, name: string): Promise<Environment> {
  throw new PierError('not-there-yet', `${name} cannot be made yet.`);
}

export async function explainFromCatalogue(_site: Site, _name: string): Promise<string[]> {
  return [];
}
