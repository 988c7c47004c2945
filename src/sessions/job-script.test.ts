import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { sandbox } from '../../test/sandbox.ts';
import { noResources } from '../jobs/index.ts';
import { jobScript } from './job-script.ts';

const request = {
  version: 1 as const,
  id: 'abcdefgh',
  app: 'lab' as const,
  environment: { name: 'sci', prefix: '/envs/sci' },
  on: 'here' as const,
  direct: false,
  site: 'local',
  created: '2026-11-23T12:00:00Z',
};

test.each(['sh', 'bash', 'dash'])(
  'in %s, a directory and a name full of shell do nothing but name themselves',
  async (shell) => {
    await using box = await sandbox();
    const directory = path.join(box.directory, "it's $(touch pwned) `id`\nrm");
    await mkdir(directory);
    const environment = { name: 'x\ntouch pwned #$(touch pwned)', prefix: '/x' };
    const script = path.join(box.directory, 'job.sh');
    await writeFile(script, jobScript({ ...request, directory, environment }, 1, ['pwd;', 'a b']));
    const ran = spawnSync(shell, [script], { cwd: box.directory, encoding: 'utf8' });
    // `pwd;` is one word, and there is no such program: 127 from the shell, twice, for the agent and what cleans up.
    expect(ran.status).toBe(127);
    expect(ran.stdout).toBe('');
    expect(spawnSync('find', [box.directory, '-name', 'pwned'], { encoding: 'utf8' }).stdout).toBe('');
  },
);

test('the script passes a signal on to the agent and waits for its end', async () => {
  await using box = await sandbox();
  const agent = path.join(box.directory, 'agent');
  await writeFile(agent, 'trap "echo told; exit 0" TERM\nkill -TERM "$PPID"\nwhile :; do sleep 0.05; done\n');
  const script = path.join(box.directory, 'job.sh');
  await writeFile(script, jobScript({ ...request, directory: box.directory }, 1, ['sh', agent]));
  const ran = spawnSync('sh', [script], { encoding: 'utf8', timeout: 10_000 });
  expect(ran).toMatchObject({ status: 0, stdout: 'told\n' });
});

const slurm = (log: string, env: NodeJS.ProcessEnv = {}) => ({
  asked: {
    name: 'pier-lab-abcdefgh-1',
    resources: { ...noResources, seconds: 7200, memory: 8192, account: 'pi-ada', partition: 'caslake' },
  },
  log,
  env,
});

test('for Slurm, what sbatch reads stands before the first command, and the rest is a script for any shell', async () => {
  await using box = await sandbox();
  const agent = path.join(box.directory, 'agent');
  await writeFile(agent, 'echo "$PIER_SESSION in $(pwd)"\n');
  const env = { XDG_STATE_HOME: "/state of 'mine'", SECRET: 'x' };
  const text = jobScript(
    { ...request, directory: box.directory },
    1,
    ['sh', agent],
    slurm('/home/ada/a b/100%/log', env),
  );
  const lines = text.split('\n');
  expect(lines[0]).toBe('#!/bin/bash -l');
  const first = lines.findIndex((line) => line !== '' && !line.startsWith('#'));
  expect(lines.slice(first).filter((line) => line.startsWith('#SBATCH'))).toEqual([]);
  expect(lines.slice(0, first).filter((line) => line.startsWith('#SBATCH'))).toEqual([
    '#SBATCH --job-name=pier-lab-abcdefgh-1',
    '#SBATCH --nodes=1',
    '#SBATCH --ntasks=1',
    '#SBATCH --time=120',
    '#SBATCH --mem=8192M',
    '#SBATCH --partition=caslake',
    '#SBATCH --account=pi-ada',
    '#SBATCH --signal=B:USR1@60',
    '#SBATCH --output="/home/ada/a b/100%%/log"',
    '#SBATCH --open-mode=append',
  ]);
  expect(text).not.toContain('SECRET');
  const script = path.join(box.directory, 'job.sh');
  await writeFile(script, text);
  for (const shell of ['sh', 'bash', 'dash']) {
    const ran = spawnSync(shell, [script], { cwd: '/', encoding: 'utf8' });
    expect(ran).toMatchObject({ status: 0, stdout: `abcdefgh in ${box.directory}\n`, stderr: '' });
  }
});

test('a node on which pier is not to be found is said by its name', async () => {
  await using box = await sandbox();
  const missing = path.join(box.directory, 'no such pier.cjs');
  const text = jobScript({ ...request, directory: box.directory }, 1, [process.execPath, missing], slurm('/x/log'));
  const script = path.join(box.directory, 'job.sh');
  await writeFile(script, text);
  const ran = spawnSync('bash', [script], { encoding: 'utf8' });
  expect(ran).toMatchObject({
    status: 127,
    stderr: expect.stringMatching(/^pier is not on \S+: there is no .*no such/),
  });
});

test('modules of the environment are loaded, whatever they are called', () => {
  const environment = { ...request.environment, modules: ['python/3.11.9', 'x; touch y'] };
  const text = jobScript({ ...request, directory: '/x', environment }, 1, ['pier'], slurm('/x/log'));
  expect(text).toContain("\nmodule load python/3.11.9\nmodule load 'x; touch y'\n");
});

test('on a login node a session runs behind the others', () => {
  const text = jobScript({ ...request, directory: '/x', on: 'login' as const }, 1, ['pier']);
  expect(text).toMatch(/renice -n 10 \$\$/);
});
