import { homedir } from 'node:os';
import path from 'node:path';
import { PierError, userName } from '../files/index.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** What a path template may hold, and how a person finds the value of one that is not set. */
export const templateVariables: Readonly<Record<string, string>> = {
  HOME: 'your home directory',
  USER: 'your login name',
  XDG_DATA_HOME: 'where programs keep data, by default $HOME/.local/share',
  XDG_CACHE_HOME: 'where programs keep caches, by default $HOME/.cache',
  XDG_STATE_HOME: 'where programs keep records, by default $HOME/.local/state',
  PI: 'the name of the group whose project space pays; the command `groups` shows yours',
  PROJECT: 'the name of the project whose space pays; the command `groups` shows yours',
  WORK: 'your work directory',
  SCRATCH: 'your scratch directory',
  TMPDIR: 'the directory for temporary files',
  SLURM_JOB_ID: 'the number of the Slurm job; set only inside a job',
  SLURM_TMPDIR: 'the directory of the Slurm job; set only inside a job',
};

export function isTemplateVariable(name: string): boolean {
  return Object.hasOwn(templateVariables, name);
}

/** Variables that stand for one name in a path, never for more of the path. */
const singleNames = new Set(['USER', 'PI', 'PROJECT', 'SLURM_JOB_ID']);

const reference = /\$(?:\{([^}]*)\}|([A-Za-z_][A-Za-z0-9_]*)|)/g;

/** The variables that a template names, in order; an empty name for a `$` with none behind it. */
export function variablesOf(template: string): string[] {
  return [...template.matchAll(reference)].map((match) => match[1] ?? match[2] ?? '');
}

/**
 * Fills in `$NAME` and `${NAME}` of a path template, with the XDG base directory specification's defaults.
 *
 * Looks in `extra` first, then in the environment, there only for the variables a template may have. No shell is asked.
 * Throws `site-variable-unknown` for one that is not known or not set.
 */
export function expandTemplate(template: string, extra: Variables = {}, environment: Variables = process.env): string {
  return template.replace(reference, (_, braced?: string, bare?: string) => {
    const name = braced ?? bare ?? '';
    const own = Object.hasOwn(extra, name) ? extra[name] : undefined;
    const value = own ?? (isTemplateVariable(name) ? valueIn(name, environment) : undefined);
    if (value === undefined || value === '') throw unknownVariable(name, template);
    if (!isUsable(name, value)) {
      throw new PierError(
        'site-variable-unknown',
        `$${name} is ${JSON.stringify(value)}, which cannot stand in a path.`,
        {
          hint: wayOut(name),
        },
      );
    }
    return value;
  });
}

function valueIn(name: string, environment: Variables): string | undefined {
  if (name === 'USER') return environment.USER || userName();
  const home = environment.HOME || homedir();
  if (name === 'HOME') return home;
  const fallback = { XDG_DATA_HOME: '.local/share', XDG_CACHE_HOME: '.cache', XDG_STATE_HOME: '.local/state' }[name];
  const value = environment[name];
  if (fallback === undefined || (value && path.isAbsolute(value))) return value;
  // The specification has a relative path ignored.
  return path.join(home, fallback);
}

function isUsable(name: string, value: string): boolean {
  return singleNames.has(name) ? /^[\w][\w.@+-]*$/.test(value) : !/\p{Cc}/u.test(value);
}

/** Why a variable is not set, and the way out, for those whose value pier looked for and did not find. */
const unset = new Map<string, { readonly why: string; readonly hint: string }>();

/** Has the error for a variable that is not set say more than that; null: no more. */
export function explainUnset(name: string, reason: { readonly why: string; readonly hint: string } | null): void {
  if (reason) unset.set(name, reason);
  else unset.delete(name);
}

function unknownVariable(name: string, template: string): PierError {
  const known = isTemplateVariable(name);
  const reason = unset.get(name);
  if (reason) {
    return new PierError('site-variable-unknown', `$${name} in the path ${JSON.stringify(template)} ${reason.why}.`, {
      hint: reason.hint,
    });
  }
  const what = known ? 'is not set' : 'is no variable a site profile may use';
  return new PierError('site-variable-unknown', `$${name} in the path ${JSON.stringify(template)} ${what}.`, {
    hint: known ? wayOut(name) : `A path may use ${Object.keys(templateVariables).join(', ')}.`,
  });
}

function wayOut(name: string): string {
  return `Set it, then try again: export ${name}=…   (${templateVariables[name] ?? 'a name'})`;
}
