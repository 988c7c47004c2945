import { type Verified, verifyEnvironment } from '../../environments/index.ts';
import { type CommandContext, type CommandResult, result } from '../command.ts';
import { wrap } from '../layout.ts';
import { counted } from '../quantities.ts';

/** `pier env verify NAME`: status 1 when something is not as it should be. */
export async function run(context: CommandContext): Promise<CommandResult> {
  const verified = await verifyEnvironment(await context.site(), context.words[0] ?? '', context.progress);
  return result({ verified }, (shown) => describe(shown.verified), verified.findings.length > 0 ? 1 : 0);
}

/** Lines shown at most. */
const most = 30;

function describe(verified: Verified): string {
  const { environment, findings } = verified;
  const { name, origin } = environment;
  if (findings.length === 0)
    return wrap(
      `${name} is in order: every file is as its package brought it, and what was asked for can be imported.`,
    );
  const lines = findings.slice(0, most).map(({ detail }) => wrap(detail, '  '));
  const more = findings.length > most ? [`  and ${findings.length - most} more`] : [];
  const way = origin === 'owned' ? wayOut(verified) : [];
  return [`${name} has ${counted(findings.length, 'problem')}:`, ...lines, ...more, ...way].join('\n');
}

function wayOut({ environment: { name, modules }, findings }: Verified): string[] {
  if (findings.every(({ problem }) => problem === 'module')) {
    return ['If it is to need none:', `  pier env modules ${name} --none`];
  }
  const needed = modules.length > 0 ? ` (with --module ${modules.join(',')})` : '';
  return [
    `To make it anew, write it down, remove it, and create it from that${needed}:`,
    `  pier env export ${name} -o ${name}.yml --format full`,
  ];
}
