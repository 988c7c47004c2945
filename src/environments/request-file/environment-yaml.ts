import { homedir } from 'node:os';
import path from 'node:path';
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import { emptyFile, fileInvalid, placeIn, type RequestFile } from '../request-file.ts';

/** What conda and mamba know in an environment file. */
const keys = ['name', 'channels', 'dependencies', 'variables', 'prefix'];

const shape = 'name: sea, channels: [conda-forge], dependencies: [python=3.12, numpy, {pip: [six]}]';

interface Reader {
  readonly file: string;
  readonly text: string;
  readonly lineOf: (node: unknown) => number;
  readonly wrong: (node: unknown, why: string, hint?: string) => Error;
}

/** Reads an `environment.yml` of conda. Throws `file-invalid` with file and line of the first thing that is wrong. */
export async function readEnvironmentYaml(file: string, text: string): Promise<RequestFile> {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const lineAt = (offset: number) => counter.linePos(offset).line;
  const [error] = document.errors;
  if (error) throw fileInvalid(file, lineAt(error.pos[0]), `this is not YAML: ${error.message}.`, `Such as ${shape}`);
  const lineOf = (node: unknown) => lineAt((node as Node | undefined)?.range?.[0] ?? 0);
  const reader: Reader = {
    file,
    text,
    lineOf,
    wrong: (node, why, hint = `Such as ${shape}`) => fileInvalid(file, lineOf(node), why, hint),
  };
  if (!isMap(document.contents)) throw reader.wrong(document.contents, 'there is no environment in it.');
  return readMap(reader, document.contents);
}

function readMap(reader: Reader, map: YAMLMap): RequestFile {
  for (const { key } of map.items) refuseTypo(reader, key);
  const { specs, pip, places } = readDependencies(reader, map);
  return {
    ...emptyFile('environment', reader.file, reader.text),
    name: readName(reader, map),
    channels: readTexts(reader, map, 'channels'),
    variables: readVariables(reader, map),
    specs,
    pip,
    places,
    remarks: readPrefix(reader, map),
  };
}

/** Other keys than conda's are left alone, as conda does; but not what was meant to be one. */
function refuseTypo(reader: Reader, key: unknown): void {
  const name = isScalar(key) ? String(key.value) : '';
  const meant = keys.find(
    (known) => known !== name && known[0] === name[0] && Math.abs(known.length - name.length) < 3,
  );
  if (keys.includes(name) || !meant || !similar(name, meant)) return;
  throw reader.wrong(key, `${JSON.stringify(name)} is no key of an environment file.`, `Did you mean ${meant}?`);
}

/** Almost the same letters. */
function similar(a: string, b: string): boolean {
  const rest = [...b];
  const same = [...a].filter((letter) => {
    const at = rest.indexOf(letter);
    if (at >= 0) rest.splice(at, 1);
    return at >= 0;
  });
  return same.length >= Math.max(a.length, b.length) - 2;
}

function readName(reader: Reader, map: YAMLMap): RequestFile['name'] {
  const node = map.get('name', true);
  if (!node || !isScalar(node) || node.value === null) return null;
  return { text: String(node.value), place: placeIn(reader.file, reader.lineOf(node)) };
}

/** The place it was exported from: conda passes it over, and so does pier. */
function readPrefix(reader: Reader, map: YAMLMap): string[] {
  const node = map.get('prefix', true);
  if (!node || !isScalar(node) || node.value === null) return [];
  const prefix = String(node.value);
  if (/[:;\p{Cc}]/u.test(prefix)) {
    throw reader.wrong(
      node,
      `an environment cannot be at ${JSON.stringify(prefix)}: PATH has ":" between its entries.`,
      'Leave the line away: pier takes the place of the site, or --prefix.',
    );
  }
  return [`${placeIn(reader.file, reader.lineOf(node))}: the prefix is where it was exported from, and is not used.`];
}

function readTexts(reader: Reader, map: YAMLMap, key: string): string[] {
  const node = map.get(key, true) as unknown;
  if (node === undefined || (isScalar(node) && node.value === null)) return [];
  if (!isSeq(node)) throw reader.wrong(node, `${key} is to be a list.`);
  return node.items.map((item) => {
    if (isScalar(item) && typeof item.value === 'string' && item.value.trim() !== '') return item.value.trim();
    throw reader.wrong(item, `${key} is to be a list of names.`);
  });
}

function readVariables(reader: Reader, map: YAMLMap): Record<string, string> {
  const node = map.get('variables', true) as unknown;
  if (node === undefined || (isScalar(node) && node.value === null)) return {};
  if (!isMap(node)) throw reader.wrong(node, 'variables is to have a name and a value on each line.');
  const entries = node.items.map(({ key, value }) => {
    const name = isScalar(key) ? String(key.value) : '';
    if (!/^[A-Za-z_]\w*$/.test(name)) throw reader.wrong(key, `${JSON.stringify(name)} cannot be a variable's name.`);
    if (!isScalar(value)) throw reader.wrong(value ?? key, `${name} is to have one value.`);
    return [name, String(value.value ?? '')];
  });
  return Object.fromEntries(entries);
}

type Dependencies = Pick<RequestFile, 'specs' | 'pip' | 'places'>;

function readDependencies(reader: Reader, map: YAMLMap): Dependencies {
  const node = map.get('dependencies', true) as unknown;
  if (!isSeq(node)) throw reader.wrong(node ?? map, 'dependencies is to be a list of packages.');
  const [specs, pip, places] = [[] as string[], [] as string[], new Map<string, string>()];
  for (const item of node.items) {
    const list = isMap(item) ? item.get('pip', true) : undefined;
    if (isScalar(item) && typeof item.value === 'string' && item.value.trim() !== '') {
      const spec = item.value.trim();
      specs.push(spec);
      places.set(spec, placeIn(reader.file, reader.lineOf(item)));
    } else if (isMap(item) && item.items.length === 1 && isSeq(list)) {
      for (const line of list.items) {
        const requirement = requirementOf(reader, line);
        pip.push(requirement);
        places.set(requirement, placeIn(reader.file, reader.lineOf(line)));
      }
    } else throw reader.wrong(item, 'a dependency is the text of a package, or “pip:” with a list of requirements.');
  }
  refuseTwoPythons(reader.file, specs, places);
  return { specs, pip, places };
}

/** A line of pip's: files are named from where the environment file is, as conda has it. */
function requirementOf(reader: Reader, node: unknown): string {
  if (!isScalar(node) || typeof node.value !== 'string' || node.value.trim() === '') {
    throw reader.wrong(node, 'what pip is to install is a text, such as "six>=1.16".');
  }
  const text = node.value.trim();
  const option = /^(-r|--requirement|-c|--constraint|-e|--editable)[\s=]+(.+)$/.exec(text);
  if (option) return `${option[1]} ${fromThere(reader.file, option[2] ?? '')}`;
  return /^(\.{1,2}|~)(\/|$)/.test(text) ? fromThere(reader.file, text) : text;
}

function fromThere(file: string, place: string): string {
  if (/^[a-z+]+:\/\//.test(place)) return place;
  return place.startsWith('~/') ? path.join(homedir(), place.slice(2)) : path.resolve(path.dirname(file), place);
}

function refuseTwoPythons(file: string, specs: readonly string[], places: ReadonlyMap<string, string>): void {
  const pythons = specs.filter((spec) => /^([^\s]*::)?python\b(?![\w.-])/.test(spec));
  const [first, second] = [...new Set(pythons)];
  if (first === undefined || second === undefined) return;
  const line = Number(places.get(second)?.split(':').at(-1));
  throw fileInvalid(
    file,
    line,
    `${second} is a second Python: ${places.get(first)} has ${first}.`,
    'An environment has one Python. Leave one of the two lines away.',
  );
}
