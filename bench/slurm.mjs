// Sessions on a compute node of the testbed, beside the same by hand.
import { withCluster } from './cluster.mjs';
import { measureQueries } from './slurm-queries.mjs';
import { clear, measureReady } from './slurm-ready.mjs';
import { measureWays } from './slurm-ways.mjs';

/**
 * @param {import('./world.mjs').World} world
 * @param {(text: string) => void} tell
 * @returns {Promise<import('./run.mjs').Row[]>}
 */
export async function measure(world, tell) {
  return await withCluster(world, async (cluster) => {
    // What a run left in the queue, if it was ended, and on record is still there, in a home that holds so many files.
    await cluster.shell('login1', `scancel -u alice; ${clear}; rm -rf ~/.local/state/pier/sessions`);
    // To take one of them only: `PIER_BENCH_SLURM=ready`, `ways` or `queries`.
    const parts = { ready: measureReady, ways: measureWays, queries: measureQueries };
    const only = process.env.PIER_BENCH_SLURM;
    const rows = [];
    for (const [name, part] of Object.entries(parts)) {
      if (only === undefined || only === name) rows.push(...[await part(cluster, tell)].flat());
    }
    return rows;
  });
}
