import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Testbed, testbed } from '../testbed/fixture.ts';

// /project/grace is dana's and bob's: btrfs with a quota of 512 MB, of which `quota` tells as on Midway.

let bed: Testbed;
beforeAll(async () => {
  bed = await testbed();
}, 600_000);
afterAll(() => bed[Symbol.asyncDispose]());

/** Lines are joined: where pier breaks them is not the point. */
async function dana(script: string) {
  const ran = await bed.on('login1', ['bash', '-lc', script], { user: 'dana', timeoutMs: 180_000 });
  return { ...ran, stderr: ran.stderr.replace(/\s+/g, ' ') };
}

test('what fits into a group’s quota is made, and whose quota pays is said', async () => {
  const made = await dana('module load pier uv && pier env create tide tidewater python -c conda-forge');
  expect(made.stderr).toMatch(/where \d+ MB and [\d,]+ files are left \(the quota of grace pays\)/);
  expect(made.exitCode).toBe(0);
}, 600_000);

test('what does not fit is refused before it is downloaded', async () => {
  const fill =
    'head -c $((510000000 - $(du -s --block-size=1 /project/grace | cut -f 1))) /dev/zero >/project/grace/fill';
  expect((await dana(fill)).exitCode).toBe(0);
  const refused = await dana('module load pier uv && pier env create sea python numpy -c conda-forge');
  expect(refused.stderr).toMatch(
    /sea needs about \d+ MB of disk, and \d+ MB are left in \S+, where the quota of grace pays/,
  );
  expect(refused.exitCode).not.toBe(0);
  expect((await dana('ls /project/grace/dana/envs')).stdout).toBe('tide\n');
}, 600_000);
