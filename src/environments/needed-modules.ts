import path from 'node:path';
import { PierError, type Progress, tilde } from '../files/index.ts';
import { checkModuleNames } from '../modules/index.ts';
import type { Site } from '../site/index.ts';
import { factsOf } from './activation/facts.ts';
import { writeScripts } from './activation/files.ts';
import { alone } from './alone.ts';
import { backEndOf } from './back-end.ts';
import { repairIfNeeded } from './change.ts';
import type { Environment } from './environment.ts';
import { findEnvironment, refuseUnusable } from './find.ts';
import { interruptible } from './interrupt.ts';
import { readAt } from './list.ts';
import { refuseReadOnly } from './read-only.ts';
import { readEnvironmentRecord, writeEnvironmentRecord } from './record.ts';
import { refuseUntrusted } from './trust.ts';

export interface ModulesRequest {
  readonly name: string;
  /** By their full names, in the order they are to be loaded in; none: it needs none any more. */
  readonly modules: readonly string[];
  readonly breakLock?: boolean;
}

/**
 * Says which environment modules an environment of ours needs: from then on they are loaded with it, in shells, kernels
 * and jobs. What runs in it meanwhile is as it was.
 *
 * Does not look whether there are such modules. Errors: `module-name-invalid`, `environment-foreign`, `environment-frozen`, …
 */
export async function setModules(site: Site, request: ModulesRequest, progress: Progress): Promise<Environment> {
  const { name, modules, breakLock = false } = request;
  checkModuleNames(modules);
  const found = await findEnvironment(site, name);
  refuseReadOnly(found);
  await refuseUntrusted(found);
  return await interruptible((signal) =>
    alone(found, { doing: 'changing its modules', progress, signal, breakLock }, async () => {
      await repairIfNeeded(site, found, await backEndOf(found), progress);
      refuseUnusable(found);
      const record = readEnvironmentRecord(found.prefix);
      if (!record) throw new PierError('record-damaged', `The record of ${tilde(found.prefix)} is gone.`);
      // Its scripts have them too, for shells without pier. They are made anew from the record whenever it is used.
      await writeScripts(factsOf({ ...found, modules }), path.join(found.prefix, '.pier'));
      await writeEnvironmentRecord(found.prefix, { ...record, modules });
      return (await readAt(site, found.prefix)) ?? { ...found, modules };
    }),
  );
}
