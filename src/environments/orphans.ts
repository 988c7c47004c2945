import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf, type ProcessIdentity } from '../files/index.ts';

/** Milliseconds that killed processes may take to be gone; one that waits for a disk can take for ever. */
const patience = 5000;

/** What every program that works in a stage carries, so that it is known when its pier was killed and it was not. */
export function stageVariable(id: string): { readonly PIER_STAGE: string } {
  return { PIER_STAGE: id };
}

/**
 * Kills what still works in a stage whose pier is dead: uv goes on installing, into directories that are being deleted.
 *
 * Only programs of ours that carry the stage's random name. Does nothing where there is no `/proc`.
 */
export async function endOrphans(id: string): Promise<void> {
  const { signalRecorded } = await import('../process/index.ts');
  const deadline = performance.now() + patience;
  for (let left = workingIn(id); left.length > 0 && performance.now() < deadline; left = workingIn(id)) {
    for (const orphan of left) signalRecorded(orphan, 'SIGKILL', 'process');
    await sleep(20);
  }
}

function workingIn(id: string): ProcessIdentity[] {
  const mark = `PIER_STAGE=${id}`;
  const pids = list('/proc').filter((name) => /^\d+$/.test(name));
  return pids
    .filter((pid) => read(`/proc/${pid}/environ`).split('\0').includes(mark))
    .map((pid) => identityOf(Number(pid)));
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** Empty for a zombie, for other users' processes, and for those that are gone. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
