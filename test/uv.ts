import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Kept between runs, because downloads are what takes time. May be deleted. */
const kept = process.env.PIER_TEST_UV_CACHE ?? path.join(tmpdir(), 'uv-cache');

export const uvCache = path.join(kept, 'cache');

/** uv of the version pier installs itself, by the same command; made once. */
export async function realUv(): Promise<string> {
  const directory = path.join(kept, 'uv-0.13.9');
  if (!existsSync(directory)) {
    await mkdir(kept, { recursive: true });
    const stage = await mkdtemp(path.join(kept, '.uv-'));
    const from = ['--no-deps', '--only-binary', ':all:', 'uv==0.13.9'];
    execFileSync('python3', ['-m', 'pip', 'install', '--quiet', '--target', stage, ...from], { stdio: 'inherit' });
    await rename(stage, directory).catch(() => rm(stage, { recursive: true }));
  }
  return path.join(directory, 'bin', 'uv');
}
