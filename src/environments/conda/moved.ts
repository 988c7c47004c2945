import { noProgress } from '../../files/index.ts';
import type { Site } from '../../site/index.ts';
import type { Environment } from '../environment.ts';
import { findUv } from '../uv-program.ts';
import { linkRecords } from './apply.ts';
import { compileBytecode } from './bytecode.ts';
import { channelRecord, installedPackages } from './installed.ts';
import { linkForConda, unlinkForConda } from './link.ts';
import { relocate } from './relocate.ts';

/**
 * Has an environment that was moved name its new place; may be done twice.
 *
 * Where that is longer, programs have no room for it: packages with the place in them are linked again from the cache.
 */
export async function relocateMoved(
  site: Site,
  { prefix, name, specs }: Environment,
  former: { readonly prefix: string },
): Promise<void> {
  const isLonger = Buffer.byteLength(prefix) > Buffer.byteLength(former.prefix);
  const installed = installedPackages(prefix);
  if (isLonger) {
    const placed = installed.filter(({ paths_data }) => paths_data?.paths?.some((entry) => entry.prefix_placeholder));
    const again = placed.map((one) => one.name);
    await linkRecords(
      site,
      await findUv(site, noProgress),
      prefix,
      name,
      installed.map(channelRecord),
      specs,
      again,
      noProgress,
    );
  }
  await relocate(prefix, former.prefix, prefix, isLonger ? 'leave' : 'change');
  if (installed.some((one) => one.name === 'python')) await compileBytecode(prefix, prefix, noProgress);
  await unlinkForConda(former.prefix);
  await linkForConda(prefix);
}
