import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Site } from '../site/index.ts';
import { activationDirectory } from './activation/files.ts';
import { packageVersion } from './distributions.ts';
import type { Environment } from './environment.ts';
import { addKernel } from './kernel-change.ts';
import { listKernels } from './kernel-list.ts';
import { listEnvironments } from './list.ts';
import { refuseUntrusted } from './trust.ts';

/**
 * Writes a kernel for every environment that can be used into `<data>/kernels`, for a Jupyter started with it in
 * JUPYTER_PATH; gives back how many.
 *
 * `serving` has its own already, and so have those that are kernels of the person's own. One that fails is left out.
 */
export async function offerKernels(site: Site, serving: Environment, data: string): Promise<number> {
  const own = new Set(
    listKernels().flatMap(({ environment, state }) => (environment && state === 'ok' ? environment : [])),
  );
  const usable = (await listEnvironments(site)).filter(({ state }) => state === 'ok');
  const others = usable.filter(({ prefix }) => prefix !== serving.prefix && !own.has(prefix));
  // Scripts of our own for what others own: they may have changed what it needs.
  const kept = usable.filter(({ prefix, origin }) => own.has(prefix) && origin !== 'owned');
  await Promise.all(kept.map((environment) => activationDirectory(environment).catch(() => {})));
  const where = path.join(data, 'kernels');
  await mkdir(where, { recursive: true, mode: 0o700 });
  let count = 0;
  for (const environment of others) {
    try {
      if (!(await packageVersion(environment, 'ipykernel'))) continue;
      await refuseUntrusted(environment);
      await addKernel(environment, where);
      count++;
    } catch {
      // It is offered or it is not: a session is not to fail over another environment.
    }
  }
  return count;
}
