import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { rolldown } from 'rolldown';
import { expect, test } from 'vitest';

// Several programs at once, some of which are killed while they have the lease.

const repository = path.join(import.meta.dirname, '..', '..');

const worker = `
import { closeSync, openSync, readFileSync, readdirSync, unlinkSync, writeSync } from 'node:fs';
import { tryLease } from '${repository}/src/files/index.ts';
const [folder, rounds, mortal] = process.argv.slice(2);
const inside = folder + '/inside';
const lives = (pid) => { try { return !/^\\d+ \\(.*\\) Z/.test(readFileSync('/proc/' + pid + '/stat', 'utf8')); } catch { return false; } };
for (let round = 0; round < Number(rounds); ) {
  const got = await tryLease(folder + '/lease', 'round ' + round);
  if ('holder' in got) { await new Promise((resolve) => setTimeout(resolve, 1)); continue; }
  for (const name of readdirSync(inside)) {
    if (lives(name)) { console.log('two at once: ' + name + ' and ' + process.pid); process.exit(1); }
    unlinkSync(inside + '/' + name);
  }
  closeSync(openSync(inside + '/' + process.pid, 'wx'));
  await new Promise((resolve) => setTimeout(resolve, 1));
  if (mortal === 'yes' && Math.random() < 0.2) process.kill(process.pid, 'SIGKILL');
  unlinkSync(inside + '/' + process.pid);
  // Killed somewhere while giving it back.
  if (mortal === 'yes' && Math.random() < 0.2) setTimeout(() => process.kill(process.pid, 'SIGKILL'), Math.random() * 3);
  await got.lease[Symbol.asyncDispose]();
  round++;
}
console.log('done');
`;

test('eight processes, four of which keep dying: never two at once, nobody waits for the dead, and nothing is left', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'pier-leases-'));
  const source = path.join(repository, 'test', '.world', `lease-worker-${process.pid}.ts`);
  await mkdir(path.join(folder, 'inside'), { recursive: true });
  await mkdir(path.dirname(source), { recursive: true });
  await writeFile(source, worker);
  const program = path.join(folder, 'worker.mjs');
  const bundle = await rolldown({
    input: source,
    platform: 'node',
    logLevel: 'silent',
    transform: { target: 'node20.19' },
  });
  await bundle.write({ file: program, format: 'esm', codeSplitting: false });
  await bundle.close();
  const start = async (mortal: 'yes' | 'no') => {
    const child = spawn(process.execPath, [program, folder, '25', mortal], { stdio: ['ignore', 'pipe', 'inherit'] });
    const said = text(child.stdout);
    const signal = await new Promise((resolve) => child.on('exit', (_code, name) => resolve(name)));
    return { said: await said, signal };
  };
  const mortal = async () => {
    let killed = 0;
    for (;;) {
      const { said, signal } = await start('yes');
      if (signal === null) return { said, killed };
      if (++killed === 6) return { said: 'done\n', killed };
    }
  };
  try {
    const ended = await Promise.all([
      ...Array(4)
        .fill(0)
        .map(() => start('no')),
      ...Array(4).fill(0).map(mortal),
    ]);
    expect(ended.map(({ said }) => said)).toEqual(Array(8).fill('done\n'));
    expect(ended.some((one) => 'killed' in one && one.killed > 0)).toBe(true);
    const { said } = await start('no');
    expect(said).toBe('done\n');
    const left = (await readdir(folder)).filter((name) => name.startsWith('lease'));
    // Killed before a byte was written: nobody can say whose it is, and it goes after an hour.
    expect(left.filter((name) => statSync(path.join(folder, name)).size > 0)).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
    await rm(source);
  }
}, 120_000);
