import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { sandbox } from '../../test/sandbox.ts';
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
