import type { CommandContext } from '../command.ts';
import { openJupyter } from '../open-jupyter.ts';

export const run = (context: CommandContext) => openJupyter(context, 'notebook');
