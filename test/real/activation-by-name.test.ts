// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is shells' own
import { chmod, mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, inject, test } from 'vitest';
import { tryLease } from '../../src/files/index.ts';
import { sandbox } from '../sandbox.ts';
import { madeEnvironment, runShell } from './activation-world.ts';
import { pier, program, said } from './pier.ts';

/** A person with pier on PATH, nothing of this machine's besides, and two environments that pier really made. */
async function atShell() {
  const box = await sandbox();
  const bin = path.join(box.directory, 'bin');
  await mkdir(bin);
  await writeFile(path.join(bin, 'pier'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`, { mode: 0o755 });
  const env = {
    ...box.env,
    PATH: `${bin}:/usr/bin:/bin`,
    XDG_DATA_HOME: path.join(box.home, 'share'),
    UV_CACHE_DIR: inject('uvCache'),
  };
  const envs = path.join(box.home, 'share', 'pier', 'envs');
  const create = async (name: string) => {
    const uv = path.dirname(inject('uv'));
    const made = await pier(['env', 'create', name, '--yes'], { env: { ...env, PATH: `${uv}:${env.PATH}` } });
    if (made.exitCode !== 0) throw new Error(made.stderr);
    return path.join(envs, name);
  };
  const run = async (shell: string, script: string, ...args: string[]) => {
    const file = path.join(box.directory, `job.${shell}`);
    await writeFile(file, script);
    const quiet = { bash: ['--norc'], zsh: ['-f'], dash: [], fish: ['--no-config'], tcsh: ['-f'] }[shell] ?? [];
    return await runShell([shell, ...quiet, file, ...args], { env, cwd: box.home });
  };
  return { ...box, env, bin, envs, create, run, [Symbol.asyncDispose]: box[Symbol.asyncDispose] };
}

const lines = (text: string) => text.trim().split('\n');

test('source activate finds names from the shell hook and from inside another environment, and goes back', async () => {
  await using at = await atShell();
  const [one, two] = [await at.create('one'), await at.create('two')];
  const script = `set -eu
eval "$(pier shell-hook)"
source activate one
echo "$VIRTUAL_ENV $(command -v python) $VIRTUAL_ENV_PROMPT"
source activate two
echo "$VIRTUAL_ENV"
source deactivate
echo "$VIRTUAL_ENV"
conda deactivate
echo "\${VIRTUAL_ENV-none} $(typeset -f deactivate || echo gone) $(typeset -f conda || echo gone)"
source activate nowhere || echo "status $?"
source '${one}/bin/activate'
source activate "$1"
echo "$VIRTUAL_ENV $# $1"
deactivate; deactivate
echo "\${VIRTUAL_ENV-none}"
`;
  for (const shell of ['bash', 'zsh']) {
    const ran = await at.run(shell, script, 'two', 'more');
    expect(lines(ran.stdout), `${shell}: ${ran.stderr}`).toEqual([
      `${one} ${one}/bin/python one`,
      two,
      one,
      'none gone gone',
      'status 1',
      `${two} 2 two`,
      'none',
    ]);
    expect(said(ran)).toContain('There is no environment called nowhere');
  }
});

test('a change that ends just then: source activate activates, and prints no script', async () => {
  await using at = await atShell();
  const one = await at.create('one');
  const change = path.join(one, '.pier', 'change');
  await mkdir(change);
  // The first answer to env activate is no; what it was about is over when pier is asked again.
  const real = `'${process.execPath}' '${program}' "$@"`;
  const late = `${real}\nstatus=$?\ncase $1 in env) rm -rf '${change}' ;; esac\nexit $status\n`;
  for (const shell of ['bash', 'zsh']) {
    await mkdir(change, { recursive: true });
    await writeFile(path.join(at.bin, 'pier'), `#!/bin/sh\nexec ${real}\n`);
    const script = `set -e; eval "$(pier shell-hook)"; cp '${at.bin}/late' '${at.bin}/pier'; source activate one; echo "$VIRTUAL_ENV"\n`;
    await writeFile(path.join(at.bin, 'late'), `#!/bin/sh\n${late}`, { mode: 0o755 });
    const ran = await at.run(shell, script);
    expect([lines(ran.stdout), ran.stderr], shell).toEqual([[one], '']);
  }
});

test('an environment that is being changed says by whom, and to wait; after an interrupted change, how to put it right', async () => {
  await using at = await atShell();
  const one = await at.create('one');
  await mkdir(path.join(one, '.pier', 'change'));
  const taken = await tryLease(path.join(one, '.pier', 'lease'), 'installing numpy');
  if ('holder' in taken) throw new Error('somebody else has it');
  const activate = async () => said(await at.run('bash', `. '${one}/bin/activate'; source activate one\n`));
  const now = await activate();
  expect(now).toMatch(new RegExp(`It is being changed now by process ${process.pid}.*: installing numpy`));
  expect(now).toContain('Wait until that is done');
  expect(now).not.toContain('env install');
  await taken.lease[Symbol.asyncDispose]();
  const after = await activate();
  expect(after).toContain('A change of it was interrupted.');
  expect(after).toContain('Try: pier env install one');
});

test('a bare source activate takes neither the script’s arguments nor a function’s for a name', async () => {
  await using at = await atShell();
  const one = await at.create('one');
  await at.create('two');
  const script = `eval "$(pier shell-hook)"
source activate || echo "asked for a name"
source '${one}/bin/activate'
echo "$VIRTUAL_ENV $1"
work() { source activate; }
work two; echo "$VIRTUAL_ENV"
source activate # two
echo "$VIRTUAL_ENV"
`;
  for (const shell of ['bash', 'zsh']) {
    const ran = await at.run(shell, script, 'two');
    expect(lines(ran.stdout), `${shell}: ${ran.stderr}`).toEqual(['asked for a name', `${one} two`, one, one]);
  }
  const dash = await at.run(
    'dash',
    `. '${one}/bin/activate'; echo "$VIRTUAL_ENV"; deactivate; echo "\${VIRTUAL_ENV-none}"`,
    'two',
  );
  expect(lines(dash.stdout)).toEqual([one, 'none']);
});

test('where a conda has its activate on PATH, that one answers, and from inside an environment it gets what pier does not know', async () => {
  await using at = await atShell();
  const one = await at.create('one');
  const conda = path.join(at.directory, 'conda', 'bin');
  await mkdir(conda, { recursive: true });
  // Stands in for the two files of conda 26.9's own bin/ that matter here: it says what it was asked.
  await writeFile(path.join(conda, 'conda'), '#!/bin/sh\necho "conda program: $*"\n', { mode: 0o755 });
  await writeFile(path.join(conda, 'activate'), 'echo "conda was asked for $*"\n');
  const script = `PATH="$PATH:${conda}"
eval "$(pier shell-hook)"
source activate one
source '${one}/bin/activate'
source activate theirs
echo "$VIRTUAL_ENV"
conda env list
conda deactivate
conda info
`;
  for (const shell of ['bash', 'zsh']) {
    const ran = await at.run(shell, script);
    expect(lines(ran.stdout), `${shell}: ${ran.stderr}`).toEqual([
      'conda was asked for one',
      'conda was asked for theirs',
      one,
      'conda program: env list',
      'conda program: info',
    ]);
  }
});

test('eval "$(pier env activate NAME)" finds out the shell it is in, in each of five', async () => {
  await using at = await atShell();
  const one = await at.create('one');
  const posix =
    'eval "$(pier env activate one)"\necho "$VIRTUAL_ENV"\neval "$(pier env deactivate)"\necho "${VIRTUAL_ENV-none}"\n';
  const scripts = {
    bash: posix,
    zsh: posix,
    dash: posix,
    fish: 'eval "$(pier env activate one)"\necho $VIRTUAL_ENV\neval "$(pier env deactivate)"\nset -q VIRTUAL_ENV; or echo none\n',
    tcsh: 'eval "`pier env activate one`"\necho $VIRTUAL_ENV\neval "`pier env deactivate`"\nif (! $?VIRTUAL_ENV) echo none\n',
  };
  for (const [shell, script] of Object.entries(scripts)) {
    const ran = await at.run(shell, script);
    expect(lines(ran.stdout), `${shell}: ${ran.stderr}`).toEqual([one, 'none']);
  }
});

test('a batch job needs neither Node nor pier nor conda, and a child shell of another kind can leave', async () => {
  await using at = await atShell();
  const one = await at.create('one');
  const job = `set -eu
. '${one}/.pier/activate.sh'
python -c 'import sys; print(sys.prefix)'
fish --no-config -c 'set -g _pier_mode off; source ${one}/.pier/activate.fish; set -q VIRTUAL_ENV; or echo left in fish'
echo "$VIRTUAL_ENV"
deactivate
echo "\${VIRTUAL_ENV-none}"
`;
  const ran = await runShell(['dash', '-c', job], { env: { PATH: '/usr/bin:/bin', HOME: at.home } });
  expect(lines(ran.stdout), ran.stderr).toEqual([one, 'left in fish', one, 'none']);
});

test('scripts that others could write are not used: one that all can write is refused, others are replaced or not believed', async () => {
  await using at = await atShell();
  const one = await at.create('one');
  const script = path.join(one, '.pier', 'activate.sh');
  const good = await readFile(script, 'utf8');
  const activate = async () =>
    await at.run('bash', 'eval "$(pier env activate one)"; echo "${VIRTUAL_ENV-none} ${_PIER_FILE-}"\n');
  const plant = async (mode: number) => {
    await writeFile(script, 'touch "$HOME/pwned"\n');
    await chmod(script, mode);
  };

  await plant(0o666);
  const refused = await activate();
  expect(lines(refused.stdout)).toEqual(['none']);
  expect(said(refused)).toContain(`chmod o-w '${script}'`);
  for (const mode of [0o664, 0o644]) {
    await plant(mode);
    expect(lines((await activate()).stdout)).toEqual([`${one} ${script}`]);
    expect(await readFile(script, 'utf8')).toBe(good);
  }

  await chmod(path.join(one, '.pier'), 0o775);
  await plant(0o644);
  expect((await activate()).stdout).toMatch(
    new RegExp(`^${one} ${at.home}/.local/state/pier/activation/one-\\w+/activate.sh\n$`),
  );

  for (const place of [path.join(one, '.pier'), one]) {
    await chmod(place, 0o777);
    const open = await activate();
    expect(lines(open.stdout)).toEqual(['none']);
    expect(said(open)).toContain('can be written by everyone');
    await chmod(place, 0o755);
  }
  await expect(readFile(path.join(at.home, 'pwned'))).rejects.toThrow();
});

test('without any pier, source activate NAME takes what lies beside the active one, unless others can write it', async () => {
  await using at = await atShell();
  const [one, two] = [await at.create('one'), await at.create('two')];
  const entry = path.join(one, 'bin', 'activate');
  const text = await readFile(entry, 'utf8');
  await writeFile(entry, text.replaceAll(program, '/nowhere/pier.cjs'));
  const go = async () =>
    await runShell(['bash', '--norc', '-c', `. '${entry}'; source activate two; echo "$VIRTUAL_ENV"`], {
      env: { PATH: '/usr/bin:/bin', HOME: at.home },
    });
  expect(lines((await go()).stdout)).toEqual([two]);
  await chmod(path.join(two, '.pier', 'activate.sh'), 0o666);
  const refused = await go();
  expect(lines(refused.stdout)).toEqual([one]);
  expect(refused.stderr).toContain('others can write');
});

test('a link in ~/.conda/envs that now leads to what another user owns is not followed into it', async () => {
  if (process.getuid?.() !== 0) return;
  const { chown } = await import('node:fs/promises');
  await using at = await atShell();
  const mine = await madeEnvironment(path.join(at.directory, 'mine', 'deep'), 'conda', { scripts: true });
  const theirs = await madeEnvironment(path.join(at.directory, 'theirs', 'deep'), 'conda', { scripts: true });
  const link = path.join(at.home, '.conda', 'envs', 'deep');
  await mkdir(path.dirname(link), { recursive: true });
  await symlink(mine.environment.prefix, link);
  const script = 'eval "$(pier env activate deep)"; echo "${CONDA_PREFIX-none}"\n';
  expect(lines((await at.run('bash', script)).stdout)).toEqual([mine.environment.prefix]);
  await chown(theirs.environment.prefix, 12345, 12345);
  await symlink(theirs.environment.prefix, `${link}.new`);
  await rename(`${link}.new`, link);
  const ran = await at.run('bash', script);
  expect(lines(ran.stdout)).toEqual(['none']);
  expect(said(ran)).toContain('belongs to user 12345');
});

test('with a pier that is not on PATH, source activate names in hints what the hook was made with', async () => {
  await using at = await atShell();
  for (const shell of ['bash', 'zsh']) {
    const script = `eval "$(PIER_CALLED_AS=./clone/pier '${at.bin}/pier' shell-hook)"; cd /; source activate nope`;
    await rename(path.join(at.bin, 'pier'), path.join(at.bin, 'away')).catch(() => {});
    const ran = await at.run(shell, script.replace(`${at.bin}/pier`, `${at.bin}/away`));
    expect(ran.stderr).toContain(`Try: ${at.home}/clone/pier env list`);
  }
});
