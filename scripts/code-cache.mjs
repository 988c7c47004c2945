// What V8 made of the chunks while pier ran, kept for later starts; src/cli/code-cache.ts reads it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
 * Runs a built pier in an empty home and writes `code-cache` beside it. Chunks that no run loads are left out.
 *
 * @param {string} dist
 */
export function makeCodeCache(dist) {
  const home = mkdtempSync(path.join(tmpdir(), 'pier-warming-'));
  try {
    const recorder = path.join(import.meta.dirname, 'code-cache-recorder.cjs');
    for (const [index, words] of runs.entries()) {
      const into = path.join(home, String(index));
      // Some of them end in an error, in an empty home; what they loaded until then counts.
      spawnSync(process.execPath, ['--require', recorder, path.join(dist, 'pier.cjs'), ...words], {
        env: { PATH: '/usr/bin:/bin', HOME: path.join(home, 'home'), PIER_RECORD_INTO: into },
        stdio: 'ignore',
        timeout: 30_000,
      });
    }
    writeFileSync(path.join(dist, 'code-cache'), pack(collect(home)));
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** Of the runs that loaded a chunk, the one that used most of it. @param {string} home */
function collect(home) {
  /** @type {Map<string, Buffer>} */
  const chunks = new Map();
  for (const run of readdirSync(home).filter((name) => /^\d+$/.test(name))) {
    for (const chunk of readdirSync(path.join(home, run))) {
      const data = readFileSync(path.join(home, run, chunk));
      if (data.length > (chunks.get(chunk)?.length ?? 0)) chunks.set(chunk, data);
    }
  }
  return chunks;
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
