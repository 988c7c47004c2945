// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is shells' own
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { sandbox } from '../sandbox.ts';
import { madeEnvironment, runShell } from './activation-world.ts';

const quiet: Readonly<Record<string, readonly string[]>> = { bash: ['--norc'], zsh: ['-f'], dash: [] };

for (const [shell, options] of Object.entries(quiet)) {
  test(`in ${shell} a readonly prompt stays as it is, and the environment comes and goes all the same`, async () => {
    await using box = await sandbox();
    for (const kind of ['venv', 'conda'] as const) {
      const { environment } = await madeEnvironment(path.join(box.directory, kind), kind);
      const active = kind === 'venv' ? 'VIRTUAL_ENV' : 'CONDA_PREFIX';
      const script = `PS1=mine; readonly PS1; was=$PATH
. '${environment.prefix}/.pier/activate.sh' || exit 7
echo "$PS1 $${active} \${PATH%%:*}"
deactivate
echo "$PS1 \${${active}-none}"; [ "$PATH" = "$was" ] && echo same`;
      const ran = await runShell([`/bin/${shell}`, ...options, '-c', script], { env: { PATH: '/usr/bin:/bin' } });
      const { prefix } = environment;
      expect([ran.stderr, ran.stdout]).toEqual(['', `mine ${prefix} ${prefix}/bin\nmine none\nsame\n`]);
    }
  });

  test(`in ${shell} a readonly variable that has to be set is named before anything is changed`, async () => {
    await using box = await sandbox();
    const one = (await madeEnvironment(path.join(box.directory, 'one'), 'venv')).environment.prefix;
    const two = (await madeEnvironment(path.join(box.directory, 'two'), 'conda', { variables: { OWN: '1' } }))
      .environment.prefix;
    const cases = [
      ['PATH', one],
      ['VIRTUAL_ENV', one],
      ['PYTHONPATH', one],
      ['CONDA_PREFIX', two],
      ['OWN', two],
    ] as const;
    for (const [name, prefix] of cases) {
      const script = `export ${name}="\${${name}-/mine}"; readonly ${name}
. '${prefix}/.pier/activate.sh' && echo active
echo "\${VIRTUAL_ENV-} \${CONDA_PREFIX-} $PATH \${_PIER_PREFIX-none}"; typeset -f deactivate 2>/dev/null`;
      const env = { PATH: '/usr/bin:/bin' };
      const ran = await runShell([`/bin/${shell}`, ...options, '-c', script], { env, cwd: box.home });
      const mine = (other: string) => (name === other ? '/mine' : '');
      expect([name, ran.stderr, ran.stdout]).toEqual([
        name,
        `pier: ${path.basename(prefix) === 'two' ? prefix : 'one'} cannot be activated: ${name} is readonly in this shell. Start another shell, where it is not\n`,
        `${mine('VIRTUAL_ENV')} ${mine('CONDA_PREFIX')} /usr/bin:/bin none\n`,
      ]);
    }
  });

  test(`in ${shell} a readonly variable that pier is to keep is no hindrance`, async () => {
    await using box = await sandbox();
    const { prefix } = (await madeEnvironment(path.join(box.directory, 'one'), 'venv')).environment;
    const script = `readonly PYTHONPATH PYTHONNOUSERSITE; . '${prefix}/.pier/activate.sh'; echo "$VIRTUAL_ENV $PYTHONPATH"`;
    const env = {
      PATH: '/usr/bin:/bin',
      PYTHONPATH: '/mine',
      PYTHONNOUSERSITE: '',
      PIER_KEEP: 'PYTHONPATH PYTHONNOUSERSITE',
    };
    const ran = await runShell([`/bin/${shell}`, ...options, '-c', script], { env, cwd: box.home });
    expect([ran.stderr, ran.stdout]).toEqual(['', `${prefix} /mine\n`]);
  });
}

test('in tcsh a readonly prompt stays as it is', async () => {
  await using box = await sandbox();
  const { prefix } = (await madeEnvironment(path.join(box.directory, 'one'), 'venv')).environment;
  const script = `set -r prompt = mine; source '${prefix}/.pier/activate.csh'; echo $prompt $VIRTUAL_ENV; deactivate; echo $prompt`;
  const file = path.join(box.directory, 'job.tcsh');
  await writeFile(file, script.replaceAll('; ', '\n').concat('\n'));
  const ran = await runShell(['tcsh', '-f', file], { env: { PATH: '/usr/bin:/bin' }, cwd: box.home });
  expect([ran.stderr, ran.stdout]).toEqual(['', `mine ${prefix}\nmine\n`]);
});
