// `pier env create` on both back ends, beside what a person would type, with the same programs and the same cache.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { alternate } from './alternate.mjs';
import { specs as condaSpecs, recorded, withConda } from './conda.mjs';
import { ratioOfMedians } from './statistics.mjs';
import { finish, timed } from './world.mjs';

const [turns, condaTurns] = [8, 8];

/**
 * @param {import('./world.mjs').World} world
 * @param {(text: string) => void} tell
 * @returns {Promise<import('./run.mjs').Row[]>}
 */
export async function measure(world, tell) {
  return [await withUv(world, tell), ...(await withRattler(world, tell))];
}

async function withUv(world, tell) {
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
  return {
    figure: '`pier env create` of `sci`, warm cache',
    beside: '`uv venv --relocatable` and `uv pip install --compile-bytecode`',
    unit: '×',
    ...ratioOfMedians(samples.pier, samples.hand),
    goal: 1.1,
    better: /** @type {const} */ ('lower'),
  };
}

/** py-rattler leaves packages without bytecode that bring none, and pier compiles it: the second way does both. */
async function withRattler(world, tell) {
  const conda = await withConda(world, tell);
  const place = (turn) => path.join(world.environments, `.by-hand-${process.pid}-${turn}`);
  const samples = await alternate(
    condaTurns,
    {
      pier: (turn) => byPier(world, `bench-${process.pid}-${turn}`, conda.create),
      hand: (turn) => byRattler(world, conda, place(turn), false),
      compiled: (turn) => byRattler(world, conda, place(turn), true),
    },
    tell,
  );
  const [figure, script] = [
    `\`pier env create\` of ${condaSpecs.join(', ')} with conda packages, warm cache; ${recorded.create}`,
    '25 lines of Python for py-rattler 0.28, run by `uv run --script`',
  ];
  return [
    [script, samples.hand],
    [`${script}, and \`python -m compileall\``, samples.compiled],
  ].map(([beside, times]) => ({
    figure,
    beside,
    unit: '×',
    ...ratioOfMedians(samples.pier, times),
    goal: 1.3,
    better: /** @type {const} */ ('lower'),
  }));
}

async function byRattler({ uv, env, root }, { channel, packages }, prefix, compile) {
  const script = path.join(root, 'test', 'channel', 'install.py');
  const args = ['run', '--quiet', '--no-project', '--python', '/usr/bin/python3', '--script', script];
  try {
    return await timed(async () => {
      await finish(uv, [...args, channel, channel, prefix, prefix, packages, ...condaSpecs], env);
      if (compile)
        await finish(
          path.join(prefix, 'bin', 'python'),
          ['-m', 'compileall', '-q', '-j2', path.join(prefix, 'lib')],
          env,
        );
    });
  } finally {
    await finish('rm', ['-rf', '--one-file-system', prefix], env);
  }
}

async function byPier(world, name, create = (to) => world.run('env', 'create', to, '--from', 'sci', '--yes')) {
  const took = await timed(() => create(name));
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
