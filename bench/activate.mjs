// Activation: what `. PREFIX/.pier/activate.sh` adds to a shell, in milliseconds.
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { alternate } from './alternate.mjs';
import { difference, quantile } from './statistics.mjs';

const turns = 60;

/**
 * @param {import('./world.mjs').World} world
 * @param {(text: string) => void} tell
 * @returns {Promise<import('./run.mjs').Row[]>}
 */
export async function measure(world, tell) {
  const venv = scriptOf(await world.run('env', 'activate', world.sci, '--shell', 'sh'));
  const conda = scriptOf(await world.run('env', 'activate', condaShaped(world), '--shell', 'sh'));
  const env = { PATH: '/usr/bin:/bin', HOME: world.scratch };
  const rows = [];
  for (const shell of ['bash', 'zsh', 'dash']) {
    const samples = await alternate(turns, {
      nothing: () => run(shell, ':', env),
      venv: () => run(shell, venv, env),
      conda: () => run(shell, conda, env),
    });
    for (const [name, figure, goal] of [
      ['venv', '`activate.sh` of `sci`', 5],
      ['conda', 'with two scripts and two variables of conda’s', undefined],
    ]) {
      tell(`${shell} ${name} ${quantile(samples[name], 0.25).toFixed(1)} ms`);
      rows.push({
        figure: `${figure} in ${shell}, lower quartile`,
        beside: `${shell} that does nothing; conda 26.9's activate took 280 ms where it was recorded`,
        unit: 'ms more',
        ...difference(samples[name], samples.nothing, 0.25),
        ...(goal === undefined ? {} : { goal, better: /** @type {const} */ ('lower') }),
      });
    }
  }
  return rows;
}

/** The file that a line such as `. '/envs/sci/.pier/activate.sh'` reads, as that line. */
function scriptOf(text) {
  return text.trim();
}

function run(shell, script, env) {
  const quiet = { bash: ['--norc', '--noprofile'], zsh: ['-f'], dash: [] }[shell];
  const began = performance.now();
  const { status } = spawnSync(shell, [...quiet, '-c', script], { env, stdio: 'ignore' });
  const took = performance.now() - began;
  if (status !== 0) throw new Error(`${shell} -c ${script} ended with ${status}`);
  return took;
}

/** Has of conda's what activation reads. */
function condaShaped({ scratch }) {
  const prefix = path.join(scratch, 'envs', 'shaped');
  for (const place of ['bin', 'conda-meta', 'etc/conda/activate.d'])
    mkdirSync(path.join(prefix, place), { recursive: true });
  symlinkSync('/usr/bin/python3', path.join(prefix, 'bin', 'python'));
  writeFileSync(path.join(prefix, 'conda-meta', 'history'), '');
  writeFileSync(path.join(prefix, 'conda-meta', 'state'), '{"env_vars": {"ONE": "1", "TWO": "2"}}');
  for (const name of ['a', 'b'])
    writeFileSync(path.join(prefix, 'etc/conda/activate.d', `${name}.sh`), `export ${name}=1\n`);
  return prefix;
}
