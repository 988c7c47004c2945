import { resourceOptions } from '../jobs/index.ts';
import { quote } from '../shell/index.ts';
import type { AskedRecord, RequestRecord } from './record-schemas.ts';

/** Seconds before its time limit at which the job is told, so that it ends in order. */
export const warnBefore = 60;

/** What a job of Slurm's is asked for with. */
export interface SlurmPart {
  readonly asked: Pick<AskedRecord, 'name' | 'resources'>;
  readonly log: string;
  /** The shell that submits it: pier's own directories, where they are not the usual ones. */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The script of one attempt, for people to read and start again: nothing in it is secret.
 *
 * The shell stays beside the agent, so that somebody cleans up even when the agent is killed with SIGKILL.
 * `pier` is the command that runs this very program, such as `node /opt/pier/dist/pier.cjs`.
 */
export function jobScript(
  request: RequestRecord,
  attempt: number,
  pier: readonly string[],
  slurm: SlurmPart | null = null,
): string {
  const agent = [...pier, 'agent', request.id, '--attempt', String(attempt)].map(quote).join(' ');
  const title = `# pier ${request.app} in ${printableName(request.environment.name)}: session ${request.id}, attempt ${attempt}`;
  const before = slurm ? onNode(request, pier, slurm) : request.on === 'login' ? goodGuest : '';
  return `${slurm ? `#!/bin/bash -l\n${title}\n${directives(slurm)}` : `#!/bin/sh\n${title}\n`}# Jupyter gets it back: only what pier writes is for you alone.
export PIER_UMASK="$(umask)"
umask 077
${before}cd ${quote(request.directory)} || exit 2
agent= told=
trap 'told=TERM; [ -z "$agent" ] || kill -TERM "$agent" 2>/dev/null' TERM INT HUP${slurm ? '' : ' USR1'}
${slurm ? `trap 'told=USR1; [ -z "$agent" ] || kill -USR1 "$agent" 2>/dev/null' USR1\n` : ''}${agent} &
agent=$!
# A signal may have come before there was anybody to pass it on to.
[ -z "$told" ] || kill -s "$told" "$agent" 2>/dev/null
while :; do
  wait "$agent"
  status=$?
  # A signal interrupts wait; the agent is over only when it is gone.
  kill -0 "$agent" 2>/dev/null || break
done
[ "$status" -eq 0 ] || ${agent} --after "$status"
exit "$status"
`;
}

/** On a login node others work too. */
const goodGuest = `renice -n 10 $$ >/dev/null 2>&1
export OMP_NUM_THREADS="\${OMP_NUM_THREADS:-4}"
`;

/** What sbatch(1) reads: the lines `#SBATCH` before the first command. */
function directives({ asked, log }: SlurmPart): string {
  const options = [
    `--job-name=${asked.name}`,
    ...resourceOptions(asked.resources),
    `--signal=B:USR1@${warnBefore}`,
    `--output=${directiveValue(log.replaceAll('%', '%%'))}`,
    '--open-mode=append',
  ];
  return `${options.map((option) => `#SBATCH ${option}`).join('\n')}\n`;
}

/** sbatch splits these lines at spaces and knows double quotes, with backslashes in them. */
function directiveValue(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;
}

/** What a compute node has to know and to have, before the agent can start. */
function onNode({ id, environment }: RequestRecord, pier: readonly string[], { env }: SlurmPart): string {
  const own = ['XDG_CONFIG_HOME', 'XDG_STATE_HOME', 'XDG_DATA_HOME', 'XDG_CACHE_HOME', 'PIER_SITE'];
  const variables = own.flatMap((name) => (env[name] ? [`export ${name}=${quote(env[name])}`] : []));
  const modules = environment.modules ?? [];
  // agent/modules.ts tells them from those that the site loads at every sign-in.
  const told = `export _PIER_MODULES_BEFORE="\${LOADEDMODULES-}" _PIER_MODULES_LOADED=${quote(modules.join(' '))}`;
  const loading = modules.length > 0 ? [told, ...modules.map((module) => `module load ${quote(module)}`)] : [];
  const files = pier.filter((word) => word.startsWith('/')).map(quote);
  const check = `for file in ${files.join(' ')}; do
  [ -r "$file" ] || { echo "pier is not on $(hostname): there is no $file" >&2; exit 127; }
done`;
  return `${[...variables, `export PIER_SESSION=${id}`, ...loading, check].join('\n')}\n`;
}

function printableName(name: string): string {
  return name.replace(/[^\w.-]/g, '?');
}
