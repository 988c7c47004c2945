import { createHash } from 'node:crypto';
import { lstat, mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import {
  cannotWrite,
  identityOf,
  makePrivateDirectory,
  type ProcessIdentity,
  parseIdentity,
  writeRecord,
} from '../files/index.ts';
import { discard } from './discard.ts';
import { privateDirectoryIn } from './root.ts';

/** A private directory in which one environment is made: `<root>/.pier-stage/<random>`. */
export interface Stage {
  readonly id: string;
  readonly root: string;
  readonly directory: string;
  /** Where the environment is made: `<directory>/<name>`, so that it already has its own name. */
  readonly prefix: string;
  /** Milliseconds by the file system's own clock, which on a file server is not ours. */
  readonly now: () => Promise<number>;
}

/** Milliseconds between an owner's signs of life: they are all that another host can see of it. */
const beat = 30_000;

export function stagesIn(root: string): string {
  return privateDirectoryIn(root, 'stage');
}

/** Who is making what, for other piers to read. */
export function ownerFile(directory: string): string {
  return path.join(directory, 'owner.json');
}

/**
 * The first part of a stage's name, such as `k3x9q-2fa-`: a mark of this host since it was started, and the process.
 *
 * A directory and its name are made in one step: however early its owner is killed, it is known whose it was.
 */
export function stagePrefix({ host, boot, pid }: ProcessIdentity): string {
  const mark = createHash('sha256').update(`${host}\0${boot}`).digest('hex');
  return `${Number.parseInt(mark.slice(0, 7), 16).toString(36).padStart(6, '0').slice(0, 6)}-${pid.toString(36)}-`;
}

/** What the directory of each of our stages begins with; six characters follow. */
export function stageTemplate(root: string): string {
  return path.join(stagesIn(root), stagePrefix(identityOf(process.pid)));
}

/** Whoever has the number now that made a stage on this host, as its name says; undefined for one of elsewhere. */
export function makerOf(id: string): ProcessIdentity | undefined {
  const number = /^[a-z0-9]{6}-([a-z0-9]+)-/.exec(id)?.[1];
  const maker = number ? identityOf(Number.parseInt(number, 36)) : undefined;
  return maker && id.startsWith(stagePrefix(maker)) ? parseIdentity(maker) : undefined;
}

/** Does `work` in a stage of its own, which is gone afterwards, whatever happened. */
export async function withStage<Value>(
  root: string,
  name: string,
  work: (stage: Stage) => Promise<Value>,
): Promise<Value> {
  await makePrivateDirectory(stagesIn(root));
  const directory = await mkdtemp(stageTemplate(root)).catch((error) => {
    throw cannotWrite(stagesIn(root), error);
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    await writeRecord(ownerFile(directory), { version: 1, owner: identityOf(process.pid), name });
    const clock = startBeating(directory);
    timer = clock.timer;
    const prefix = path.join(directory, name);
    return await work({ id: path.basename(directory), root, directory, prefix, now: clock.now });
  } finally {
    clearInterval(timer);
    await discard(root, directory);
  }
}

/** Every rename in the directory stamps it with the file system's time: a sign of life, and a clock. */
function startBeating(directory: string): { timer: NodeJS.Timeout; now: () => Promise<number> } {
  let last = performance.now();
  const timer = setInterval(() => {
    last = performance.now();
    writeRecord(path.join(directory, 'beat.json'), {}).catch(() => {});
  }, beat);
  timer.unref();
  return { timer, now: async () => (await lstat(directory)).mtimeMs + (performance.now() - last) };
}
