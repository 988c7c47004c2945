import path from 'node:path';
import { type Environment, environmentsRoot, modulesByHand } from '../environments/index.ts';
import { userName } from '../files/index.ts';
import { resourceOptions, slurmTime } from '../jobs/index.ts';
import { planJupyter, type Session } from '../sessions/index.ts';
import { commandLine } from '../shell/index.ts';
import type { Site } from '../site/index.ts';
import type { CommandResult } from './command.ts';
import { explainFromCatalogue } from './create-environment.ts';
import { activationByHand, explanation } from './explanation.ts';
import type { JobWish } from './job-wish.ts';

/**
 * The guide's own words: they end at the same JupyterLab, on a port and with a token of its own; on a compute node by a
 * script for sbatch and a tunnel.
 */
export async function explainJupyter(
  site: Site,
  found: Environment | undefined,
  app: Session['app'],
  directory: string,
  wish: JobWish | null,
): Promise<CommandResult> {
  const usual = site.profile.jupyter.environment;
  const making = found ? [] : await explainFromCatalogue(site, usual);
  if (found) await planJupyter(found, app, false);
  const prefix = found?.prefix ?? path.join(environmentsRoot(site), usual);
  const activate = activationByHand(found?.kind, prefix);
  const modules = modulesByHand(found?.modules ?? []);
  const cd = commandLine(['cd', directory]);
  if (!wish) return explanation([...making, cd, ...modules, activate, `jupyter ${app}`]);
  const whence = wish.origins.map(({ option, value, from }) => `# --${option} ${value}: from ${from}`);
  const script = scriptFor(site, wish, [...modules, activate], app);
  const write = `cat > jupyter.sbatch <<'EOF'\n${script}EOF`;
  const look = "cat error-*.txt   # once the job runs: Jupyter's addresses, with HOST_IP, PORT and token";
  return explanation([...making, ...whence, cd, write, 'sbatch jupyter.sbatch', 'squeue --me', look, tunnel(site)]);
}

/** The script of the guide, with what this user would ask for. */
function scriptFor(
  { profile }: Site,
  { resources }: JobWish,
  activate: readonly string[],
  app: Session['app'],
): string {
  const [first, last] = profile.jupyter.ports;
  const asked = resourceOptions(resources).map((option) =>
    option.startsWith('--time=') && resources.seconds !== null ? `--time=${slurmTime(resources.seconds)}` : option,
  );
  const options = ['--job-name=jupyter-launch', '--output=output-%J.txt', '--error=error-%J.txt', ...asked];
  return `#!/bin/bash -l
${options.map((option) => `#SBATCH ${option}`).join('\n')}

${activate.join('\n')}
cd $SLURM_SUBMIT_DIR

HOST_IP=$(/sbin/ip route get 8.8.8.8 | awk '{print $7;exit}')
PORT_NUM=$(shuf -i${first}-${last} -n1)
jupyter-${app} --no-browser --ip=$HOST_IP --port=$PORT_NUM
`;
}

/** On the person's own computer; then the address with 127.0.0.1 works there. */
function tunnel({ profile }: Site): string {
  const host = profile.login.host ?? profile.login.nodes[0] ?? 'LOGIN-NODE';
  return `ssh -N -f -L PORT:HOST_IP:PORT ${userName()}@${host}   # on your own computer; then http://127.0.0.1:PORT/?token=…`;
}
