// `pier env create` of sci, beside the two uv commands that a person would type, with the same uv and the same cache.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { alternate } from './alternate.mjs';
import { ratioOfMedians } from './statistics.mjs';
import { finish, timed } from './world.mjs';

const turns = 4;

/**
 * @param {import('./world.mjs').World} world
 * @param {(text: string) => void} tell
 * @returns {Promise<import('./run.mjs').Row[]>}
 */
export async function measure(world, tell) {
  const { specs, python } = JSON.parse(readFileSync(path.join(world.sci, '.pier', 'env.json'), 'utf8'));
  const samples = await alternate(
    turns,
    {
      pier: (turn) => byPier(world, `bench-${process.pid}-${turn}`),
      hand: (turn) => byHand(world, path.join(world.environments, `.by-hand-${process.pid}-${turn}`), specs, python),
    },
    tell,
    true,
  );
  return [
    {
      figure: '`pier env create` of `sci`, warm cache',
      beside: '`uv venv --relocatable` and `uv pip install --compile-bytecode`',
      unit: '×',
      ...ratioOfMedians(samples.pier, samples.hand),
      goal: 1.1,
      better: 'lower',
    },
  ];
}

async function byPier(world, name) {
  const took = await timed(() => world.run('env', 'create', name, '--from', 'sci', '--yes'));
  await world.run('env', 'remove', name, '--yes');
  return took;
}

/** The same packages for the same Python, on the same file system as uv's cache: uv makes hard links for both. */
async function byHand({ uv, env }, prefix, specs, python) {
  const interpreter = path.join(python.base, `python${python.version.split('.').slice(0, 2).join('.')}`);
  try {
    return await timed(async () => {
      await finish(uv, ['venv', '--quiet', '--relocatable', '--python', interpreter, prefix], env);
      const into = ['--python', path.join(prefix, 'bin', 'python')];
      await finish(uv, ['pip', 'install', '--quiet', '--compile-bytecode', ...into, ...specs], env);
    });
  } finally {
    await finish('rm', ['-rf', '--one-file-system', prefix], env);
  }
}
