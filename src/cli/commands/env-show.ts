import { PierError } from '../../files/index.ts';
import type { CommandResult } from '../command.ts';

export async function run(): Promise<CommandResult> {
  throw new PierError('not-there-yet', 'This command is not there yet.');
}
