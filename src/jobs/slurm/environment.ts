/**
 * The environment for a job: who the user is and pier's own settings, and nothing else of the shell that submits.
 *
 * Slurm keeps a copy of it on the controller and gives it to the job. A shell on a login node holds secrets, an activated
 * environment, a runtime directory and an agent's socket of that node: none of them belongs there. The script begins with
 * `#!/bin/bash -l`, which makes the rest as a new sign-in would. (`--export=NONE` would make Slurm run `su - USER` on the
 * node and hold the job when that takes long, and would leave SLURM_EXPORT_ENV behind for every srun in it.)
 */
export function jobEnvironment(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => belongs.test(name)));
}

const belongs =
  /^(HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TZ|PATH|SLURM_CONF|SLURM_CONF_SERVER|XDG_(CONFIG|STATE|DATA|CACHE)_HOME|PIER_SITE)$/;

/**
 * The environment for sbatch, which gives its own to the job (`--export=ALL`). SLURM_JWT is none of the job's, and every
 * other `--export` passes on whatever begins with `SLURM_`: so with it the job's environment comes from a file, which makes
 * sbatch forget its own once it has begun (`--export-file`, sbatch(1)).
 */
export function submitEnvironment(
  job: NodeJS.ProcessEnv,
  { SLURM_JWT: token }: NodeJS.ProcessEnv = process.env,
): { readonly env: NodeJS.ProcessEnv; readonly fromFile: boolean } {
  return token === undefined ? { env: job, fromFile: false } : { env: { ...job, SLURM_JWT: token }, fromFile: true };
}

/** A job's environment as `--export-file` reads it: each variable ends with a NUL, so values may hold anything. */
export function environmentFile(job: NodeJS.ProcessEnv): string {
  return Object.entries(job)
    .map(([name, value]) => `${name}=${value}\0`)
    .join('');
}

/**
 * The environment for Slurm's own programs: the user's, without the variables that change what these programs do or print
 * (SBATCH_*, SQUEUE_FORMAT, SLURM_TIME_FORMAT, …: each command of Slurm lists its own), in English.
 *
 * SLURM_CONF stays, since it says which cluster there is, and SLURM_JWT, by which some sites sign in. Those of a job that
 * pier itself runs in go too: they would make sbatch and srun part of that job.
 */
export function slurmEnvironment(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !changes.test(name) || needed.has(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}

const changes = /^(SLURM|SLURMD|SBATCH|SQUEUE|SACCT|SACCTMGR|SCANCEL|SCONTROL|SINFO|SRUN|SALLOC)_/;
const needed = new Set(['SLURM_CONF', 'SLURM_CONF_SERVER', 'SLURM_JWT']);
