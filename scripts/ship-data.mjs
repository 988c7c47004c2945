// What pier ships besides code: YAML for people, as JSON for Node.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';

/**
 * Writes each `NAME.yaml` of a directory as `NAME.json` into another; gives back the values by name.
 *
 * @param {string} from
 * @param {string} to
 * @returns {Promise<Record<string, any>>}
 */
export async function shipData(from, to) {
  await mkdir(to, { recursive: true });
  const files = (await readdir(from)).filter((file) => file.endsWith('.yaml')).sort();
  const entries = await Promise.all(
    files.map(async (file) => [path.basename(file, '.yaml'), parse(await readFile(path.join(from, file), 'utf8'))]),
  );
  for (const [name, value] of entries) await writeFile(path.join(to, `${name}.json`), JSON.stringify(value));
  return Object.fromEntries(entries);
}

/**
 * The site profiles, and of all of them what says which hosts are theirs: src/site/shipped.ts reads that first.
 *
 * @param {string} from
 * @param {string} to
 */
export async function shipSites(from, to) {
  const profiles = Object.entries(await shipData(from, to));
  const detection = Object.fromEntries(profiles.map(([name, { detect }]) => [name, detect]));
  await writeFile(path.join(to, 'detect.index.json'), JSON.stringify(detection));
}
