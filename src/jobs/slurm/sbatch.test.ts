import { expect, test } from 'vitest';
import type { RunResult } from '../../process/index.ts';
import type { SlurmRequest } from '../job.ts';
import { noResources } from '../resources.ts';
import { environmentFile, jobEnvironment, slurmEnvironment, submitEnvironment } from './environment.ts';
import { resourceOptions } from './options.ts';
import { readSubmission, sbatchArguments } from './sbatch.ts';

const ran = (result: Partial<RunResult>): RunResult => ({
  command: ['sbatch'],
  exitCode: 0,
  signal: null,
  stdout: '',
  stderr: '',
  timedOut: false,
  ...result,
});

const noise = ['sbatch: Verify', 'Balance of account'];
const read = (result: Partial<RunResult>) => readSubmission(ran(result), noise);

test('the number is found among a site’s own lines, on either stream', () => {
  const stderr = 'sbatch: Verify job submission ...\nsbatch: Verification: ***PASSED***\n';
  expect(read({ stdout: '1234\n', stderr })).toEqual({ outcome: 'taken', job: '1234', cluster: null });
  expect(read({ stdout: '1234;midway3\n' })).toEqual({ outcome: 'taken', job: '1234', cluster: 'midway3' });
  const stdout = 'Balance of account pi-ada: 4000\nYour job\n\n1234\n';
  expect(read({ stdout })).toMatchObject({ outcome: 'taken', job: '1234' });
});

test('two numbers, or none, are no answer: the job is then looked for by its name', () => {
  expect(read({ stdout: '500\n1234\n' })).toMatchObject({ outcome: 'uncertain', silent: false });
  expect(read({ stdout: '', stderr: '' })).toMatchObject({ outcome: 'uncertain', silent: false });
});

test.each([
  'sbatch: error: Batch job submission failed: Socket timed out on send/recv operation',
  'sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)',
  'sbatch: error: Batch job submission failed: Protocol authentication error',
  'sbatch: error: Batch job submission failed: Zero Bytes were transmitted or received',
])('%s: there may be a job', (stderr) => {
  expect(read({ exitCode: 1, stderr })).toMatchObject({ outcome: 'uncertain', silent: true });
});

// What Slurm 22.05.8 prints where job_submit.lua says the first line with slurm.log_user() and refuses.
test.each([
  'Jobs need a project: give --account and try again.',
  'Your credentials have expired, see https://rcc.example/authentication',
  'Your last ten jobs timed out: ask for less.',
  'slurmdbd maintenance: no jobs today.',
])('a site’s own refusal is none of Slurm’s silence, whatever words it uses: %s', (words) => {
  const stderr = `sbatch: error: ${words}\nsbatch: error: Batch job submission failed: Unspecified error\n`;
  expect(read({ exitCode: 1, stderr })).toMatchObject({
    outcome: 'uncertain',
    silent: false,
    reason: `sbatch said: ${words}; Batch job submission failed: Unspecified error`,
  });
});

test('what a site prints at each job is neither silence nor refusal; what sbatch says of munge is', () => {
  const passed = 'sbatch: Verify authentication: invalid qos specification? no.\n';
  const failed = 'sbatch: error: Batch job submission failed: Unspecified error\n';
  expect(read({ exitCode: 1, stderr: passed + failed })).toMatchObject({ outcome: 'uncertain', silent: false });
  // The testbed's profile, and Midway3's, take all that is no error for noise.
  const all = readSubmission(ran({ exitCode: 1, stderr: passed + failed }), ['sbatch: ']);
  expect(all).toMatchObject({ reason: 'sbatch said: Batch job submission failed: Unspecified error' });
  const munge =
    'sbatch: error: If munged is up, restart with --num-threads=10\n' +
    'sbatch: error: Munge encode failed: Failed to access "/run/munge/munge.socket.2": No such file or directory\n';
  expect(read({ exitCode: 1, stderr: munge })).toMatchObject({ silent: true, said: expect.stringContaining('munged') });
  // It came through at last, and was refused.
  const refused = `${munge}sbatch: error: Batch job submission failed: Invalid qos specification\n`;
  expect(read({ exitCode: 1, stderr: refused })).toMatchObject({ outcome: 'refused' });
});

test.each([
  { exitCode: null, signal: 'SIGINT' },
  { exitCode: null, signal: 'SIGHUP', stderr: 'sbatch: error: Invalid qos specification, says our filter\n' },
  // A wrapper in shell, whose sbatch was ended.
  { exitCode: 130 },
])('an sbatch that a signal ended may have been heard: %j', (ended) => {
  expect(read(ended)).toMatchObject({
    outcome: 'uncertain',
    silent: true,
    reason: expect.stringMatching(/^sbatch was ended/),
  });
});

test('an sbatch that hangs may have been heard', () => {
  expect(read({ exitCode: null, signal: 'SIGKILL', timedOut: true })).toMatchObject({
    outcome: 'uncertain',
    silent: true,
    reason: 'sbatch gave no answer within 100 seconds',
  });
});

test('a refusal that is known is one; the site’s own words are passed on', () => {
  const known = read({ exitCode: 1, stderr: 'sbatch: Verify …\nsbatch: error: Invalid qos specification\n' });
  expect(known).toMatchObject({ outcome: 'refused', error: { code: 'job-refused' } });
  const own = 'sbatch: error: Please request an account with --account (site policy)\nsbatch: error: Unspecified error';
  expect(read({ exitCode: 1, stderr: own })).toMatchObject({
    outcome: 'uncertain',
    silent: false,
    reason: 'sbatch said: Please request an account with --account (site policy); Unspecified error',
  });
});

test('a cluster that has no GPUs at all says so in words of its own', () => {
  // Slurm 22.05.8 without GresTypes; the testbed's has them, and calls what no node has a configuration.
  const stderr = 'sbatch: error: Batch job submission failed: Invalid generic resource (gres) specification\n';
  expect(read({ exitCode: 1, stderr })).toMatchObject({
    outcome: 'refused',
    error: { message: expect.stringContaining('no such GPUs'), hint: expect.stringContaining('--gpus') },
  });
});

const request: SlurmRequest = {
  engine: 'slurm',
  name: 'pier-lab-abcdefgh-1',
  script: '/home/ada/job.sh',
  directory: '/home/ada/my work',
  log: '/home/ada/100%/log',
  env: {},
  resources: noResources,
  after: '77',
  warn: 60,
  noise: [],
};

test('the command line says everything, and leaves nothing to variables', () => {
  expect(sbatchArguments(request, null)).toEqual([
    '--parsable',
    '--job-name=pier-lab-abcdefgh-1',
    '--chdir=/home/ada/my work',
    '--output=/home/ada/100%%/log',
    '--open-mode=append',
    '--export=ALL',
    '--signal=B:USR1@60',
    '--dependency=afterany:77',
    '--nodes=1',
    '--ntasks=1',
    '/home/ada/job.sh',
  ]);
  expect(sbatchArguments(request, '/home/ada/job.sh.environment')).toContain(
    '--export-file=/home/ada/job.sh.environment',
  );
});

test('sbatch finds and enters the cluster as the other programs do; its token is not the job’s', () => {
  const shell = { HOME: '/h', SLURM_CONF_SERVER: 'ctl:6817', SLURM_JWT: 'secret', PASSWORD: 'secret' };
  const job = { ...jobEnvironment(shell), PIER_SESSION: 'a,b\n"c"' };
  expect(job).toEqual({ HOME: '/h', SLURM_CONF_SERVER: 'ctl:6817', PIER_SESSION: 'a,b\n"c"' });
  expect(submitEnvironment(job, shell)).toEqual({ env: { ...job, SLURM_JWT: 'secret' }, fromFile: true });
  expect(submitEnvironment(job, { PASSWORD: 'secret' })).toEqual({ env: job, fromFile: false });
  expect(environmentFile(job)).toBe('HOME=/h\0SLURM_CONF_SERVER=ctl:6817\0PIER_SESSION=a,b\n"c"\0');
});

test('resources, in the words of every Slurm since 20.11', () => {
  const gpus = { count: 2, type: 'a100', select: 'gres' as const };
  const wanted = {
    ...noResources,
    seconds: 90,
    memory: 8192,
    cpus: 4,
    gpus,
    account: 'pi-ada',
    partition: 'gpu',
    qos: 'debug',
  };
  expect(resourceOptions(wanted)).toEqual([
    '--nodes=1',
    '--ntasks=1',
    '--time=2',
    '--mem=8192M',
    '--cpus-per-task=4',
    '--gres=gpu:a100:2',
    '--partition=gpu',
    '--qos=debug',
    '--account=pi-ada',
  ]);
  const byFeature = { ...noResources, gpus: { ...gpus, select: 'constraint' as const } };
  expect(resourceOptions(byFeature).slice(2)).toEqual(['--gres=gpu:2', '--constraint=a100']);
  expect(resourceOptions({ ...byFeature, constraint: 'ib' }).slice(2)).toEqual([
    '--gres=gpu:2',
    '--constraint=ib&a100',
  ]);
  expect(resourceOptions({ ...byFeature, constraint: 'x|y' }).at(-1)).toBe('--constraint=(x|y)&a100');
});

test('of a wrapper that prints thousands of lines the last ones are told', () => {
  const trace = Array.from({ length: 5000 }, (_, line) => `+ step ${line}`).join('\n');
  expect(read({ exitCode: 1, stderr: `${trace}\nno such wrapper\n` })).toMatchObject({
    outcome: 'uncertain',
    reason: expect.stringMatching(/^sbatch said: \+ step 4993; .{1,100}; no such wrapper$/),
  });
});

test('a job gets who the user is, and nothing else of the shell', () => {
  const shell = {
    HOME: '/home/ada',
    USER: 'ada',
    PATH: '/bin',
    SECRET: 's',
    SSH_AUTH_SOCK: '/s',
    VIRTUAL_ENV: '/v',
    LC_ALL: 'C',
  };
  expect(jobEnvironment({ ...shell, SLURM_JOB_ID: '1', SBATCH_ACCOUNT: 'x', XDG_RUNTIME_DIR: '/run/user/1' })).toEqual({
    HOME: '/home/ada',
    USER: 'ada',
    PATH: '/bin',
    LC_ALL: 'C',
  });
});

test('Slurm’s programs get all but what changes their meaning', () => {
  const shell = {
    HOME: '/h',
    KRB5CCNAME: 'k',
    SLURM_CONF: '/c',
    SLURM_JWT: 't',
    SQUEUE_FORMAT: '%i',
    SLURM_TIME_FORMAT: '%s',
  };
  expect(slurmEnvironment({ ...shell, SBATCH_EXPORT: 'NONE', LC_ALL: 'de_DE.UTF-8' })).toEqual({
    HOME: '/h',
    KRB5CCNAME: 'k',
    SLURM_CONF: '/c',
    SLURM_JWT: 't',
    LC_ALL: 'C',
  });
});
