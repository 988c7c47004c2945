import { readFile } from 'node:fs/promises';
import { defineConfig } from 'vitest/config';

// `unit` is what `npm run check` runs: no installs, no servers of other people.
// `real` starts the real programs (uv, Jupyter, Chromium) in what `scripts/test.sh` set up.
// Shell code is text to src/; scripts/bundling.mjs says so to the bundler.
const texts = {
  name: 'pier-texts',
  enforce: 'pre' as const,
  load: async (id: string) =>
    /\.(sh|fish|csh|awk)$/.test(id) ? `export default ${JSON.stringify(await readFile(id, 'utf8'))}` : undefined,
};

export default defineConfig({
  plugins: [texts],
  test: {
    pool: 'forks',
    projects: [
      { extends: true, test: { name: 'unit', include: ['src/**/*.test.ts', 'test/*.test.ts'], testTimeout: 20_000 } },
      {
        extends: true,
        test: {
          name: 'real',
          include: ['test/real/**/*.test.ts'],
          globalSetup: ['test/real/setup.ts'],
          testTimeout: 240_000,
          hookTimeout: 900_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
