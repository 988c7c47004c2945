import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../src/process/index.ts';
import { type Channel, condaChannel } from '../channel/channel.ts';
import { condaRoot, type StandIn, standIn } from '../channel/stand-ins.ts';
import { type Sandbox, sandbox } from '../sandbox.ts';

let channel: Channel;
let box: Sandbox;
let env: Record<string, string>;
beforeAll(async () => {
  [channel, box] = await Promise.all([condaChannel(), sandbox()]);
  env = {
    PATH: '/usr/bin:/bin',
    HOME: box.home,
    CONDA_ENVS_DIRS: path.join(box.directory, 'envs'),
    CONDA_PKGS_DIRS: path.join(box.directory, 'pkgs'),
    CONDA_CHANNELS: channel.fileUrl,
  };
});
afterAll(async () => {
  await channel[Symbol.asyncDispose]();
  await box[Symbol.asyncDispose]();
});

async function call(program: StandIn, args: readonly string[], more: Record<string, string> = {}) {
  const file = path.join(await standIn(program), program);
  return run(file, args, { timeoutMs: 120_000, env: { ...env, ...more } });
}

/** What the program wrote as JSON; throws when it wrote none. */
const answer = async (program: StandIn, ...args: string[]) =>
  JSON.parse((await call(program, [...args, '--json'])).stdout);

const prefix = (name: string) => path.join(box.directory, 'envs', name);

/** The names and kinds of all that is in a value; of a list, its first entry's; of what is by path, any one's. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.length > 0 ? [shape(value[0])] : [];
  if (value === null || typeof value !== 'object') return typeof value;
  const entries = Object.entries(value).filter(([name]) => !name.startsWith('/'));
  const byPath = Object.entries(value).find(([name]) => name.startsWith('/'));
  return Object.fromEntries(
    [...entries, ...(byPath ? [['/', byPath[1]]] : [])].map(([name, some]) => [name, shape(some)]),
  );
}

const recorded = (name: string) =>
  shape(JSON.parse(readFileSync(path.join(import.meta.dirname, '..', 'channel', 'recorded', `${name}.json`), 'utf8')));

test('each says that it stands in, where it says its version and in its help', async () => {
  for (const program of ['conda', 'mamba', 'micromamba'] as const) {
    const version = await call(program, ['--version']);
    expect(version.stdout).toMatch(program === 'conda' ? /^conda 26\.9\.0\n$/ : /^2\.4\.0\n$/);
    expect(version.stderr).toContain('stand-in of pier’s tests'.replace('’', "'"));
    expect((await call(program, ['--help'])).stdout).toContain("a stand-in of pier's tests, backed by py-rattler");
  }
});

describe('conda’s JSON is shaped as conda 26.9 wrote it', () => {
  test('of what makes an environment, lists it and takes it away', async () => {
    await answer('conda', 'create', '-y', '-n', 'warm', 'hello');
    const created = await answer('conda', 'create', '-y', '-n', 'shaped', 'hello');
    expect(shape(created)).toEqual(recorded('create'));
    expect(shape(await answer('conda', 'list', '-n', 'shaped'))).toEqual(recorded('list'));
    expect(shape(await answer('conda', 'env', 'export', '-n', 'shaped'))).toEqual(recorded('env-export'));
    expect(shape(await answer('conda', 'env', 'list'))).toMatchObject({ envs: ['string'] });
    const [listed, was] = [await answer('conda', 'env', 'list'), recorded('env-list')];
    expect(shape({ ...listed, envs_details: { '/': listed.envs_details[prefix('shaped')] } })).toEqual(was);
    expect(shape(await answer('conda', 'remove', '-n', 'shaped', '--all', '-y'))).toEqual(recorded('remove'));
    expect(await answer('conda', 'env', 'list')).not.toMatchObject({
      envs: expect.arrayContaining([prefix('shaped')]),
    });
  });

  test('of what it knows of itself', async () => {
    const [info, was] = [await answer('conda', 'info'), recorded('info') as Record<string, unknown>];
    expect(Object.keys(info)).toEqual(Object.keys(was));
    expect(info.channels).toEqual([`${channel.fileUrl}/linux-64`, `${channel.fileUrl}/noarch`]);
  });

  test('of what it cannot do', async () => {
    const lost = await call('conda', ['create', '-y', '-n', 'lost', 'nosuchpkg', '--json']);
    expect(lost.exitCode).toBe(1);
    expect(Object.keys(JSON.parse(lost.stdout))).toEqual(Object.keys(recorded('create-nopkg') as object));
    expect(JSON.parse(lost.stdout).exception_name).toBe('PackagesNotFoundInChannelsError');
    expect(shape(await answer('conda', 'list', '-p', '/nope'))).toEqual(recorded('list-noenv'));
  });
});

describe('an environment', () => {
  test('is made as real as one of conda’s: programs, history, and its place on conda’s list', async () => {
    const made = await call('conda', ['create', '--yes', '--prefix', prefix('sea'), 'hello', 'tidewater<2']);
    expect(made).toMatchObject({ exitCode: 0 });
    expect((await run(path.join(prefix('sea'), 'bin', 'hello'), [], { timeoutMs: 20_000 })).stdout).toContain(
      prefix('sea'),
    );
    const history = await readFile(path.join(prefix('sea'), 'conda-meta', 'history'), 'utf8');
    expect(history).toContain("# update specs: ['hello', 'tidewater<2']");
    expect(await readFile(path.join(box.home, '.conda', 'environments.txt'), 'utf8')).toContain(prefix('sea'));
    expect((await answer('conda', 'env', 'export', '-n', 'sea', '--from-history')).dependencies).toEqual([
      'hello',
      'tidewater<2',
    ]);
  });

  test('takes packages in and gives them up, keeping what was asked for before', async () => {
    const versions = async () =>
      Object.fromEntries(
        (await answer('conda', 'list', '-n', 'more')).map(({ name, version }: Record<string, string>) => [
          name,
          version,
        ]),
      );
    await answer('conda', 'create', '-y', '-n', 'more', 'tidewater<2');
    await answer('conda', 'install', '-y', '-n', 'more', 'anchor');
    expect(await versions()).toEqual({ anchor: '1.0', tidewater: '1.1' });
    expect((await call('conda', ['install', '-y', '-n', 'more', 'keel'])).stderr).toContain(
      'LibMambaUnsatisfiableError',
    );
    expect(await versions()).toEqual({ anchor: '1.0', tidewater: '1.1' });
    await answer('conda', 'install', '-y', '-n', 'more', 'tidewater>=2');
    expect(await versions()).toEqual({ anchor: '2.0', tidewater: '2.0' });
    await answer('conda', 'remove', '-y', '-n', 'more', 'tidewater');
    expect(await versions()).toEqual({});
  });

  test('that is there already is removed by create --yes without a word; another folder is refused', async () => {
    await answer('conda', 'create', '-y', '-n', 'twice', 'hello');
    await answer('conda', 'create', '-y', '-n', 'twice', 'tidewater');
    expect((await answer('conda', 'list', '-n', 'twice')).map(({ name }: { name: string }) => name)).toEqual([
      'tidewater',
    ]);
    await mkdir(prefix('mine'));
    await writeFile(path.join(prefix('mine'), 'thesis.tex'), '');
    const refused = await call('conda', ['create', '-y', '-n', 'mine', 'hello']);
    expect(refused).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('DirectoryNotACondaEnvironmentError'),
    });
  });

  test('is made of a file, pip’s part included, and copied', async () => {
    const file = path.join(box.directory, 'environment.yml');
    await writeFile(file, 'channels: [nodefaults]\ndependencies: [python, tidewater=1.0, {pip: [lighthouse==3.1]}]\n');
    const failed = await call('conda', ['env', 'create', '-n', 'filed', '-f', file], { PIP_NO_INDEX: '1' });
    expect(failed.stderr).toContain('CondaEnvException: Pip failed');
    await writeFile(file, 'channels: [nodefaults]\ndependencies: [python, tidewater=1.0]\n');
    expect(await call('conda', ['env', 'create', '-n', 'filed2', '-f', file])).toMatchObject({ exitCode: 0 });
    expect(await answer('conda', 'create', '-y', '-n', 'copy', '--clone', 'filed2')).toMatchObject({ success: true });
    expect(await readFile(path.join(prefix('copy'), 'share', 'tidewater', 'version'), 'utf8')).toBe('1.0\n');
  });

  test('is forecast without being made: --dry-run says what would be fetched, and how large it is', async () => {
    const dry = await answer('conda', 'create', '--dry-run', '-n', 'dry', 'keel');
    expect(dry).toMatchObject({ success: true, dry_run: true, prefix: prefix('dry') });
    expect(dry.actions.FETCH[0]).toMatchObject({ name: expect.any(String), size: expect.any(Number), url: /^file:/ });
    const mamba = await answer('mamba', 'create', '--dry-run', '-n', 'dry', 'keel');
    expect(mamba.actions.LINK[0]).toMatchObject({ fn: expect.any(String), sha256: expect.any(String) });
    expect((await call('conda', ['list', '-n', 'dry'])).exitCode).toBe(1);
  });
});

describe('activation', () => {
  const bash = async (script: string) =>
    (await run('bash', ['-c', `. ${await condaRoot()}/etc/profile.d/conda.sh\n${script}`], { timeoutMs: 60_000, env }))
      .stdout;

  test('sets and takes back variables and PATH, and runs the packages’ scripts', async () => {
    await answer('conda', 'create', '-y', '-n', 'shell', 'hello');
    const said = await bash(
      'before=$PATH; conda activate shell; echo "$CONDA_DEFAULT_ENV $HELLO_LEVEL $HELLO_ACTIVE"; command -v hello; ' +
        'conda deactivate; echo "[$CONDA_PREFIX$HELLO_LEVEL$HELLO_ACTIVE] $HELLO_ORDER"; [ "$PATH" = "$before" ] && echo same',
    );
    expect(said).toBe(`shell 1 ${prefix('shell')}\n${prefix('shell')}/bin/hello\n[] ad\nsame\n`);
  });

  test('goes back to the environment that was active before', async () => {
    await answer('conda', 'create', '-y', '-n', 'outer', 'tidewater');
    const said = await bash(
      'conda activate outer; conda activate shell; echo $CONDA_SHLVL $CONDA_PREFIX_1; conda deactivate; echo $CONDA_PREFIX',
    );
    expect(said).toBe(`2 ${prefix('outer')}\n${prefix('outer')}\n`);
  });

  test('works the old way, source activate', async () => {
    const script = `source ${await condaRoot()}/bin/activate shell && echo $CONDA_PREFIX`;
    expect((await run('bash', ['-c', script], { timeoutMs: 60_000, env })).stdout).toBe(`${prefix('shell')}\n`);
  });
});

describe('on demand it goes wrong as the real ones have been seen to', () => {
  test('it prints noise, and dies after its work was done', async () => {
    const log = path.join(box.directory, 'calls');
    const faults = { CONDA_STANDIN_FAULT: 'noise,crash', CONDA_STANDIN_LOG: log };
    const made = await call('mamba', ['create', '-y', '-n', 'crashed', 'tidewater', '--json'], faults);
    expect(made).toMatchObject({ exitCode: null, signal: 'SIGSEGV', stderr: expect.stringContaining('WARNING') });
    expect(JSON.parse(made.stdout)).toMatchObject({ success: true });
    expect(await readFile(log, 'utf8')).toBe('mamba create -y -n crashed tidewater --json\n');
  });
});
