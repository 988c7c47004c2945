// Looking at environments, and copying them: on both back ends.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { alternate } from './alternate.mjs';
import { recorded, withConda } from './conda.mjs';
import { fiftyOne, start } from './start-up.mjs';
import { difference, quantile, ratioOfMedians } from './statistics.mjs';
import { finish, timed } from './world.mjs';

const looks = 40;
const copies = 4;

/**
 * @param {import('./world.mjs').World} world
 * @param {(text: string) => void} tell
 * @returns {Promise<import('./run.mjs').Row[]>}
 */
export async function measure(world, tell) {
  const conda = await withConda(world, tell);
  return [...(await looking(world, tell)), ...(await copying(world, conda, tell))];
}

async function looking(world, tell) {
  const empty = path.join(world.scratch, 'empty.cjs');
  writeFileSync(empty, '');
  const pier = (...args) => start(world.env, world.pier, 'env', ...args);
  const crowded = { ...world.env, XDG_DATA_HOME: fiftyOne(world) };
  const ways = {
    'list`, 51 environments': () => start(crowded, world.pier, 'env', 'list'),
    'show`, made with uv': () => pier('show', 'sci'),
    'show`, made with conda': () => pier('show', 'sea'),
    'export`, made with uv': () => pier('export', 'sci'),
    'export`, made with conda': () => pier('export', 'sea'),
  };
  const samples = await alternate(looks, { node: () => start(world.env, empty), ...ways });
  return Object.keys(ways).map((name) => {
    const verb = /** @type {'list' | 'show' | 'export'} */ (name.split('`')[0]);
    tell(`env ${verb} ${quantile(samples[name], 0.25).toFixed(1)} ms`);
    return {
      figure: `\`pier env ${name}, lower quartile`,
      beside: `\`node\` with an empty file; ${recorded[verb]}`,
      unit: 'ms more',
      ...difference(samples[name], samples.node, 0.25),
    };
  });
}

async function copying(world, { sea }, tell) {
  const rows = [];
  for (const [name, prefix, kind] of [
    ['sci', world.sci, 'uv'],
    ['sea', sea, 'conda'],
  ]) {
    const ways = {
      pier: (turn) => byPier(world, name, `bench-${process.pid}-${turn}`),
      hand: (turn) => byHand(world, prefix, path.join(world.environments, `.by-hand-${process.pid}-${turn}`)),
    };
    const samples = await alternate(copies, ways, tell);
    const files = execFileSync('find', [prefix], { encoding: 'utf8', maxBuffer: 2 ** 28 })
      .trim()
      .split('\n').length;
    rows.push({
      figure: `\`pier env clone\` of \`${name}\`, made with ${kind}: ${files} files`,
      beside: '`cp -a`, after which no program in it finds its Python',
      unit: '×',
      ...ratioOfMedians(samples.pier, samples.hand),
    });
  }
  return rows;
}

async function byPier(world, name, to) {
  const took = await timed(() => world.run('env', 'clone', name, to, '--yes'));
  await world.run('env', 'remove', to, '--yes');
  return took;
}

async function byHand({ env }, from, to) {
  const took = await timed(() => finish('cp', ['-a', from, to], env));
  await finish('rm', ['-rf', '--one-file-system', to], env);
  return took;
}
