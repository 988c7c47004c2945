import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../sandbox.ts';
import { type Testbed, testbed } from '../testbed/fixture.ts';
import { codeSecret, people, password as rightPassword } from '../testbed/layout.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await testbed();
});
afterAll(() => bed[Symbol.asyncDispose]());

/** What ssh(1) asks when it has no terminal: the prompt is its first argument. */
async function answers(user: string, { password = rightPassword, code = `$(oathtool --totp -b ${codeSecret})` } = {}) {
  const script = `#!/bin/sh\ncase $1 in *[Pp]assword*) echo "${password}" ;; *) echo "${code}" ;; esac\n`;
  await bed.must('laptop', ['sh', '-c', 'cat >askpass && chmod 700 askpass'], { user, input: script });
}

/** ssh from the laptop, as a person who is asked nothing on a terminal. */
function ssh(user: string, ...args: string[]) {
  const ask = [`SSH_ASKPASS=/home/${user}/askpass`, 'SSH_ASKPASS_REQUIRE=force'];
  return bed.on('laptop', ['env', ...ask, 'ssh', '-o', 'NumberOfPasswordPrompts=1', ...args], { user });
}

describe('a person with a key', () => {
  test('signs in, on one login node after the other', async () => {
    const seen = [await ssh('alice', 'login', 'hostname'), await ssh('alice', 'login', 'hostname')];
    expect(seen.map(({ stdout }) => stdout.trim()).sort()).toEqual(['login1', 'login2']);
  });

  test('is asked nothing more, also without a Slurm account', async () => {
    expect((await ssh('eve', '-o', 'BatchMode=yes', 'login1', 'id', '-un')).stdout).toBe('eve\n');
  });

  test('is let in as nobody else', async () => {
    const refused = await ssh('alice', '-o', 'BatchMode=yes', 'eve@login1', 'true');
    expect(refused.exitCode).toBe(255);
    expect(refused.stderr).toContain('Permission denied');
  });
});

describe('a person with a key and a code', () => {
  test('signs in with both', async () => {
    await answers('bob');
    expect((await ssh('bob', 'login1', 'id', '-un')).stdout).toBe('bob\n');
  });

  test('is refused with a wrong code, and without a chance to give one', async () => {
    await answers('bob', { code: '000000' });
    expect((await ssh('bob', 'login1', 'true')).exitCode).toBe(255);
    const batch = await ssh('bob', '-o', 'BatchMode=yes', 'login1', 'true');
    expect(batch.stderr).toContain('Permission denied (keyboard-interactive)');
  });

  test('signs in once for all that goes through the same connection', async () => {
    await answers('bob');
    const control = ['-o', 'ControlPath=~/control'];
    expect((await ssh('bob', ...control, '-fNM', 'login1')).exitCode).toBe(0);
    await answers('bob', { code: '000000' });
    expect((await ssh('bob', ...control, 'login1', 'squeue', '-h')).exitCode).toBe(0);
    await ssh('bob', ...control, '-O', 'exit', 'login1');
    expect((await ssh('bob', ...control, 'login1', 'true')).exitCode).toBe(255);
  });
});

describe('a person with a password and a code', () => {
  test('signs in with both', async () => {
    await answers('dana');
    expect((await ssh('dana', 'login1', 'id', '-un')).stdout).toBe('dana\n');
  });

  test('is refused when either is wrong', async () => {
    await answers('dana', { password: 'wrong' });
    expect((await ssh('dana', 'login1', 'true')).stderr).toContain('Permission denied');
    await answers('dana', { code: '000000' });
    expect((await ssh('dana', 'login1', 'true')).stderr).toContain('Permission denied');
  });
});

test('the members of a project share its directory, and nobody else looks in', async () => {
  const [alice, bob] = people;
  expect([alice?.projects, bob?.projects]).toEqual([['pi-ada'], ['pi-ada', 'pi-grace']]);
  await bed.must('login1', ['sh', '-c', 'echo shared >/project/ada/alice/note'], { user: 'alice' });
  expect((await bed.on('c1', ['cat', '/project/ada/alice/note'], { user: 'bob' })).stdout).toBe('shared\n');
  expect((await bed.on('c1', ['cat', '/project/ada/alice/note'], { user: 'dana' })).exitCode).toBe(1);
  expect((await bed.on('c1', ['ls', '/scratch/midway3/alice'], { user: 'bob' })).stderr).toContain('Permission denied');
});

test('a port of a compute node is reached from the laptop by ssh -L through a login node, and no other way', async () => {
  const program = ['python3', '-m', 'http.server', '--directory', '/etc/slurm', '18080'];
  const submit = ['sbatch', '--parsable', '-w', 'c1', '--wrap', program.join(' ')];
  const job = (await bed.must('login1', submit, { user: 'alice' })).trim();
  const get = (address: string) =>
    bed.on('laptop', ['python3', '-c', fetchIt, `http://${address}/slurm.conf`], { user: 'alice', timeoutMs: 30_000 });
  const fetchIt = 'import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1], timeout=5).read().decode())';
  expect((await get('10.50.0.21:18080')).stderr).toContain('Network is unreachable');

  const control = ['-o', 'ControlPath=~/control'];
  const tunnel = ['-fNM', '-o', 'ExitOnForwardFailure=yes', '-L', '8080:c1:18080', 'login'];
  expect((await ssh('alice', ...control, ...tunnel)).exitCode).toBe(0);
  const page = await until(async () => {
    const answer = await get('127.0.0.1:8080');
    return answer.exitCode === 0 && answer.stdout;
  });
  expect(page).toContain('ClusterName=pier');
  await bed.must('login1', ['scancel', job], { user: 'alice' });
  await ssh('alice', ...control, '-O', 'exit', 'login');
  await until(async () => (await get('127.0.0.1:8080')).stderr.includes('Connection refused'));
});
