import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sandbox } from './sandbox.ts';

/** Slurm's programs as stand-ins on this process's PATH, with a state directory of its own, until disposed. */
export interface SlurmStandIns extends AsyncDisposable {
  readonly directory: string;
  /** What `squeue` lists from now on: jobs that wait, by number and name, as 22.05.8 prints what pier asks for. */
  readonly waiting: (...jobs: readonly { readonly id: string; readonly name: string }[]) => Promise<void>;
}

export async function slurmStandIns(cluster: string): Promise<SlurmStandIns> {
  const box = await sandbox();
  const { directory } = box;
  const before = { ...process.env };
  const bin = path.join(directory, 'bin');
  await mkdir(bin);
  const program = (name: string, line: string) =>
    writeFile(path.join(bin, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  await program('squeue', `cat ${directory}/queue`);
  await program('sacct', '');
  await program('scancel', `echo "$@" >>${directory}/cancelled`);
  await writeFile(path.join(directory, 'slurm.conf'), `ClusterName=${cluster}\n`);
  const waiting: SlurmStandIns['waiting'] = async (...jobs) => {
    const lines = jobs.map(({ id, name }) =>
      [id, 'PENDING', 'N/A', 'N/A', '1:00:00', 'n/a', '2026-11-26T18:00:00', 'Priority', name].join('\u001f'),
    );
    await writeFile(path.join(directory, 'queue'), lines.map((line) => `${line}\u001e\n`).join(''));
  };
  await waiting();
  process.env.XDG_STATE_HOME = path.join(directory, 'state');
  process.env.SLURM_CONF = path.join(directory, 'slurm.conf');
  process.env.PATH = `${bin}:/usr/bin:/bin`;
  return {
    directory,
    waiting,
    [Symbol.asyncDispose]: async () => {
      for (const name of ['XDG_STATE_HOME', 'SLURM_CONF', 'PATH']) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
      await box[Symbol.asyncDispose]();
    },
  };
}
