import path from 'node:path';
import { PierError, tilde } from '../files/index.ts';
import { lastLines, run } from '../process/index.ts';

const loaderTest = 'import ssl, sqlite3, ctypes';

/**
 * `env -i PREFIX/bin/python -c 'import ssl, sqlite3, ctypes'`: whether it runs where no module is loaded.
 *
 * When it does so only with our LD_LIBRARY_PATH, gives that, to be set whenever it runs. Throws `python-unusable`.
 */
export async function checkLoader(prefix: string): Promise<Record<string, string>> {
  const python = path.join(prefix, 'bin', 'python');
  const bare = await run(python, ['-c', loaderTest], { env: {}, timeoutMs: 120_000 });
  if (bare.exitCode === 0) return {};
  const { LD_LIBRARY_PATH } = process.env;
  if (LD_LIBRARY_PATH) {
    const helped = await run(python, ['-c', loaderTest], { env: { LD_LIBRARY_PATH }, timeoutMs: 120_000 });
    if (helped.exitCode === 0) return { LD_LIBRARY_PATH };
  }
  throw new PierError(
    'python-unusable',
    `The Python of ${tilde(prefix)} does not run by itself:\n${lastLines(bare.stderr, 4)}`,
    {
      hint: 'Take another Python: --python /path/to/python3',
    },
  );
}
