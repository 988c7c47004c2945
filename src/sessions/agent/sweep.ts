import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { identityOf, liveness, parseIdentity, readRecord, writeRecord } from '../../files/index.ts';
import { removeRuntimeDirectory } from '../remove-runtime-directory.ts';

const mark = 'agent.json';

/** Says in a runtime directory whose it is, for whoever comes after an agent that was killed with all of its job. */
export async function markRuntimeDirectory(directory: string): Promise<void> {
  await writeRecord(path.join(directory, mark), identityOf(process.pid));
}

/**
 * Removes the private directories beside this one whose agents are dead: a job that is killed whole, and a requeue on
 * another node, leave theirs where nobody of that session comes by again. Fails for nobody.
 */
export async function sweepRuntimeDirectories(own: string): Promise<void> {
  const parent = path.dirname(own);
  for (const name of await readdir(parent).catch(() => [])) {
    const [, id] = /^pier-([a-z][a-z2-7]{7})-\w{6}$/.exec(name) ?? [];
    const directory = path.join(parent, name);
    if (id === undefined || directory === own) continue;
    const agent = parseIdentity(await readRecord(path.join(directory, mark)).catch(() => undefined));
    if (agent && liveness(agent) === 'dead') await removeRuntimeDirectory(id, directory).catch(() => {});
  }
}
