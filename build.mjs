// Builds dist/: CommonJS chunks for Node, the portal's browser side, and the shipped data as JSON.
// CommonJS and chunks because that starts fastest (docs/decisions.md). The whole of dist/ is replaced by rename,
// so a build that is interrupted leaves the last good one.
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { rolldown } from 'rolldown';
import { parse } from 'yaml';

const { version } = JSON.parse(await readFile('package.json', 'utf8'));
const out = `dist.${process.pid}`;

async function bundle(options, output) {
  const built = await rolldown({ ...options, logLevel: 'warn' });
  await built.write({ dir: out, minify: true, ...output });
  await built.close();
}

async function shipData(folder) {
  await mkdir(`${out}/${folder}`, { recursive: true });
  for (const name of existsSync(folder) ? await readdir(folder) : []) {
    if (!name.endsWith('.yaml')) continue;
    const text = await readFile(`${folder}/${name}`, 'utf8');
    await writeFile(`${out}/${folder}/${name.replace(/yaml$/, 'json')}`, JSON.stringify(parse(text)));
  }
}

await rm(out, { recursive: true, force: true });
try {
  await bundle(
    {
      input: { pier: 'src/cli/main.ts' },
      platform: 'node',
      transform: { target: 'node20.19', define: { PIER_VERSION: JSON.stringify(version) } },
    },
    { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: 'chunks/[name]-[hash].cjs' },
  );
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
  await shipData('sites');
  await shipData('catalogue');
  await chmod(`${out}/pier.cjs`, 0o755);
  await writeFile(`${out}/.built`, '');
  const old = `dist.old.${process.pid}`;
  if (existsSync('dist')) await rename('dist', old);
  await rename(out, 'dist');
  await rm(old, { recursive: true, force: true });
} finally {
  await rm(out, { recursive: true, force: true });
}
