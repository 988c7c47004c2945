// Start-up: what pier adds to the time that Node itself takes to start, in milliseconds.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { alternate } from './alternate.mjs';
import { difference, quantile } from './statistics.mjs';

const turns = 240;

/**
 * @param {import('./world.mjs').World} world
 * @param {(text: string) => void} tell
 * @returns {Promise<import('./run.mjs').Row[]>}
 */
export async function measure(world, tell) {
  const empty = path.join(world.scratch, 'empty.cjs');
  writeFileSync(empty, '');
  const crowded = { ...world.env, XDG_DATA_HOME: fiftyOne(world) };
  const samples = await alternate(turns, {
    node: () => start(world.env, empty),
    version: () => start(world.env, world.pier, '--version'),
    list: () => start(world.env, world.pier, 'env', 'list'),
    'list of 51': () => start(crowded, world.pier, 'env', 'list'),
  });
  tell(
    Object.entries(samples)
      .map(([name, times]) => `${name} ${quantile(times, 0.25).toFixed(1)} ms`)
      .join(', '),
  );
  const rows = [
    ['`pier --version`', samples.version, 10],
    ['`pier env list`, one environment', samples.list, 15],
    ['`pier env list`, 51 environments', samples['list of 51'], undefined],
  ];
  return rows.flatMap(([figure, times, goal]) =>
    [0.25, 0.5].map((share) => ({
      figure: `${figure}, ${share === 0.5 ? 'median' : 'lower quartile'}`,
      beside: '`node` with an empty file',
      unit: 'ms more',
      ...difference(times, samples.node, share),
      // The quartile is the one that other programs on the machine disturb least.
      ...(goal !== undefined && share === 0.25 ? { goal, better: 'lower' } : {}),
    })),
  );
}

/** Milliseconds that Node takes for a program and its arguments, to its end. */
export function start(env, ...args) {
  const began = performance.now();
  const { status } = spawnSync(process.execPath, args, { env, stdio: 'ignore' });
  const took = performance.now() - began;
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
  return took;
}

/** `sci` and fifty that only look like it: what is listed is read from files alone. */
export function fiftyOne(world) {
  const data = mkdtempSync(path.join(world.scratch, 'crowded-'));
  const record = JSON.parse(readFileSync(path.join(world.sci, '.pier', 'env.json'), 'utf8'));
  for (let count = 0; count <= 50; count++) {
    const name = count === 0 ? 'sci' : `fake-${count}`;
    const prefix = path.join(data, 'pier', 'envs', name);
    mkdirSync(path.join(prefix, 'lib', 'python3', 'site-packages'), { recursive: true });
    mkdirSync(path.join(prefix, 'bin'));
    mkdirSync(path.join(prefix, '.pier'));
    symlinkSync(process.execPath, path.join(prefix, 'bin', 'python'));
    cpSync(path.join(world.sci, 'pyvenv.cfg'), path.join(prefix, 'pyvenv.cfg'));
    writeFileSync(path.join(prefix, '.pier', 'env.json'), JSON.stringify({ ...record, name }));
  }
  return data;
}
