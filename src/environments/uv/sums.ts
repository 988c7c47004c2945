import { PierError } from '../../files/index.ts';
import { normalise } from '../distributions.ts';
import type { RequiredSums } from '../required-sums.ts';
import { fileTable, stringAt } from './lock.ts';

const between = '\n[[packages]]\n';

/**
 * Takes out of a `pylock.toml` that uv wrote every file that has none of the sums asked for its package.
 *
 * uv's resolver writes the sums of the index and holds nothing against those that were asked for. What is left here is
 * what `uv pip sync` is given, and that holds each download to it. Throws `sums-differ` where nothing is left.
 */
export function holdToSums(text: string, required: readonly RequiredSums[]): string {
  const [head = '', ...blocks] = text.split(between);
  return [head, ...blocks.map((block) => held(block, required))].join(between);
}

function held(block: string, required: readonly RequiredSums[]): string {
  const name = normalise(stringAt(block, 'name') ?? '');
  const version = stringAt(block, 'version');
  const its = required.filter((one) => one.name === name);
  if (its.length === 0) return block;
  // A line for another version, such as one for another Python, has other sums.
  const exact = its.filter((one) => one.version === null || one.version === version);
  const asked = exact.length > 0 ? exact : its;
  const wanted = new Set(asked.flatMap(({ sums }) => sums));
  const files = [...block.matchAll(fileTable)].map(([table, , address = '""']) => {
    const sums = sumsOf(table);
    return { table, address: String(JSON.parse(address)), sums, fits: sums.some((sum) => wanted.has(sum)) };
  });
  if (!files.some(({ fits }) => fits)) throw differ(`${name} ${version ?? ''}`.trim(), asked, files);
  // The same environment is to give the same text, also when it was made of its own export.
  if (files.every(({ fits }) => fits)) return block;
  const wheels = /^wheels = \[.*?\]$/ms.exec(block)?.[0];
  const kept = files.filter(({ table, fits }) => fits && wheels?.includes(table)).map(({ table }) => `    ${table},`);
  const without = files
    .filter(({ table, fits }) => !fits && !wheels?.includes(table))
    .reduce((rest, { table }) => rest.replace(`sdist = ${table}\n`, '').replace(`\nsdist = ${table}`, ''), block);
  if (wheels === undefined) return without;
  return kept.length > 0
    ? without.replace(wheels, () => `wheels = [\n${kept.join('\n')}\n]`)
    : without.replace(wheels, '').trimEnd();
}

function sumsOf(table: string): string[] {
  const hashes = /\bhashes = \{([^}]*)\}/.exec(table)?.[1] ?? '';
  return [...hashes.matchAll(/(\w+) = "([0-9a-f]+)"/g)].map(([, kind, digits]) => `${kind}:${digits}`);
}

interface Found {
  readonly address: string;
  readonly sums: readonly string[];
}

function differ(what: string, asked: readonly RequiredSums[], files: readonly Found[]): PierError {
  const wanted = [...new Set(asked.flatMap(({ sums }) => sums))];
  const places = [...new Set(asked.flatMap(({ place }) => (place === null ? [] : [place])))];
  const found = files.map(({ address, sums }) => `${sums.join(', ') || 'no sum'} (${address.split('/').at(-1)})`);
  return new PierError(
    'sums-differ',
    `${places[0] ? `${places[0]}: ` : ''}no file of ${what} has the sum that is asked for.\n` +
      `  asked for: ${some(wanted)}\n  found: ${some(found) || 'nothing that a sum could be of'}`,
    {
      hint: 'Find out who changed what: the file, or the package in the index. To trust the index, write the sums again, such as with: uv pip compile --generate-hashes',
    },
  );
}

function some(texts: readonly string[]): string {
  const most = 3;
  const rest = texts.length > most ? ` and ${texts.length - most} more` : '';
  return `${texts.slice(0, most).join(', ')}${rest}`;
}
