import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import * as z from 'zod';
import { isObject, isSourced, plainOf, treeOf, type Written } from './leaves.ts';
import type { Problem } from './problem.ts';
import { fileSchema, leafSchema } from './schema.ts';
import { found, wordsFor, wordsForUnknownKey } from './words.ts';

// Only what a person wrote comes here: yaml and zod are loaded with this file, and never for a shipped profile.

/** Values after aliases are followed: the largest shipped profile has 600, a bomb of nine lines a billion. */
const mostValues = 20_000;
const deepest = 16;

type Path = readonly PropertyKey[];
type Complaint = { readonly path: Path; readonly message: string; readonly atKey?: boolean };

export interface Parsed {
  readonly written: Written;
  /** In the order of the file; when there are any, `written` is not to be used. */
  readonly problems: readonly Problem[];
}

/** Reads a profile's text and checks it against the schema. `file` is only for the problems. */
export function parseProfile(file: string, text: string): Parsed {
  const lines = new LineCounter();
  const problem = (offset: number, path: Path, message: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), path: path.map(String).join('.'), message };
  };
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      version: '1.2',
      schema: 'core',
      resolveKnownTags: false,
      merge: false,
      logLevel: 'silent',
    });
    const slips = [...syntaxComplaints(document)].map(([at, message]) => problem(at, pathAt(document, at), message));
    if (slips.length > 0) return { written: {}, problems: slips };
    const written = expanded(document);
    if (typeof written === 'string') return { written: {}, problems: [problem(0, [], written)] };
    const problems = complaints(written).map(({ path, message, atKey }) =>
      problem(offsetOf(document, path, atKey ?? false), path, message),
    );
    return { written, problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) };
  } catch (error) {
    // The parser is recursive: a hundred thousand brackets end its stack.
    if (!(error instanceof RangeError)) throw error;
    return { written: {}, problems: [problem(0, [], `nested too deeply, expected at most ${deepest} levels`)] };
  }
}

/** What is wrong with the YAML itself: where it stands in the text, and what it is. */
function* syntaxComplaints(document: Document.Parsed): Generator<[number, string]> {
  for (const { code, message, pos } of [...document.errors, ...document.warnings]) {
    if (code === 'DUPLICATE_KEY') yield [pos[0], 'the key is here for the second time, expected once'];
    else if (code === 'TAG_RESOLVE_FAILED')
      yield [pos[0], `found ${message.replace(/^.*: /, 'the tag ')}, expected no tag`];
    else if (code === 'MULTIPLE_DOCS') yield [pos[0], 'found a second document, expected one'];
    else yield [pos[0], `not YAML: ${message}`];
  }
  const anchors = new Set<string>();
  const faults: [number, string][] = [];
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node) && !anchors.has(node.source)) {
        faults.push([node.range?.[0] ?? 0, `there is no anchor &${node.source} before this alias`]);
      } else if (!isAlias(node) && node.anchor) anchors.add(node.anchor);
    },
    Pair: (_, { key }) => {
      if (isNode(key) && !isScalar(key)) faults.push([key.range?.[0] ?? 0, 'the key is wrong, expected a text']);
    },
  });
  yield* faults;
}

/** The document's values; a text, what is wrong, when it is a bomb or has no keys at all. */
function expanded(document: Document.Parsed): Written | string {
  const bomb = `aliases make too much of it, expected at most ${mostValues} values in ${deepest} levels`;
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    if (error instanceof ReferenceError) return bomb;
    throw error;
  }
  let values = 0;
  const tooMany = (item: unknown, depth: number): boolean => {
    if (++values > mostValues || depth > deepest) return true;
    return typeof item === 'object' && item !== null && Object.values(item).some((inner) => tooMany(inner, depth + 1));
  };
  if (tooMany(value, 0)) return bomb;
  return isObject(value) ? value : `found ${value === null ? 'nothing' : found(value)}, expected keys and values`;
}

function complaints(written: Written): Complaint[] {
  const plain = plainOf(treeOf(written, { source: null, checked: null, profile: '' }));
  return [...sourceComplaints(written, []), ...issuesOf(fileSchema, plain, [])];
}

/** Looks at `source` and `checked` beside each value. */
function sourceComplaints(value: unknown, path: Path): Complaint[] {
  if (isSourced(value)) return [...issuesOf(leafSchema, value, path), ...sourceComplaints(value.value, path)];
  if (typeof value !== 'object' || value === null) return [];
  const step = (key: string) => (Array.isArray(value) ? Number(key) : key);
  return Object.entries(value).flatMap(([key, inner]) => sourceComplaints(inner, [...path, step(key)]));
}

function issuesOf(schema: z.ZodType, value: unknown, below: Path): Complaint[] {
  const issues = schema.safeParse(value).error?.issues ?? [];
  return issues.flatMap((issue): Complaint[] => {
    const path = [...below, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      const known = keysAt(schema, issue.path);
      return issue.keys.map((key) => ({ path: [...path, key], message: wordsForUnknownKey(key, known), atKey: true }));
    }
    return [{ path, message: wordsFor(issue, at(value, issue.path)), atKey: issue.code === 'invalid_key' }];
  });
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value);
}

/** The keys that the schema knows at a path. */
function keysAt(schema: unknown, path: Path): string[] {
  if (schema instanceof z.ZodExactOptional || schema instanceof z.ZodNullable) return keysAt(schema.unwrap(), path);
  const [key, ...rest] = path;
  if (schema instanceof z.ZodObject) {
    return key === undefined ? Object.keys(schema.shape) : keysAt(schema.shape[key as string], rest);
  }
  if (schema instanceof z.ZodRecord) return keysAt(schema.valueType, rest);
  return schema instanceof z.ZodArray ? keysAt(schema.element, rest) : [];
}

/** Where a value stands in the text, or its key; for what is missing, the nearest thing around it. */
function offsetOf(document: Document.Parsed, path: Path, atKey: boolean): number {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const [index, key] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document) ?? null;
    // What the path does not say: the value may stand inside {value, source, checked}.
    while (isMap(node) && !node.has(key) && node.has('value')) node = (node.get('value', true) as Node) ?? null;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      const name = pair?.key as Node | undefined;
      if (!name) return offset;
      node = (pair?.value as Node | null) ?? null;
      const isLast = index === path.length - 1;
      offset = ((isLast && atKey) || !node ? name : valueIn(node)).range?.[0] ?? offset;
    } else if (isSeq(node)) {
      node = (node.items[Number(key)] as Node | undefined) ?? null;
      offset = node?.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}

/** What is inside `{value, source, checked}`. */
function valueIn(node: Node): Node {
  const inner = isMap(node) && node.has('value') ? (node.get('value', true) as Node | null) : null;
  return inner?.range ? valueIn(inner) : node;
}

/** The keys that lead to a place in the text. */
function pathAt(document: Document.Parsed, offset: number): string[] {
  const path: string[] = [];
  visit(document, {
    Pair: (_, { key, value }) => {
      const [from, to] = [(key as Node | null)?.range?.[0], ((value ?? key) as Node | null)?.range?.[1]];
      if (from === undefined || to === undefined || offset < from || offset > to) return visit.SKIP;
      path.push(String(isScalar(key) ? key.value : ''));
      return undefined;
    },
  });
  return path.filter((key) => key !== 'value');
}
