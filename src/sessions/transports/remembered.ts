import path from 'node:path';
import { makePrivateDirectory, places, readRecord, writeRecord } from '../../files/index.ts';
import type { WayName } from './transport.ts';

/** Milliseconds: what did not work yesterday is tried again. */
const goodFor = 24 * 3600 * 1000;

const file = () => path.join(places().cache, 'ways.json');

type Remembered = Record<string, { readonly way: WayName; readonly at: string }>;

/** The way that worked last for sessions of a site, if that was not long ago. */
export async function rememberedWay(site: string, now = Date.now()): Promise<WayName | undefined> {
  const { way, at } = (await readAll())[site] ?? {};
  const age = now - Date.parse(at ?? '');
  return age >= 0 && age < goodFor && (way === 'gate' || way === 'srun') ? way : undefined;
}

/** Remembers it; a cache that cannot be written costs a second the next time. */
export async function rememberWay(site: string, way: WayName): Promise<void> {
  const all = await readAll();
  if (all[site]?.way === way && Date.now() - Date.parse(all[site].at) < goodFor) return;
  try {
    await makePrivateDirectory(places().cache);
    await writeRecord(file(), { ...all, [site]: { way, at: new Date().toISOString() } });
  } catch {
    // a full disk
  }
}

async function readAll(): Promise<Remembered> {
  const value = await readRecord(file()).catch(() => undefined);
  return typeof value === 'object' && value !== null ? (value as Remembered) : {};
}
