import path from 'node:path';
import type { Progress } from '../../files/index.ts';
import { run } from '../../process/index.ts';
import { sitePackages } from '../distributions.ts';
import { stageVariable } from '../orphans.ts';

/**
 * Compiles what has no bytecode yet, with the place of each file as it will be.
 *
 * conda packages for one Python bring theirs; those for every Python do not, and conda compiles them too. Only what is
 * missing is written: a new file in place of one that is linked to the cache would cost its bytes twice. argv: library,
 * prefix, final prefix, processes. What does not compile is left, as conda leaves it. stdout: how many were compiled.
 */
const script = `
import os, py_compile, sys
library, prefix, final, workers = sys.argv[1:]

def missing():
    for folder, folders, files in os.walk(library):
        if "__pycache__" in folders:
            folders.remove("__pycache__")
        try:
            known = set(os.listdir(os.path.join(folder, "__pycache__")))
        except OSError:
            known = set()
        for name in files:
            if name.endswith(".py") and "%s.%s.pyc" % (name[:-3], sys.implementation.cache_tag) not in known:
                yield os.path.join(folder, name)

def compiled(file):
    try:
        py_compile.compile(file, dfile=final + file[len(prefix):], doraise=True)
        return 1
    except OSError:
        raise
    except Exception:
        return 0

if __name__ == "__main__":
    files = list(missing())
    if len(files) < 200 or int(workers) < 2:
        done = sum(map(compiled, files))
    else:
        # Not multiprocessing: it wants semaphores in /dev/shm, which some nodes do not have.
        done, children = 0, []
        for part in range(int(workers)):
            read, write = os.pipe()
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    os.write(write, b"%d" % sum(map(compiled, files[part::int(workers)])))
                    code = 0
                finally:
                    os._exit(code)
            os.close(write)
            children.append((child, read))
        failed = 0
        for child, read in children:
            done += int(os.read(read, 20) or 0)
            failed |= os.waitpid(child, 0)[1]
        if failed:
            sys.exit("a process that compiled ended early: the disk may be full")
    print(done)
`;

/** Processes at a time: a login node has other guests. */
const workers = 2;

/** `PREFIX/bin/python -I -B -c SCRIPT LIBRARY PREFIX FINAL 2`. Throws `cannot-write` when there is no room for it. */
export async function compileBytecode(prefix: string, final: string, progress: Progress): Promise<void> {
  const site = sitePackages(prefix);
  if (!site) return;
  progress({ step: 'compile', message: 'Compiling bytecode' });
  const library = path.dirname(site);
  const result = await run(
    path.join(prefix, 'bin', 'python'),
    ['-I', '-B', '-c', script, library, prefix, final, String(workers)],
    { cwd: '/', env: stageVariable(path.basename(path.dirname(prefix))), timeoutMs: 3_600_000 },
  );
  if (result.exitCode !== 0 && /No space left|Disk quota|disk may be full/.test(result.stderr)) {
    const { PierError } = await import('../../files/index.ts');
    throw new PierError('no-space', 'Cannot compile bytecode: the disk is full or your quota is used up.', {
      hint: 'Free some space or files (df -h and df -i show where), then try again.',
    });
  }
}
