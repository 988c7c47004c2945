import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { PierError } from '../files/index.ts';

/** A list of packages that go together, kept in `catalogue/<name>.yaml`. */
export interface CatalogueEntry {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** Requirements as in PEP 508. */
  readonly specs: readonly string[];
}

/** Built: `dist/catalogue/*.json`, with this file in `dist/*.cjs` or `dist/chunks/*.cjs`. Source: `catalogue/*.yaml`. */
function catalogueDirectory(): string {
  for (const up of ['.', '..', '../..']) {
    const directory = path.join(import.meta.dirname, up, 'catalogue');
    if (existsSync(path.join(directory, 'sci.json')) || existsSync(path.join(directory, 'sci.yaml'))) return directory;
  }
  throw new Error(`No catalogue/ beside or above ${import.meta.dirname}: pier was not installed whole.`);
}

function catalogueNames(): string[] {
  const names = readdirSync(catalogueDirectory()).flatMap((file) => /^([\w-]+)\.(json|yaml)$/.exec(file)?.[1] ?? []);
  return [...new Set(names)].sort();
}

/** Every list, sorted by name. */
export async function listCatalogue(): Promise<CatalogueEntry[]> {
  return await Promise.all(catalogueNames().map(loadCatalogue));
}

/** One list. Throws `catalogue-unknown` when there is none of that name. */
export async function loadCatalogue(name: string): Promise<CatalogueEntry> {
  const names = catalogueNames();
  if (!names.includes(name)) {
    throw new PierError(
      'catalogue-unknown',
      `The catalogue has no ${JSON.stringify(name)}; it has ${names.join(', ')}.`,
      {
        hint: 'pier catalogue list',
      },
    );
  }
  const { summary, specs } = await readEntry(path.join(catalogueDirectory(), name));
  return { name, summary, specs };
}

async function readEntry(file: string): Promise<Omit<CatalogueEntry, 'name'>> {
  if (existsSync(`${file}.json`)) return JSON.parse(await readFile(`${file}.json`, 'utf8'));
  const { parse } = await import('yaml');
  return parse(await readFile(`${file}.yaml`, 'utf8'));
}
