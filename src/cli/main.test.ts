import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { run } from '../process/index.ts';
import { type BuiltPier, buildPier } from './build-for-tests.ts';

let pier: BuiltPier;
let home: string;

beforeAll(async () => {
  pier = await buildPier();
});
afterAll(async () => {
  await pier[Symbol.asyncDispose]();
});
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'pier-home-'));
});
afterEach(async () => {
  await rm(home, { recursive: true });
});

async function pierWith(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return await run(process.execPath, [pier.program, ...args], {
    env: { PATH: process.env.PATH, HOME: home, ...env },
    cwd: home,
    timeoutMs: 15_000,
  });
}

async function shell(script: string) {
  const env = { PATH: `${pier.bin}:${process.env.PATH}`, HOME: home };
  return await run('bash', ['-c', script], { env, cwd: home, timeoutMs: 15_000 });
}

/** An environment by hand: what makes it one is pyvenv.cfg and its Python. */
async function makeEnvironment(name: string): Promise<string> {
  const prefix = path.join(home, '.local/share/pier/envs', name);
  await run('python3', ['-m', 'venv', '--without-pip', prefix], { timeoutMs: 60_000 });
  return prefix;
}

test('--version is one line; with --json it has the number of the protocol', async () => {
  expect((await pierWith(['--version'])).stdout).toBe('pier 0.0.0-test\n');
  expect(JSON.parse((await pierWith(['--version', '--json'])).stdout).version).toMatchObject({
    pier: '0.0.0-test',
    protocol: 1,
  });
});

test('wrong usage ends with 2 and says what to type, on stderr only', async () => {
  const { exitCode, stdout, stderr } = await pierWith(['env', 'lst']);
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toBe('pier: There is no command env lst.\n  Try: pier env list\n');
});

test('with --json an error is one document on stdout', async () => {
  for (const args of [
    ['--json', 'env', 'lst'],
    ['env', 'list', '--json', '--nope'],
    ['env', 'show', 'nope', '--json'],
  ]) {
    const { exitCode, stdout, stderr } = await pierWith(args);
    const { error } = JSON.parse(stdout);
    expect([exitCode, stderr, Object.keys(error)]).toEqual([2, '', ['code', 'message', 'hint']]);
  }
});

test('what a person typed is shown in an error, and does nothing to the terminal', async () => {
  const { stderr } = await pierWith(['\x1b[2Jlab\u202e']);
  expect(stderr).toContain('\\x1b[2Jlab\\u{202e}');
  expect(stderr.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

test('list commands answer with their plural noun', async () => {
  expect(JSON.parse((await pierWith(['env', 'list', '--json'])).stdout)).toEqual({ environments: [] });
  expect(JSON.parse((await pierWith(['catalogue', 'list', '--json'])).stdout).catalogues[0]).toHaveProperty('specs');
});

test('pier alone says where we are and what to do next', async () => {
  const { stdout, exitCode } = await pierWith([]);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/Site +local .*\n/);
  expect(stdout).toMatch(/Next +pier lab/);
  const { here } = JSON.parse((await pierWith(['--json'])).stdout);
  expect(here).toMatchObject({ site: { id: 'local' }, sessions: [], active: null, next: { command: 'pier lab' } });
  expect(here.environments.bytesLeft).toBeGreaterThan(0);
});

test('where there are compute nodes and quotas, pier alone says how to get to one, and what its figure leaves out', async () => {
  const { stdout } = await pierWith(['--site', 'midway3'], { PI: 'ada' });
  expect(stdout).toMatch(/left on its disk, if\s+your quota allows as\s+much\n/);
  expect(stdout).toMatch(/\nNext +pier lab {3}opens.*\n +pier lab --on compute {3}does so on a compute node/s);
  expect((await pierWith([])).stdout).not.toMatch(/compute|quota/);
  expect(JSON.parse((await pierWith(['--json'])).stdout).here.onCompute).toBe(null);
});

test('an environment that is there is offered for what was to be in a new one', async () => {
  await makeEnvironment('one');
  const { stderr } = await pierWith(['env', 'create', 'one', 'six', 'numpy>=2'], { PIER_CALLED_AS: './pier' });
  expect(stderr).toContain("  To add to it: ./pier env install one six 'numpy>=2'\n  Take another name,");
});

test('one that nobody has is spoken of alike by every command', async () => {
  for (const command of [
    'env activate nope',
    'env kernel nope',
    'exec -e nope true',
    'env show nope',
    'env remove nope',
  ]) {
    expect((await pierWith(command.split(' '))).stderr).toBe(
      'pier: There is no environment called nope.\n  Try: pier env list\n',
    );
  }
});

test('a remark behind a command to type is wrapped, and the command is not', async () => {
  const { stderr } = await pierWith(['env'], { COLUMNS: '60' });
  const [, command, ...remark] = stderr.trimEnd().split('\n');
  expect(command).toBe('  Try: pier env --help');
  expect(remark.join(' ').replace(/\s+/g, ' ')).toMatch(/^ \(list, show, create, .*\)$/);
  expect(Math.max(...remark.map((line) => line.length))).toBeLessThanOrEqual(60);
});

test('site show has a heading over each column', async () => {
  expect((await pierWith(['site', 'show', '--site', 'midway3'])).stdout).toMatch(/\nKEY +VALUE +SOURCE\n/);
});

test('env list, env show and exec work on an environment that is there', async () => {
  await makeEnvironment('one');
  const { stdout } = await pierWith(['env', 'list']);
  expect(stdout).toMatch(/^NAME +PYTHON/);
  expect(stdout).toMatch(/\none +\d+\.\d+\.\d+ +venv/);
  expect(JSON.parse((await pierWith(['env', 'show', 'one', '--json'])).stdout).environment.packages).toEqual([]);
  const which = await pierWith(['exec', '-e', 'one', '--', 'python', '-c', 'import sys; print(sys.prefix)']);
  expect(which.stdout).toMatch(/envs\/one\n$/);
});

test('exec ends as the program did: its status, 128 and a signal, 125 when pier failed', async () => {
  await makeEnvironment('one');
  expect((await pierWith(['exec', '-e', 'one', '--', 'sh', '-c', 'exit 7'])).exitCode).toBe(7);
  expect((await pierWith(['exec', '-e', 'one', '--json', 'sh', '-c', 'kill -TERM $$'])).exitCode).toBe(143);
  expect((await pierWith(['exec', '-e', 'one', 'no-such-program'])).exitCode).toBe(125);
  expect((await pierWith(['exec', '-e', 'two', 'true'])).exitCode).toBe(125);
  expect((await pierWith(['exec', '--nope'])).exitCode).toBe(125);
});

test('exec keeps the words of its program as they are', async () => {
  await makeEnvironment('one');
  const words = ['a b', "it's", '$HOME', '', '--', '-e', '\n'];
  const script = 'import sys, json; print(json.dumps(sys.argv[1:]))';
  const { stdout } = await pierWith(['exec', '-e', 'one', 'python', '-c', script, ...words]);
  expect(JSON.parse(stdout)).toEqual(words);
});

test('--explain does nothing: it shows the commands, or says that there are none', async () => {
  const prefix = await makeEnvironment('one');
  const { commands } = JSON.parse(
    (await pierWith(['exec', '-e', 'one', '--explain', '--json', 'touch', 'a b'])).stdout,
  );
  expect(commands).toEqual([`. ${prefix}/bin/activate`, "touch 'a b'"]);
  expect((await pierWith(['env', 'remove', 'one', '--explain', '--yes'])).stdout).toContain('rm -rf');
  expect((await pierWith(['session', 'stop', '--all', '--explain'])).stdout).toMatch(
    /^There is no one command to do by hand/,
  );
  expect((await pierWith(['env', 'show', 'one'])).exitCode).toBe(0);
});

test('an interactive program keeps its Ctrl+C, and pier waits for its status', async () => {
  await makeEnvironment('one');
  const program = "trap 'echo caught; exit 3' INT; kill -INT 0; sleep 5";
  // bash -m: pier and the program are a process group of their own, as in a terminal.
  const { stdout } = await shell(`set -m; pier exec -e one -- bash -c "${program}"; echo "status $?"`);
  expect(stdout).toBe('caught\nstatus 3\n');
});

test('a reader that stops reading is no error', async () => {
  const { stdout, stderr } = await shell(
    'set -o pipefail; pier --help | head -n 1; pier site schema | head -n 1; echo $?',
  );
  expect(stdout).toMatch(/^Python on a shared cluster.*\n\{\n0\n$/);
  expect(stderr).toBe('');
});

test('site check answers no with 1, and says where', async () => {
  await writeFile(path.join(home, 'bad.yaml'), 'id: x\nnope: 1\n');
  const { exitCode, stdout } = await pierWith(['site', 'check', './bad.yaml']);
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/bad\.yaml:\d+:\d+/);
});

test('a state directory that cannot be read is told in plain words', async () => {
  if (process.getuid?.() === 0) return;
  await mkdir(path.join(home, '.local/state/pier/sessions'), { recursive: true });
  await chmod(path.join(home, '.local/state/pier/sessions'), 0);
  expect((await pierWith(['session', 'list'])).stderr).toMatch(/^pier: Cannot list ~/);
});

test('what nobody foresaw prints its stack and asks for a report', async () => {
  const { exitCode, stderr } = await pierWith(['env', 'list'], {
    HOME: undefined,
    NODE_OPTIONS: `--require ${await breaking()}`,
  });
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/Error: unforeseen\n +at .*Please report it/s);
});

test('where not even the saying works, the error is written as it is', async () => {
  const file = path.join(home, 'mute.cjs');
  await writeFile(file, "Buffer.from = () => { throw new Error('no letters') };\n");
  const { exitCode, stderr } = await pierWith(['env', 'lst'], { NODE_OPTIONS: `--require ${file}` });
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^pier: .*There is no command env lst/);
});

/** Runs pier as a user that no database knows (needs root). */
async function asStranger(args: readonly string[], env: NodeJS.ProcessEnv) {
  for (const open of [path.dirname(pier.program), home]) await chmod(open, 0o755);
  const words = ['--reuid', '41002', '--regid', '41002', '--clear-groups', process.execPath, pier.program, ...args];
  return await run('setpriv', words, { env: { PATH: process.env.PATH, ...env }, cwd: '/', timeoutMs: 15_000 });
}

describe.runIf(process.getuid?.() === 0)('a user whom no database knows (needs root)', () => {
  test('and who has no HOME is told so, and how to give one', async () => {
    for (const env of [{}, { HOME: '' }]) {
      const { exitCode, stderr } = await asStranger(['session', 'list'], env);
      expect([exitCode, stderr.replaceAll(/\s+/g, ' ')]).toEqual([
        2,
        'pier: HOME is not set, and uid 41002 has no home in the user database (passwd). Try: export HOME=/a/directory/of/yours ',
      ]);
    }
    const { error } = JSON.parse((await asStranger(['session', 'list', '--json'], {})).stdout);
    expect(error.code).toBe('home-unknown');
    expect((await asStranger(['--version'], {})).exitCode).toBe(0);
  });

  test('works at home in a directory of root’s below a sticky one, with a profile there or none', async () => {
    const mine = path.join(home, 'ada');
    const config = path.join(mine, '.config/pier');
    await mkdir(config, { recursive: true });
    for (const one of [mine, path.dirname(config), config]) await chown(one, 41002, 41002);
    await chmod(home, 0o755);
    expect(await asStranger(['session', 'list'], { HOME: mine })).toMatchObject({ exitCode: 0 });
    const profile = path.join(config, 'site.yaml');
    await writeFile(profile, 'schema: 1\nid: lab\nname: A lab\n', { mode: 0o644 });
    await chown(profile, 41002, 41002);
    expect(JSON.parse((await asStranger(['--json'], { HOME: mine })).stdout).here.site.id).toBe('lab');
  });
});

test('a promise that nobody waits for is a mistake like any other, and not the answer no', async () => {
  const file = path.join(home, 'late.cjs');
  await writeFile(file, "setTimeout(() => Promise.reject(new Error('too late')), 60);\n");
  await makeEnvironment('one');
  const { exitCode, stderr } = await pierWith(['exec', '-e', 'one', 'sleep', '5'], {
    NODE_OPTIONS: `--require ${file}`,
  });
  expect(exitCode).toBe(125);
  expect(stderr).toMatch(/Error: too late.*Please report it/s);
});

/** A module that makes JSON.stringify and JSON.parse fail. */
async function breaking(): Promise<string> {
  const file = path.join(home, 'breaking.cjs');
  await writeFile(file, "JSON.parse = () => { throw new Error('unforeseen') };\n");
  return file;
}

test('a full disk behind stdout is told in one line, and behind both streams pier ends all the same', async () => {
  const told = await shell('pier session list >/dev/full');
  expect([told.exitCode, told.stderr.split('\n')[0]]).toEqual([2, 'pier: Cannot write the output: the disk is full.']);
  for (const command of ['session list', 'session list --json', 'nosuch', 'nosuch --json']) {
    expect(await shell(`pier ${command} >/dev/full 2>/dev/full`)).toMatchObject({ exitCode: 2, timedOut: false });
  }
});

test('in a directory that was deleted lists work, and lab says what is wrong', async () => {
  const inDeleted = (command: string) => shell(`mkdir gone && cd gone && rmdir ../gone && ${command}`);
  expect(await inDeleted('pier env list')).toMatchObject({ exitCode: 0 });
  expect(await inDeleted('pier')).toMatchObject({ exitCode: 0 });
  const lab = await inDeleted('pier lab --detach');
  expect([lab.exitCode, lab.stderr]).toEqual([2, expect.stringContaining('has been deleted')]);
});

test('a relative XDG directory is ignored, as its specification says', async () => {
  const { stdout } = await pierWith(['--json'], { XDG_DATA_HOME: 'rel', XDG_STATE_HOME: 'rel' });
  expect(JSON.parse(stdout).here.environments.root).toBe(path.join(home, '.local/share/pier/envs'));
});

test('a file where environments are to be made is no mistake of pier’s', async () => {
  await writeFile(path.join(home, 'file'), '');
  for (const place of ['file', 'file/deeper']) {
    const { exitCode, stderr } = await pierWith(['env', 'create', 'a', '--root', place]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`Cannot write ~/${place}: a part of the path is not a directory.`);
    expect(stderr).not.toContain('mistake in pier');
  }
});
