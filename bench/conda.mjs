// What the figures of conda environments are taken with: the channel of the tests, and one environment `sea` from it.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

/** A Python with NumPy: some 2,500 files. */
export const specs = ['python', 'numpy', 'hello', 'pip', 'six'];

/** What conda 26.9 took where it was recorded, on two cores that did little else: not taken again, as conda is not here. */
export const recorded = {
  list: 'conda 26.9’s `env list` took 560 ms where it was recorded',
  show: 'conda 26.9’s `list` took 500 ms where it was recorded',
  export: 'conda 26.9’s `env export` took 490 ms where it was recorded',
  create: 'conda 26.9 took 2.36 s where it was recorded',
};

/**
 * @typedef {object} Conda
 * @property {string} channel its address, `file:///…`
 * @property {string} sea prefix of the environment
 * @property {string} packages the cache that pier keeps unpacked packages in
 * @property {(name: string) => Promise<string>} create has pier make an environment of `specs`
 */

/**
 * Makes what is missing.
 * @param {import('./world.mjs').World} world
 * @param {(text: string) => void} tell
 * @returns {Promise<Conda>}
 */
export async function withConda(world, tell) {
  const channel = pathToFileURL(await channelDirectory(world, tell)).href;
  const { environments } = world;
  const create = (name) => world.run('env', 'create', name, ...specs, '--channel', channel, '--yes');
  const sea = path.join(environments, 'sea');
  if (!existsSync(path.join(sea, '.pier', 'env.json'))) {
    tell('making the environment sea, once');
    await create('sea');
  }
  return { channel, sea, packages: path.join(environments, '.pier-packages'), create };
}

/** What makes the channel is TypeScript. */
async function channelDirectory({ root }, tell) {
  const out = path.join(root, 'test', '.world', 'bench');
  mkdirSync(out, { recursive: true });
  const file = path.join(out, `channel.${process.pid}.mjs`);
  const here = path.join(root, 'test', 'channel');
  const bundle = await rolldown({
    input: path.join(here, 'channel.ts'),
    platform: 'node',
    logLevel: 'silent',
    transform: { target: 'node20.19', define: { 'import.meta.dirname': JSON.stringify(here) } },
  });
  await bundle.write({ file, format: 'es', codeSplitting: false });
  await bundle.close();
  try {
    const { packages, packagesAreMade } = await import(file);
    if (!(await packagesAreMade())) tell('building the conda channel, once: half a minute');
    return (await packages()).conda;
  } finally {
    rmSync(file);
  }
}
