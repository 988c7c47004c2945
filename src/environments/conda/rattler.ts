import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Progress } from '../../files/index.ts';
import { type RunResult, run } from '../../process/index.ts';
import type { Site } from '../../site/index.ts';
import type { ExplicitPackage } from '../request-file.ts';
import { neutralDirectory, type Uv, uvError, uvVariables } from '../uv-program.ts';
import { condaPlaces } from './places.ts';
import { rattlerScript } from './rattler-script.ts';

/** The version pier is tested with. Its wheel runs with Python 3.10 and newer, and glibc 2.17. */
export const rattlerVersion = '0.28.0';

/** A package as a channel's repodata.json has it. pier reads these, and passes the others on as they are. */
export interface CondaRecord {
  readonly name: string;
  readonly version: string;
  readonly build: string;
  readonly subdir: string;
  /** File name, such as `numpy-2.4.6-py311_0.conda`. */
  readonly fn: string;
  readonly url: string;
  readonly channel: string | null;
  /** Bytes of the file; absent where the channel does not say. */
  readonly size?: number;
  readonly md5?: string;
  readonly sha256?: string;
  readonly noarch?: string;
}

/** What the script is asked, besides where its caches are. */
export type RattlerTask =
  | {
      readonly verb: 'solve';
      readonly channels: readonly string[];
      readonly specs: readonly string[];
      /** Exact packages instead of specs. */
      readonly explicit?: readonly ExplicitPackage[];
      /** Kept where that is possible, and kept in any case. */
      readonly locked?: readonly CondaRecord[];
      readonly pinned?: readonly CondaRecord[];
    }
  | { readonly verb: 'measure'; readonly records: readonly CondaRecord[] }
  | {
      readonly verb: 'install';
      readonly records: readonly CondaRecord[];
      readonly specs: readonly string[];
      /** Where it is made, and where it will be. */
      readonly prefix: string;
      readonly final: string;
      /** Names of packages to link again, though they seem to be there. */
      readonly again?: readonly string[];
    };

/** What the script says when it could not. */
export interface RattlerRefusal {
  readonly kind: string;
  readonly message: string;
  /** The match spec that is none. */
  readonly spec?: string;
  /** Line of the explicit file. */
  readonly line?: number;
}

export type RattlerAnswer = { readonly answer: Record<string, unknown> } | { readonly refusal: RattlerRefusal };

export interface RattlerOptions {
  readonly uv: Uv;
  /** The directory that environments are made in; caches are there when nothing else says where. */
  readonly root: string;
  /** Variables on top: the mark of a stage. */
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
  readonly progress: Progress;
  /** What a step is called for a person. */
  readonly messages: Readonly<Record<string, string>>;
}

/** An interpreter that has py-rattler, in uv's cache: found by the first call, and gone when that is cleaned. */
let known: string | undefined;

/**
 * Runs pier's script: `uv tool run --isolated --from py-rattler==0.28.0 --python '>=3.10' python -I -c SCRIPT`.
 *
 * First without the network, which answers at once when uv's cache has it. Throws uv's errors.
 */
export async function askRattler(site: Site, task: RattlerTask, options: RattlerOptions): Promise<RattlerAnswer> {
  const input = JSON.stringify({ ...condaPlaces(site, options.root), mirrors: mirrorsOf(site), channels: [], ...task });
  const direct = known && existsSync(known) ? await runScript(site, [known], input, options) : undefined;
  const answer = direct && readAnswer(direct);
  if (answer) return keep(answer);
  const tool = ['tool', 'run', '--quiet', '--isolated', '--from', `py-rattler==${rattlerVersion}`];
  const command = (more: readonly string[]) => [options.uv.file, ...tool, ...more, '--python', '>=3.10', 'python'];
  const cached = await runScript(site, command(['--offline']), input, options);
  const first = readAnswer(cached);
  if (first) return keep(first);
  options.progress({ step: 'tools', message: `Getting py-rattler ${rattlerVersion}, which installs conda packages` });
  const fetched = await runScript(site, command([]), input, options);
  const second = readAnswer(fetched);
  if (second) return keep(second);
  throw uvError(fetched, `Cannot run py-rattler ${rattlerVersion}`);
}

function keep(answer: RattlerAnswer): RattlerAnswer {
  const interpreter = 'answer' in answer ? answer.answer.interpreter : undefined;
  if (typeof interpreter === 'string' && path.isAbsolute(interpreter)) known = interpreter;
  return answer;
}

async function runScript(
  site: Site,
  [file = '', ...args]: readonly string[],
  input: string,
  { uv, env, timeoutMs, progress, messages }: RattlerOptions,
): Promise<RunResult> {
  let heard = '';
  const onStderr = (text: string) => {
    const lines = (heard + text).split('\n');
    heard = lines.pop() ?? '';
    for (const line of lines) report(line, progress, messages);
  };
  const variables = { ...uvVariables(site, uv), ...cudaVariables(), ...env };
  return await run(file, [...args, '-I', '-c', rattlerScript], {
    cwd: neutralDirectory,
    env: variables,
    input,
    timeoutMs,
    onStderr,
  });
}

/** uvVariables drops what distracts uv; what overrides a virtual package is conda's. */
function cudaVariables(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('CONDA_OVERRIDE_')));
}

function report(line: string, progress: Progress, messages: RattlerOptions['messages']): void {
  if (!line.startsWith('{"step"')) return;
  try {
    const { step, done, total } = JSON.parse(line) as { step: string; done: number; total: number };
    const message = messages[step];
    if (message) progress({ step, message, done, total });
  } catch {
    // not one of ours
  }
}

function readAnswer({ stdout }: RunResult): RattlerAnswer | undefined {
  try {
    const value = JSON.parse(stdout.slice(stdout.lastIndexOf('\n{') + 1));
    if (value.answer) return { answer: value.answer };
    return value.error ? { refusal: value.error } : undefined;
  } catch {
    return undefined;
  }
}

/** Everything that would come from conda's own server comes from the profile's mirror. */
function mirrorsOf(site: Site): Record<string, string[]> {
  const { conda } = site.profile.packages.mirrors;
  return conda ? { 'https://conda.anaconda.org/': [`${conda.replace(/\/$/, '')}/`] } : {};
}
