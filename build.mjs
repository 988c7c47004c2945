// Builds dist/: CommonJS chunks for Node, the portal's browser side, and the shipped data as JSON.
// CommonJS and chunks because that starts fastest (docs/decisions.md). The whole of dist/ is replaced by rename,
// so a build that is interrupted leaves the last good one.
import { existsSync } from 'node:fs';
import { chmod, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { rolldown } from 'rolldown';
import { forNode } from './scripts/bundling.mjs';
import { makeCodeCache } from './scripts/code-cache.mjs';
import { shipData, shipSites } from './scripts/ship-data.mjs';

const { version } = JSON.parse(await readFile('package.json', 'utf8'));
const out = `dist.${process.pid}`;

async function bundle(options, output) {
  const built = await rolldown({ ...options, logLevel: 'warn' });
  await built.write({ dir: out, minify: true, ...output });
  await built.close();
}

await rm(out, { recursive: true, force: true });
try {
  const program = forNode(import.meta.dirname, version);
  await bundle(program.input, program.output);
  if (existsSync('src/portal/web/main.tsx')) {
    await bundle(
      {
        input: { portal: 'src/portal/web/main.tsx', 'sign-in': 'src/portal/web/sign-in.ts' },
        platform: 'browser',
        transform: { target: 'es2022', jsx: { runtime: 'automatic' } },
      },
      { dir: `${out}/web`, format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    );
    await writeFile(`${out}/web/portal.css`, await readFile('src/portal/web/portal.css'));
  }
  await shipSites('sites', `${out}/sites`);
  await shipData('catalogue', `${out}/catalogue`);
  await chmod(`${out}/pier.cjs`, 0o755);
  makeCodeCache(out);
  await writeFile(`${out}/.built`, '');
  const old = `dist.old.${process.pid}`;
  if (existsSync('dist')) await rename('dist', old);
  await rename(out, 'dist');
  await rm(old, { recursive: true, force: true });
} finally {
  await rm(out, { recursive: true, force: true });
}
