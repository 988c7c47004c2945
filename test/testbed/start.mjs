// ./testbed …, npm run testbed …: bundles the command, which is TypeScript, and runs it.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { rolldown } from 'rolldown';

const here = import.meta.dirname;
const root = path.join(here, '..', '..');
const out = path.join(root, 'test', '.world', 'testbed-command');
const file = path.join(out, `testbed.${process.pid}.mjs`);

await mkdir(out, { recursive: true });
const built = await rolldown({
  input: path.join(here, 'main.ts'),
  platform: 'node',
  logLevel: 'warn',
  transform: { target: 'node20.19', define: { 'import.meta.dirname': JSON.stringify(here) } },
});
await built.write({ file, format: 'es', codeSplitting: false });
await built.close();
const { main } = await import(file);
const { rm } = await import('node:fs/promises');
await rm(file);
process.exitCode = await main(process.argv.slice(2), path.join(root, 'test', '.world', 'testbed'));
