import * as z from 'zod/mini';
import type { RattlerRefusal } from './rattler.ts';

const text = z.string().check(z.maxLength(20_000));
const sum = z.nullish(text);

/** A package in a list of actions: conda gives where it is from, mamba its whole record. */
const action = z.object({
  name: text,
  version: text,
  build: z.optional(text),
  build_string: z.optional(text),
  platform: z.nullish(text),
  subdir: z.nullish(text),
  base_url: z.nullish(text),
  dist_name: z.nullish(text),
  channel: z.nullish(text),
  url: z.nullish(text),
  fn: z.nullish(text),
  md5: sum,
  sha256: sum,
  size: z.nullish(z.number()),
});

export type Action = z.infer<typeof action>;

const done = z.object({
  success: z.literal(true),
  actions: z.optional(z.object({ FETCH: z.optional(z.array(action)), LINK: z.optional(z.array(action)) })),
});

const refused = z.object({
  success: z.optional(z.boolean()),
  exception_name: z.optional(text),
  message: z.optional(text),
  error: z.optional(text),
  solver_problems: z.optional(z.array(text)),
});

export interface Actions {
  readonly fetch: readonly Action[];
  readonly link: readonly Action[];
}

export type ProgramAnswer = { readonly actions: Actions } | { readonly refusal: RattlerRefusal };

/**
 * Reads what `create --json` said, whatever else is on stdout; undefined when there is no answer in it.
 *
 * Shapes: conda 26.9 (recorded), mamba 2 and micromamba 2. `stderr` has the cause where mamba's JSON has none.
 */
export function readProgramAnswer(stdout: string, stderr: string): ProgramAnswer | undefined {
  let refusal: RattlerRefusal | undefined;
  for (const value of objectsIn(stdout)) {
    const success = done.safeParse(value);
    if (success.success) {
      const { FETCH = [], LINK = [] } = success.data.actions ?? {};
      return { actions: { fetch: FETCH, link: LINK } };
    }
    refusal ??= refusalIn(value, stderr);
  }
  return refusal && { refusal };
}

/** Every JSON object that begins a line; a program may print warnings before and after it. */
function* objectsIn(stdout: string): Generator<unknown> {
  for (const { index } of stdout.matchAll(/^\{/gm)) {
    const rest = stdout.slice(index);
    const whole = /\n\}/.exec(rest);
    for (const end of [rest.length, rest.lastIndexOf('}') + 1, whole ? whole.index + 2 : 0]) {
      const value = parsed(rest.slice(0, end));
      if (value === undefined) continue;
      yield value;
      break;
    }
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function refusalIn(value: unknown, stderr: string): RattlerRefusal | undefined {
  const read = refused.safeParse(value);
  if (!read.success) return undefined;
  const { success, exception_name: name = '', message, error, solver_problems: problems = [] } = read.data;
  if (success !== false && name === '' && error === undefined) return undefined;
  const said = message ?? error ?? (problems.join('\n') || causeIn(stderr));
  return refusalOf(name, said, `${said}\n${stderr}`, problems.length > 0);
}

/** libmamba's own words, without its log's marks. */
function causeIn(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => /^(critical|error)\b/.test(line));
  return lines.map((line) => line.replace(/^(critical|error)\s+libmamba\s*/, '')).join('\n') || stderr.trim();
}

/** conda's exceptions by name (conda/exceptions.py), libmamba's by what they say. The first row that fits counts. */
const kinds: readonly (readonly [kind: string, names: RegExp, words: RegExp])[] = [
  ['space', /^NoSpaceLeftError$/, /No space left on device|Disk quota exceeded/i],
  [
    'damaged',
    /^(ChecksumMismatch|SafetyError|CorruptedPackage|CorruptedEnvironment)/,
    /checksum mismatch|wrong checksum/i,
  ],
  ['missing', /^(UnavailableInvalidChannel|ChannelNotAllowed|ChannelDenied)$/, /\b404\b/],
  ['spec', /^Invalid(Match|Version)?Spec/, /invalid (match ?)?spec|error parsing/i],
  [
    'unsolvable',
    /^(PackagesNotFound\w*|ResolvePackageNotFound|\w*Unsatisfiable\w*|SpecsConfigurationConflictError)$/,
    /could not solve for environment specs|nothing provides/i,
  ],
  [
    'offline',
    /^(CondaHTTPError|CondaSSLError|ProxyError|OfflineError|ConnectionFailed\w*)$/,
    /could not resolve host|connection (failed|refused|timed out)|download error|timeout was reached/i,
  ],
  ['permission', /^(NoWritable\w*|NotWritableError|EnvironmentNotWritableError)$/, /permission denied|read-only file/i],
];

/** What the program could not do, in the kinds that py-rattler's refusals have; conda's name for it stays in front. */
export function refusalOf(name: string, said: string, all: string, unsolvable = false): RattlerRefusal {
  const named = kinds.find(([, names]) => name !== '' && names.test(name))?.[0];
  const worded = kinds.find(([, , words]) => words.test(all))?.[0];
  // A full disk comes under many names.
  const kind = worded === 'space' ? worded : (named ?? (unsolvable ? 'unsolvable' : worded) ?? 'other');
  const message = (name && !said.startsWith(name) ? `${name}: ${said}` : said).trim();
  const spec = kind === 'spec' ? /['"]([^'"]+)['"]/.exec(said)?.[1] : undefined;
  return { kind: kind === 'spec' && spec === undefined ? 'other' : kind, message, ...(spec ? { spec } : {}) };
}
