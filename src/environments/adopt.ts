import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { cannotWrite, errnoOf, PierError, type Progress, tilde, uid } from '../files/index.ts';
import type { Site } from '../site/index.ts';
import { alone } from './alone.ts';
import { backEndOf } from './back-end.ts';
import { countTree } from './count.ts';
import type { Environment } from './environment.ts';
import { findEnvironment, refuseUnusable } from './find.ts';
import { interruptible } from './interrupt.ts';
import { readAt } from './list.ts';
import { typedName } from './names.ts';
import { writeEnvironmentRecord } from './record.ts';
import { registerPrefix } from './registry.ts';
import { refuseUntrusted } from './trust.ts';

/**
 * Lets pier have an environment that another program made, where it is: from then on it is changed, renamed and removed
 * by pier as one of its own. What was asked for is what its installer marked so.
 *
 * Errors: those of `findEnvironment`, `environment-broken`, `environment-not-yours`, `environment-owned`.
 */
export async function adoptEnvironment(site: Site, name: string, progress: Progress): Promise<Environment> {
  const found = await findEnvironment(site, name);
  if (found.origin === 'owned') {
    throw new PierError('environment-owned', `${found.name} is pier's already.`, {
      hint: `pier env show ${found.name}`,
    });
  }
  refuseUnusable(found);
  await refuseOthers(found);
  await refuseUntrusted(found);
  return await interruptible((signal) =>
    alone(found, { doing: 'adopting it', progress, signal, breakLock: false }, () => adopt(site, found)),
  );
}

async function refuseOthers(environment: Environment): Promise<void> {
  const { prefix, name, python } = environment;
  const { uid: owner } = await stat(prefix);
  const isBase = path.basename(prefix) === name ? false : name === 'base';
  if (owner === uid() && !isBase) return;
  const why = isBase ? 'conda itself is in it' : `it belongs to user ${owner}`;
  throw new PierError('environment-not-yours', `${tilde(prefix)} is not taken over: ${why}.`, {
    hint: python ? `Take a copy: pier env clone ${typedName(environment)} NEW-NAME` : 'pier env list',
  });
}

async function adopt(site: Site, found: Environment): Promise<Environment> {
  const { prefix, kind, python } = found;
  const { packages } = await backEndOf(found);
  const all = packages(found);
  const requested = all.filter((item) => item.requested);
  const layered = (item: { installer: string | null }) => kind === 'conda' && item.installer !== 'conda';
  const cost = await countTree(prefix);
  await mkdir(path.join(prefix, '.pier')).catch((error) => {
    if (errnoOf(error) !== 'EEXIST') throw cannotWrite(prefix, error);
  });
  await writeEnvironmentRecord(prefix, {
    version: 1,
    name: path.basename(prefix),
    from: null,
    specs: requested.filter((item) => !layered(item)).map((item) => item.name),
    pip: requested.filter(layered).map((item) => item.name),
    python: python ? { version: python.version, base: python.base ?? '' } : null,
    created: new Date().toISOString(),
    // The record comes on top, the lease goes.
    files: cost.files,
    bytes: cost.bytes,
    variables: {},
    lock: '',
    backEnd: kind === 'conda' ? 'conda' : 'uv',
    channels: [],
    maker: 'another program',
    adopted: true,
  });
  registerPrefix(prefix);
  const now = await readAt(site, prefix);
  if (now?.origin === 'owned') return now;
  throw new PierError('environment-broken', `${tilde(prefix)} was adopted, but pier does not find it so.`, {
    hint: 'pier env list',
  });
}
