// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is shells' own
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { sandbox } from '../sandbox.ts';
import { madeEnvironment, oddName, randomFrom, runShell } from './activation-world.ts';
import { pier, program } from './pier.ts';

/** A conda environment with scripts and variables, under its name in ~/.conda/envs, and a virtual one. */
async function world() {
  const box = await sandbox();
  const conda = await madeEnvironment(path.join(box.directory, 'envs', 'deep'), 'conda', {
    state: { STATE_A: "it's é", STATE_B: '' },
    scripts: true,
  });
  const venv = await madeEnvironment(path.join(box.directory, 'envs', 'flat'), 'venv');
  await mkdir(path.join(box.home, '.conda', 'envs'), { recursive: true });
  for (const { environment } of [conda, venv]) {
    await symlink(environment.prefix, path.join(box.home, '.conda', 'envs', environment.name));
  }
  const env = { ...box.env, PATH: '/usr/bin:/bin' };
  return { ...box, env, conda, venv, [Symbol.asyncDispose]: box[Symbol.asyncDispose] };
}

test('pier exec runs activate.d and sets conda’s variables, and keeps the shell’s own things out', async () => {
  await using at = await world();
  const env = { ...at.env, BASH_ENV: '/nonexistent', PYTHONPATH: '/leak', SHLVL: '3', STATE_A: 'outside' };
  const ran = await pier(['exec', '-e', 'deep', '--', '/usr/bin/env', '-0'], { env, cwd: at.directory });
  const inside = Object.fromEntries(
    ran.stdout.split('\0').map((entry) => [entry.split('=')[0], entry.slice(entry.indexOf('=') + 1)]),
  );
  expect(inside, ran.stderr).toMatchObject({
    ...at.conda.sets,
    ORDER: 'ab',
    CONDA_PREFIX: at.conda.environment.prefix,
    CONDA_DEFAULT_ENV: 'deep',
    BASH_ENV: '/nonexistent',
    SHLVL: '3',
    PYTHONNOUSERSITE: '1',
  });
  expect(inside.PYTHONPATH).toBeUndefined();
  expect(Object.keys(inside).filter((name) => /^_?_?pier/i.test(name))).toEqual([]);
  const status = await pier(['exec', '-e', 'deep', '--', 'sh', '-c', 'exit 7'], { env });
  expect(status.exitCode).toBe(7);
});

test('an environment whose scripts end the shell is not run half activated', async () => {
  await using at = await world();
  await writeFile(
    path.join(at.conda.environment.prefix, 'etc', 'conda', 'activate.d', 'c.sh'),
    'echo no licence >&2; exit 3\n',
  );
  const ran = await pier(['exec', '-e', 'deep', '--', 'echo', 'ran'], { env: at.env });
  expect([ran.exitCode, ran.stdout]).toEqual([125, '']);
  expect(ran.stderr).toContain('no licence');
});

test('what exec explains for a conda environment works where nobody ran conda init', async () => {
  await using at = await world();
  const { prefix } = at.conda.environment;
  const explained = await pier(['exec', '-e', 'deep', '--explain', '--', 'printenv', 'FROM_SCRIPT'], { env: at.env });
  expect(explained.stdout, explained.stderr).toBe(`source activate ${prefix}\nprintenv FROM_SCRIPT\n`);
  const typed = `eval "$('${process.execPath}' '${program}' shell-hook)"\n${explained.stdout}`;
  const ran = await runShell(['bash', '-c', typed], { env: at.env });
  expect(ran.stdout, ran.stderr).toBe(`${prefix}\n`);
});

test('from a shell where another is active, exec starts from what was before that', async () => {
  await using at = await world();
  const script = `. '${at.conda.environment.prefix}/.pier/activate.sh'
PATH="/added:$PATH"
'${process.execPath}' '${program}' exec -e flat -- /usr/bin/env | grep -E '^(PATH|STATE_A|FROM_SCRIPT|CONDA_PREFIX|VIRTUAL_ENV)=' | sort`;
  const ran = await runShell(['bash', '-c', script], { env: { ...at.env, STATE_A: 'mine' } });
  expect(
    ran.stdout.split('\n').filter((line) => !line.startsWith('FROM_SCRIPT')),
    ran.stderr,
  ).toEqual([
    `PATH=${at.venv.environment.prefix}/bin:/added:/usr/bin:/bin`,
    'STATE_A=mine',
    `VIRTUAL_ENV=${at.venv.environment.prefix}`,
    '',
  ]);
});

test('PIER_KEEP leaves the variables it names as they are, in exec and in shells', async () => {
  await using at = await world();
  const env = { ...at.env, PYTHONPATH: '/mine', PIER_KEEP: 'PYTHONPATH PYTHONNOUSERSITE' };
  const show = 'echo "$PYTHONPATH ${PYTHONNOUSERSITE-unset}"';
  for (const name of ['deep', 'flat']) {
    const ran = await pier(['exec', '-e', name, '--', 'sh', '-c', show], { env });
    expect(ran.stdout).toBe('/mine unset\n');
  }
  const file = path.join(at.venv.environment.prefix, '.pier', 'activate.sh');
  const sourced = await runShell(['dash', '-c', `. '${file}'; ${show}`], { env });
  expect(sourced.stdout).toBe('/mine unset\n');
});

const startup = {
  bash: ['.bashrc', 'PATH="/startup:$PATH"; echo started\n'],
  zsh: ['.zshrc', 'PATH="/startup:$PATH"; echo started\n'],
  fish: ['.config/fish/config.fish', 'set -gx PATH /startup $PATH; echo started\n'],
  tcsh: ['.tcshrc', 'setenv PATH "/startup:$PATH"; echo started\n'],
  dash: ['.shrc', 'PATH="/startup:$PATH"; echo started\n'],
} as const;

for (const [shell, [file, text]] of Object.entries(startup)) {
  test(`pier shell starts ${shell} with the environment first, whatever its startup files do, and ends as it ends`, async () => {
    await using at = await world();
    await mkdir(path.dirname(path.join(at.home, file)), { recursive: true });
    await writeFile(path.join(at.home, file), text);
    const env: Record<string, string> = { ...at.env, SHELL: '/bin/sh', TERM: 'dumb' };
    if (shell === 'dash') env.ENV = path.join(at.home, file);
    const before = (await readdir(tmpdir())).filter((name) => name.startsWith('pier-shell-'));
    const command = `SHELL=/usr/bin/${shell} '${process.execPath}' '${program}' shell -e deep`;
    // A terminal of its own: script(1) of util-linux.
    const typed = 'echo "at=$CONDA_PREFIX=first=$PATH=home=$HOME="\ndeactivate\necho "left=$PATH="\nexit 7\n';
    const ran = await runShell(['script', '-qefc', command, '/dev/null'], { env, input: typed, cwd: at.home });
    const prefix = at.conda.environment.prefix;
    expect(ran.stdout).toContain(`at=${prefix}=first=${prefix}/bin:/startup:/usr/bin:/bin=home=${at.home}=`);
    expect(ran.stdout).toContain('left=/startup:/usr/bin:/bin=');
    expect(ran.stdout).toContain('started');
    expect(ran.exitCode).toBe(7);
    expect((await readdir(tmpdir())).filter((name) => name.startsWith('pier-shell-'))).toEqual(before);

    // A pipe, and not the socket that Node would give: fish reads no commands from one.
    const fed = `printf '%s\\n' 'echo "at=$CONDA_PREFIX="' 'exit 5' | ${command}`;
    const piped = await runShell(['sh', '-c', fed], { env, cwd: at.home });
    expect([piped.stdout.replace('started\n', ''), piped.exitCode], piped.stderr).toEqual([`at=${prefix}=\n`, 5]);
  });
}

test('odd names go through exec and shell without meaning anything', async () => {
  await using at = await sandbox();
  const random = randomFrom(7);
  const env = { ...at.env, PATH: '/usr/bin:/bin', SHELL: '/usr/bin/bash' };
  for (let count = 0; count < 4; count++) {
    const { environment } = await madeEnvironment(path.join(at.directory, oddName(random), oddName(random)), 'conda', {
      scripts: true,
    });
    const ran = await pier(['exec', '-e', environment.prefix, '--', 'sh', '-c', 'echo "$FROM_SCRIPT"'], {
      env,
      cwd: at.home,
    });
    expect(ran.stdout, ran.stderr).toBe(`${environment.prefix}\n`);
    const piped = await runShell([process.execPath, program, 'shell', '-e', environment.prefix], {
      env,
      input: 'echo "$CONDA_PREFIX"\n',
      cwd: at.home,
    });
    expect(piped.stdout, piped.stderr).toBe(`${environment.prefix}\n`);
  }
  expect(await readdir(at.home)).not.toContain('pwned');
});
