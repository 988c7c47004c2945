import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// `unit` is what `npm run check` runs: no installs, no servers of other people.
// The others start the real programs (uv, Jupyter, Chromium) in what `scripts/test.sh` set up, which runs some of them
// side by side; `cluster` and `sessions` do so in a testbed each, where much of the time goes into waiting for Slurm.
const environments = 'test/real/{activation*,channel,conda-*,environments-*,leases}.test.ts';
const cluster = 'test/real/{slurm-jobs,slurm-refusals,slurm-faults,slurm-crowds,testbed-*}.test.ts';
const sessions = 'test/real/slurm-{session*,transports,attacks,laptop,gpus}.test.ts';
const real = {
  globalSetup: ['test/real/setup.ts'],
  testTimeout: 240_000,
  hookTimeout: 900_000,
  fileParallelism: false,
  // Kills come at random moments and machines are shared: a second try is made, and told by name at the end.
  retry: 1,
};

// Shell code and Python are text to src/; scripts/bundling.mjs says so to the bundler.
const texts = {
  name: 'pier-texts',
  enforce: 'pre' as const,
  load: async (id: string) =>
    /\.(sh|fish|csh|awk|py)$/.test(id) ? `export default ${JSON.stringify(await readFile(id, 'utf8'))}` : undefined,
};

export default defineConfig({
  plugins: [texts],
  test: {
    pool: 'forks',
    projects: [
      {
        extends: true,
        // A process for many files: starting one for each took half the time of `npm run check`.
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/*.test.ts'],
          testTimeout: 20_000,
          isolate: false,
          // On two cores the usual number is one.
          maxWorkers: Math.max(2, availableParallelism() - 1),
        },
      },
      {
        extends: true,
        test: {
          ...real,
          name: 'notebooks',
          include: ['test/real/*.test.ts'],
          exclude: [environments, cluster, sessions],
        },
      },
      { extends: true, test: { ...real, name: 'environments', include: [environments] } },
      { extends: true, test: { ...real, name: 'cluster', include: [cluster] } },
      {
        extends: true,
        test: { ...real, name: 'sessions', include: [sessions], env: { PIER_TESTS_TESTBED: 'sessions' } },
      },
    ],
  },
});
