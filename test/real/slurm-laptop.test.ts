import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../sandbox.ts';
import { enter } from '../testbed/enter.ts';
import { type Testbed, testbed } from '../testbed/fixture.ts';
import { pidOf } from '../testbed/processes.ts';
import { browser } from './browser.ts';
import { newNotebook, printed } from './jupyterlab.ts';
import { member, type Opened, prefer } from './slurm-session.ts';

// A laptop without pier: a terminal with ssh, and a browser. What is typed there is what pier printed on the cluster.

let bed: Testbed;
let directory: string;
let chromium: string;

beforeAll(async () => {
  bed = await testbed();
  directory = await mkdtemp(path.join(tmpdir(), 'pier-laptop-'));
  chromium = path.join(directory, 'chromium');
  // In the laptop's network only: Chromium's own files stay where this test sees them.
  const inside = `nsenter --net=/proc/${pidOf(bed.directory, 'laptop')}/ns/net --`;
  await writeFile(chromium, `#!/bin/sh\nexec ${inside} ${process.env.CHROMIUM ?? '/usr/bin/chromium'} "$@"\n`);
  await chmod(chromium, 0o755);
});
afterAll(async () => {
  await bed[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

/** What alice sees who has signed in to a login node from her laptop. */
async function overSsh(command: string): Promise<Opened> {
  const line = `bash -lc 'module load pier; cd; ${command} --json'`;
  const ran = await bed.on('laptop', ['ssh', 'login1', line], { user: 'alice', timeoutMs: 240_000 });
  if (ran.exitCode !== 0) throw new Error(`${command}: ${ran.stdout}${ran.stderr}`);
  return JSON.parse(ran.stdout);
}

/** Pastes a line into a terminal of the laptop. */
function paste(line: string) {
  const [file, ...args] = enter(bed.directory, 'laptop', 'alice', ['sh', '-c', `exec ${line}`]);
  const pasted = spawn(file as string, args, { stdio: 'ignore' });
  return {
    stop: async () => {
      // The program inside, not the one that entered the host for it.
      await bed.on('laptop', ['pkill', '-u', 'alice', '-x', 'ssh']);
      await until(() => pasted.exitCode !== null || pasted.signalCode !== null);
    },
  };
}

const listens = async (port: string) => (await bed.must('laptop', ['ss', '-Htln'])).includes(`127.0.0.1:${port} `);

async function hostOfKernel(url: string): Promise<string> {
  // JupyterLab opens what was open last, whichever session that was.
  await member(bed).shell('rm -rf ~/.jupyter/lab/workspaces ~/Untitled*');
  await using context = await browser(chromium);
  const page = await context.newPage();
  await page.goto(url);
  return await printed(await (await newNotebook(page)).run('import socket; print(socket.gethostname())'));
}

describe.each(['gate', 'srun'] as const)('a session on a compute node, through %s', (way) => {
  test('opens on the laptop by the printed line and address', async () => {
    await prefer(member(bed), way);
    const { session, opening } = await overSsh('pier lab --on compute --time 1h');
    expect(opening.reach).toMatchObject({ way });
    expect(opening.tunnel).toMatch(/^ssh -N -L \d+:\/tmp\/pier-portal-\w+\/p\.sock alice@10\.51\.0\.11$/);
    const ssh = paste(opening.tunnel as string);
    await until(() => listens(new URL(opening.url).port));
    expect(await hostOfKernel(opening.url)).toBe(session.host);
    await ssh.stop();
    await overSsh(`pier session stop ${session.id}`);
  });
});

describe('--direct', () => {
  test('on a compute node: its address on campus, and the guide’s own tunnel from the laptop', async () => {
    const { session, opening } = await overSsh('pier lab --on compute --time 1h --direct');
    const address = (await bed.must('login1', ['getent', 'ahostsv4', session.host])).split(' ')[0];
    const port = new URL(opening.url).port;
    expect(opening.ways).toMatchObject([
      { from: 'campus', url: expect.stringContaining(`http://${address}:${port}/lab?token=`) },
      { from: 'tunnel', url: expect.stringContaining(`http://127.0.0.1:${port}/lab?token=`) },
    ]);
    expect(opening.tunnel).toBe(`ssh -N -f -L ${port}:${address}:${port} alice@login.cluster`);
    const status = (url: string) => ['curl', '-s', '-m', '20', '-o', '/dev/null', '-w', '%{http_code}', url];
    expect(await bed.must('login2', status(opening.url), { user: 'bob' })).toBe('200');
    const bare = `http://${address}:${port}/api/status`;
    expect(await bed.must('login2', status(bare), { user: 'bob' })).toBe('403');
    await bed.must('laptop', ['sh', '-c', opening.tunnel as string], { user: 'alice' });
    const tunnel = opening.ways?.find(({ from }) => from === 'tunnel')?.url as string;
    expect(await hostOfKernel(tunnel)).toBe(session.host);
    await bed.on('laptop', ['pkill', '-u', 'alice', '-x', 'ssh']);
    await overSsh(`pier session stop ${session.id}`);
  });

  test('on a login node: three addresses, and the external one works from the laptop', async () => {
    const { session, opening } = await overSsh('pier lab --on login --direct');
    expect(opening.ways?.map(({ from }) => from).sort()).toEqual(['campus', 'external', 'tunnel']);
    const external = opening.ways?.find(({ from }) => from === 'external')?.url as string;
    expect(new URL(external).hostname).toBe('10.51.0.11');
    expect(await hostOfKernel(external)).toBe('login1');
    await overSsh(`pier session stop ${session.id}`);
  });
});
