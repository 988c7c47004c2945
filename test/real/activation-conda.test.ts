// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is shells' own
import path from 'node:path';
import { expect, test } from 'vitest';
import { condaRoot } from '../channel/stand-ins.ts';
import { sandbox } from '../sandbox.ts';
import { madeEnvironment, runShell } from './activation-world.ts';

// conda here is the stand-in of test/channel: its shell function and `shell.posix` replay conda 26.9's order, levels and
// way of unsetting (an empty value). A real conda cannot be had from PyPI, npm or Debian.

async function world() {
  const box = await sandbox();
  const envs = path.join(box.directory, 'envs');
  const theirs = await madeEnvironment(path.join(envs, 'theirs'), 'conda', {
    state: { STATE_A: 'theirs' },
    scripts: true,
  });
  const mine = await madeEnvironment(path.join(envs, 'mine'), 'conda', { state: { STATE_A: 'mine', STATE_B: '2' } });
  const flat = await madeEnvironment(path.join(envs, 'flat'), 'venv');
  const root = await condaRoot();
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: box.home,
    CONDA_ENVS_DIRS: envs,
    CONDA_PKGS_DIRS: path.join(box.directory, 'pkgs'),
  };
  const run = async (shell: string, script: string) => {
    const quiet = { bash: ['--norc'], zsh: ['-f'], dash: [] }[shell] ?? [];
    const whole = `. '${root}/etc/profile.d/conda.sh'\nconda activate theirs\n${script}`;
    return await runShell([shell, ...quiet, '-c', whole], { env, cwd: box.home });
  };
  return { ...box, theirs, mine, flat, run, [Symbol.asyncDispose]: box[Symbol.asyncDispose] };
}

const script = ({ environment }: { environment: { prefix: string } }) => `. '${environment.prefix}/.pier/activate.sh'`;
const tell =
  'echo "$CONDA_SHLVL ${CONDA_PREFIX##*/} ${CONDA_PREFIX_1##*/} ${VIRTUAL_ENV##*/} $STATE_A ${FROM_SCRIPT##*/} ${PYTHONNOUSERSITE-unset} $(command -v python)"';

for (const shell of ['bash', 'zsh', 'dash']) {
  test(`in ${shell}, over an environment that conda has active, pier counts on and goes back to it whole`, async () => {
    await using at = await world();
    const ran = await at.run(
      shell,
      `export -p > before\n${tell}\n${script(at.mine)}\n${tell}\nconda --version\n_pier_deactivate\n${tell}\nexport -p > after\ncmp before after && echo same`,
    );
    const bin = (name: string) => `${at.directory}/envs/${name}/bin/python`;
    expect(ran.stdout.trim().split('\n'), ran.stderr).toEqual([
      `1 theirs   theirs theirs unset ${bin('theirs')}`,
      `2 mine theirs  mine  1 ${bin('mine')}`,
      expect.stringMatching(/^conda 26\./),
      `1 theirs   theirs theirs unset ${bin('theirs')}`,
      'same',
    ]);
  });

  test(`in ${shell}, conda’s own deactivate takes off what pier activated, and what pier has left goes with the next word`, async () => {
    await using at = await world();
    const ran = await at.run(
      shell,
      `${script(at.mine)}\nconda deactivate\n${tell}\n_pier_deactivate\n${tell}\ncommand -v _pier_deactivate || echo gone\n${script(at.mine)}\nconda deactivate\n${script(at.flat)}\n${tell}\n_pier_deactivate\n${tell}`,
    );
    const bin = (name: string) => `${at.directory}/envs/${name}/bin/python`;
    const theirs = `1 theirs   theirs theirs unset ${bin('theirs')}`;
    expect(ran.stdout.trim().split('\n'), ran.stderr).toEqual([
      theirs.replace('unset', '1'),
      theirs,
      'gone',
      `1 theirs  flat theirs theirs 1 ${bin('flat')}`,
      theirs,
    ]);
  });

  test(`in ${shell}, what conda activates over pier’s, conda leaves again, and pier’s is whole`, async () => {
    await using at = await world();
    const ran = await at.run(
      shell,
      `${script(at.mine)}\nexport -p > before\nconda activate theirs\n${tell}\nconda deactivate\n${tell}\n_pier_deactivate\n${tell}`,
    );
    const bin = (name: string) => `${at.directory}/envs/${name}/bin/python`;
    const [over, back, left] = ran.stdout.trim().split('\n');
    expect(over, ran.stderr).toMatch(/ theirs/);
    expect(back).toContain(` mine  1 ${bin('mine')}`);
    expect(left).toBe(`1 theirs   theirs theirs unset ${bin('theirs')}`);
  });
}
