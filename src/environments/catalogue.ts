import { PierError, readShippedText, shippedNames } from '../files/index.ts';

/** A list of packages that go together, kept in `catalogue/<name>.yaml`. */
export interface CatalogueEntry {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** Requirements as in PEP 508. */
  readonly specs: readonly string[];
}

export function catalogueNames(): string[] {
  return shippedNames('catalogue').flatMap((file) => /^([\w-]+)\.(json|yaml)$/.exec(file)?.[1] ?? []);
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
  const { summary, specs } = await readEntry(name);
  return { name, summary, specs };
}

/** Built, a list is JSON; in the source tree it is YAML. */
async function readEntry(name: string): Promise<Omit<CatalogueEntry, 'name'>> {
  const json = readShippedText('catalogue', `${name}.json`);
  if (json !== undefined) return JSON.parse(json);
  const { parse } = await import('yaml');
  return parse(readShippedText('catalogue', `${name}.yaml`) ?? '');
}
