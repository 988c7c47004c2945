import { lstatSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { isBelow, isNear, type Mount, mountOf, readMounts } from '../storage/index.ts';
import { within } from './time-limit.ts';

/** Where a path leads: a real path; nowhere; or to a file server that does not answer. */
export type Destination = { readonly real: string } | 'absent' | 'silent';

export type Follow = (file: string) => Promise<Destination>;

/** Milliseconds that a file server has to answer. */
const patience = 1500;

/** As the kernel: path_resolution(7). */
const mostLinks = 40;

/**
 * Follows paths as realpath(3) does, but never asks a file server that hangs.
 *
 * A call to such a one never returns, and takes a thread of Node's with it, so that not even exit(3) would end pier
 * (measured with Node 20). So nothing is asked of a file server before a program of its own, `stat`, had an answer; but
 * `trusted` places, where home and environments are, are asked at once: without them nothing works anyway.
 */
export function makeFollow(trusted: readonly string[], mounts: readonly Mount[] = readMounts()): Follow {
  const fine = new Set(trusted.map((place) => mountOf(mounts, place)));
  const far = mounts.filter((mount) => !isNear(mount) && !fine.has(mount));
  const asked = new Map<string, Promise<boolean>>();
  const known = new Map<string, Promise<Destination>>();

  function answers(file: string, wanted: string): Promise<boolean> | true {
    if (!far.some(({ point }) => isBelow(file, point))) return true;
    const mount = mountOf(mounts, file);
    if (!mount || !far.includes(mount)) return true;
    // An automounter may have another server behind each name.
    const key = mount.type === 'autofs' ? file : mount.point;
    const answer = asked.get(key) ?? ask(wanted);
    asked.set(key, answer);
    return answer;
  }

  async function follow(file: string, links: number, wanted: string): Promise<Destination> {
    if (file === '/') return { real: '/' };
    const above = path.dirname(file);
    const parent = known.get(above) ?? follow(above, links, wanted);
    known.set(above, parent);
    const directory = await parent;
    if (typeof directory === 'string') return directory;
    const at = below(directory.real, path.basename(file));
    const awake = answers(at, wanted);
    if (awake !== true && !(await awake)) return 'silent';
    const target = linkAt(at);
    if (target === null) return 'absent';
    if (target === undefined) return { real: at };
    const next = path.resolve(directory.real, target);
    return links === mostLinks ? 'absent' : await follow(next, links + 1, next);
  }

  return (file) => {
    const wanted = path.resolve(file);
    return follow(wanted, 0, wanted);
  };
}

/** A name in a real directory. Not path.join, which looks at every letter again: V8 takes to optimizing it, and exit waits. */
function below(directory: string, name: string): string {
  return directory === '/' ? `/${name}` : `${directory}/${name}`;
}

/** What a link says; undefined when the file is none; null when there is no file, or we may not look. */
function linkAt(file: string): string | undefined | null {
  try {
    const stats = lstatSync(file, { throwIfNoEntry: false });
    if (!stats) return null;
    return stats.isSymbolicLink() ? readlinkSync(file) : undefined;
  } catch {
    return null;
  }
}

/**
 * `stat --format=%i%s -- FILE`: whatever it says, in time, is an answer.
 *
 * The whole path, and fields that have to be asked for: of the mount alone the kernel may know enough by itself.
 */
async function ask(file: string): Promise<boolean> {
  const { run } = await import('../process/index.ts');
  // One that hangs in the kernel does not end when it is killed either: then nobody waits for it.
  const answer = run('stat', ['--format=%i%s', '--', file], { timeoutMs: patience }).catch(() => undefined);
  const result = await within(patience + 200, answer);
  return result !== undefined && !result.timedOut;
}
