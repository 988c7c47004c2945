import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  Lexer,
  LineCounter,
  Parser,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import * as z from 'zod';
import { isObject, isSourced, plainOf, treeOf, type Written } from './leaves.ts';
import { offsetOf, pathAt } from './position.ts';
import type { Problem } from './problem.ts';
import { fileSchema, leafSchema } from './schema.ts';
import { found, wordsFor, wordsForUnknownKey } from './words.ts';

// Only what a person wrote comes here: yaml and zod are loaded with this file, and never for a shipped profile.

/** Values after aliases are followed: the largest shipped profile has 300, a bomb of nine lines a billion. */
const mostValues = 20_000;
const deepest = 16;
/** Levels that the parser, which calls itself for each, is given: beyond some thousand, Node itself may die of it. */
const deepestParsed = 100;

const tooDeep = `nested too deeply, expected at most ${deepest} levels`;
/** Characters of a path that are shown. */
const longestPath = 120;

const notYaml = 'not YAML: ';

/** Problems named; nobody mends more in one go. */
const mostProblems = 100;

type Path = readonly PropertyKey[];
/** `say` looks for near names, which takes a millisecond: only for what is printed. */
type Complaint = { readonly path: Path; readonly say: () => string; readonly atKey?: boolean };

/** YAML 1.2 without tags and merge keys; a `%YAML 1.1` in the file changes nothing. */
const strict = {
  prettyErrors: false,
  version: '1.2',
  schema: 'core',
  resolveKnownTags: false,
  merge: false,
  // Every key is compared with every other there: 15,000 would take ten seconds.
  uniqueKeys: false,
  logLevel: 'error',
} as const;

export interface Parsed {
  readonly written: Written;
  /** In the order of the file; when there are any, `written` is not to be used. */
  readonly problems: readonly Problem[];
  /** A problem that only the rest of pier can see, at the place of a value. */
  readonly problemAt: (path: readonly string[], message: string) => Problem;
}

/** Reads a profile's text and checks it against the schema. `file` is only for the problems. */
export function parseProfile(file: string, text: string): Parsed {
  const lines = new LineCounter();
  const problem = (offset: number, path: Path, message: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), path: shown(path), message };
  };
  const failed = (problems: Problem[]): Parsed => ({
    written: {},
    problems,
    problemAt: (path, message) => problem(0, path, message),
  });
  const deep = whereTooDeep(text);
  if (deep !== undefined) {
    for (const { index } of text.matchAll(/^/gm)) lines.addNewLine(index);
    return failed([problem(deep, [], tooDeep)]);
  }
  try {
    const document = parseDocument(text, { lineCounter: lines, ...strict });
    const slips = syntaxComplaints(document);
    if (slips.length > 0) {
      const named = slips.slice(0, mostProblems);
      return failed(named.map(({ offset, message }) => problem(offset, pathAt(document, offset), message)));
    }
    const written = expanded(document);
    if (typeof written === 'string') return failed([problem(0, [], written)]);
    const problemAt = (path: Path, message: string, atKey = false) =>
      problem(offsetOf(document, path, atKey), path, message);
    const problems = complaints(written)
      .slice(0, mostProblems)
      .map(({ path, say, atKey }) => problemAt(path, say(), atKey));
    return { written, problems: problems.sort((a, b) => a.line - b.line || a.column - b.column), problemAt };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return failed([problem(0, [], tooDeep)]);
  }
}

function shown(path: Path): string {
  const whole = path.map(String).join('.');
  return whole.length > longestPath ? `${whole.slice(0, longestPath)}…` : whole;
}

/** Where the text goes deeper than what can be parsed; found without parsing it. */
function whereTooDeep(text: string): number | undefined {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const _ of parser.next(lexeme));
    if (parser.stack.length > deepestParsed) return Math.min(parser.offset, text.length);
  }
  return undefined;
}

/** What is wrong with the YAML itself, and where it stands in the text. */
function syntaxComplaints(document: Document.Parsed): { readonly offset: number; readonly message: string }[] {
  const slips = [...document.errors, ...document.warnings].map(({ code, message, pos }) => ({
    offset: pos[0],
    message: syntaxWords(code, message),
  }));
  // What the parser says after its first stumble is about the stumble.
  const stumble = slips.find(({ message }) => message.startsWith(notYaml));
  if (stumble) return [stumble];
  const anchors = new Set<string>();
  visit(document, {
    Node: (_, node) => {
      const offset = node.range?.[0] ?? 0;
      if (isAlias(node) && !anchors.has(node.source)) {
        slips.push({ offset, message: `there is no anchor &${node.source} before this alias` });
      } else if (!isAlias(node) && node.anchor) anchors.add(node.anchor);
      if (isMap(node)) slips.push(...repeatedKeys(node));
    },
    Pair: (_, { key }) => {
      if (isScalar(key) || !isNode(key)) return;
      slips.push({ offset: key.range?.[0] ?? 0, message: 'the key is wrong, expected a text' });
    },
  });
  return slips;
}

function repeatedKeys({ items }: YAMLMap): { readonly offset: number; readonly message: string }[] {
  const seen = new Set<string>();
  return items.flatMap(({ key }) => {
    if (!isScalar(key)) return [];
    const name = String(key.value);
    if (seen.has(name)) {
      return [{ offset: key.range?.[0] ?? 0, message: 'the key is here for the second time, expected once' }];
    }
    seen.add(name);
    return [];
  });
}

function syntaxWords(code: string, message: string): string {
  if (code === 'TAG_RESOLVE_FAILED') return `found ${message.replace(/^.*?: /, 'the tag ')}, expected no tag`;
  if (code === 'MULTIPLE_DOCS') return 'found a second document, expected one';
  return `${notYaml}${message}`;
}

/** The document's values; a text, what is wrong, when it is a bomb or has no keys at all. */
function expanded(document: Document.Parsed): Written | string {
  const bomb = `aliases make too much of it, expected at most ${mostValues} values`;
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    if (error instanceof ReferenceError) return bomb;
    throw error;
  }
  let values = 0;
  const slip = (item: unknown, depth: number): string | undefined => {
    if (++values > mostValues) return bomb;
    if (depth > deepest) return tooDeep;
    if (typeof item !== 'object' || item === null) return undefined;
    for (const inner of Object.values(item)) {
      const found = slip(inner, depth + 1);
      if (found) return found;
    }
    return undefined;
  };
  const excess = slip(value, 0);
  if (excess) return excess;
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
      return issue.keys.map((key) => ({
        path: [...path, key],
        say: () => wordsForUnknownKey(key, known),
        atKey: true,
      }));
    }
    return [{ path, say: () => wordsFor(issue, at(value, issue.path)), atKey: issue.code === 'invalid_key' }];
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
