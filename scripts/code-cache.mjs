// What V8 made of the chunks while pier ran, kept for later starts; src/cli/code-cache.ts reads it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Runs whose code is kept: what starts most often, and the agent and the portal, which start while a person waits. */
export const runs = [
  ['env', 'list'],
  ['session', 'list'],
  ['lab', '--explain'],
  ['agent', 'aaaaaaaa', '--attempt', '1'],
];

/**
 * Runs a built pier in a home of its own and writes `code-cache` beside it. Chunks that no run loads are left out.
 *
 * @param {string} dist
 */
export function makeCodeCache(dist) {
  // With an old one, pier would load its chunks itself, past the recorder.
  rmSync(path.join(dist, 'code-cache'), { force: true });
  const home = mkdtempSync(path.join(tmpdir(), 'pier-warming-'));
  try {
    const env = { PATH: '/usr/bin:/bin', HOME: path.join(home, 'home'), PIER_RECORD_INTO: path.join(home, 'chunks') };
    furnish(env.HOME);
    mkdirSync(env.PIER_RECORD_INTO);
    const recorder = path.join(import.meta.dirname, 'code-cache-recorder.cjs');
    for (const words of runs) {
      // Some of them end in an error, since little is there; what they used until then counts.
      spawnSync(process.execPath, ['--require', recorder, path.join(dist, 'pier.cjs'), ...words], {
        env,
        stdio: 'ignore',
        timeout: 30_000,
      });
    }
    writeFileSync(path.join(dist, 'code-cache'), pack(collect(env.PIER_RECORD_INTO)));
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** An environment of each kind, for what reads and prints them to be used. @param {string} home */
function furnish(home) {
  const envs = path.join(home, '.local/share/pier/envs');
  const conda = path.join(envs, 'gis', 'conda-meta');
  mkdirSync(conda, { recursive: true });
  writeFileSync(path.join(conda, 'history'), '');
  writeFileSync(path.join(conda, 'python-3.12.1-0_cpython.json'), '{}');
  const venv = path.join(envs, 'sci');
  for (const directory of ['.pier', 'bin', 'lib/python3.12']) {
    mkdirSync(path.join(venv, directory), { recursive: true });
  }
  symlinkSync('/bin/sh', path.join(venv, 'bin/python'));
  writeFileSync(path.join(venv, 'pyvenv.cfg'), 'home = /usr/bin\nversion_info = 3.12.1\nprompt = sci\n');
  const python = { version: '3.12.1', base: '/usr/bin/python3' };
  const counted = { files: 1, bytes: 1, variables: {}, created: '2026-11-20T10:00:00.000Z', lock: '' };
  const record = { version: 1, name: 'sci', from: 'sci', specs: ['numpy'], python, ...counted };
  writeFileSync(path.join(venv, '.pier/env.json'), JSON.stringify(record), { mode: 0o644 });
}

/** @param {string} recorded */
function collect(recorded) {
  return new Map(readdirSync(recorded).map((chunk) => [chunk, readFileSync(path.join(recorded, chunk))]));
}

/** @param {Map<string, Buffer>} chunks */
function pack(chunks) {
  let offset = 0;
  const parts = Object.fromEntries(
    [...chunks].map(([chunk, { length }]) => {
      const part = [chunk, [offset, length]];
      offset += length;
      return part;
    }),
  );
  const node = `${process.version} ${process.platform} ${process.arch}`;
  const header = Buffer.from(JSON.stringify({ node, chunks: parts }));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(header.length);
  return Buffer.concat([size, header, ...chunks.values()]);
}
