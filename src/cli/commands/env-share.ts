import { explainShare, type Shared, shareEnvironment } from '../../environments/index.ts';
import { quote } from '../../shell/index.ts';
import { type CommandContext, type CommandResult, result } from '../command.ts';
import { explanation } from '../explanation.ts';
import { wrap } from '../layout.ts';

/** `pier env share NAME GROUP`: status 1 while something still keeps the group out. */
export async function run(context: CommandContext): Promise<CommandResult> {
  const [name = '', group = ''] = context.words;
  const site = await context.site();
  if (context.explain) return explanation(await explainShare(site, name, group));
  const request = { name, group, breakLock: context.options.flag('break-lock') };
  const shared = await shareEnvironment(site, request, context.progress);
  return result({ shared }, (shown) => describe(shown.shared), shared.findings.length > 0 ? 1 : 0);
}

function describe({ environment, group, findings }: Shared): string {
  const { name, prefix } = environment;
  if (findings.length === 0) {
    const place = quote(prefix);
    return `${wrap(`${group} can use ${name} now. Who does says once that it may be used, then works in it:`)}
  pier env trust ${place}
  pier shell -e ${place}`;
  }
  return [`${group} may read ${name} now, but cannot get there:`, ...findings.map(({ detail }) => advice(detail))].join(
    '\n',
  );
}

/** The command in it stays on one line: it is there to be pasted. */
function advice(detail: string): string {
  const [, words = detail, command] = /^(.*to let them pass:) (.*)$/.exec(detail) ?? [];
  return command === undefined ? wrap(words, '  ') : `${wrap(words, '  ')}\n    ${command}`;
}
