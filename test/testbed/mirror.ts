import { rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { packages, packagesAreMade } from '../channel/channel.ts';

/** The mirror's name inside, as /etc/hosts has it; the controller serves it. */
export const mirror = 'mirror.cluster';

/** Where conda packages come from inside, as people write it. */
export const condaChannelInside = `http://${mirror}/conda/conda-forge`;

/** Says what the mirror is to serve: the packages that tests have, made if they are not there. */
export async function prepareMirror(directory: string, say: (line: string) => void): Promise<void> {
  if (!(await packagesAreMade())) say('making the packages that the mirror serves: once, some 40 s and 350 MB');
  const { directory: made } = await packages();
  const link = path.join(directory, 'mirror');
  await rm(link, { force: true });
  await symlink(made, link);
}
