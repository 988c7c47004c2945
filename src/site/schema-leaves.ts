import * as z from 'zod';
import { isTemplateVariable, templateVariables, variablesOf } from './expand.ts';
import { hostPatternProblem } from './host-pattern.ts';

// The kinds of leaves. Each `error` completes the sentence "found …, expected …".

function text(pattern: RegExp, error: string) {
  return z.string({ error }).regex(pattern, { error });
}

/** Anything a person reads, on one line: names, versions, sources. */
export const plain = text(/^[^\p{Cc}]{1,200}$/u, 'a short text on one line');
export const name = text(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'a name of letters, digits, ".", "_" and "-"');
export const hostName = text(/^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/, 'a host name');
export const moduleName = text(/^[A-Za-z0-9][\w.+/-]{0,127}$/, 'a module such as python/3.11.9');
export const day = text(/^\d{4}-\d{2}(-\d{2})?$/, 'a day such as 2026-02-12');
/** A number and a unit, as the source has it; units are powers of 1024, as Slurm and `quota` count them. */
export const memory = text(/^\d+(\.\d+)?[KMGTP](i?B)?$/, 'a size such as 30GB');
/** As Slurm writes them: `HH:MM:SS` or `D-HH:MM:SS`. */
export const walltime = text(/^(\d+-)?\d{1,3}:[0-5]\d:[0-5]\d$/, "a time in quotes, such as '36:00:00'");
export const cudaVersion = text(/^\d{1,2}\.\d{1,2}$/, "a version in quotes, such as '12.4'");
export const portNumber = z.int({ error: 'a port, 1024 to 65535' }).min(1024).max(65_535);

export const permission = z.enum(['allow', 'forbid']);
export const accessRule = z.enum(['allowed', 'allowed-light', 'forbidden']);

/** Without a name and password in it: a profile can be read by all. */
export const url = text(
  /^https?:\/\/[^\s/@\p{Cc}]{1,253}(\/[^\s\p{Cc}]{0,500})?$/u,
  'a web address without a password in it',
);

const pathShape = 'an absolute path, or one that begins with a variable such as $HOME';

export const pathTemplate = z
  .string({ error: pathShape })
  .regex(/^[/$][^\p{Cc}]{0,400}$/u, { error: pathShape })
  .refine((value) => variablesOf(value).every(isTemplateVariable), {
    error: `only the variables ${Object.keys(templateVariables).join(', ')}`,
  })
  .refine((value) => !value.split('/').includes('..'), { error: 'a path without ".."' });

export const hostPattern = z
  .string({ error: 'a regular expression' })
  .refine((value) => hostPatternProblem(value) === undefined, {
    error: (issue) => hostPatternProblem(String(issue.input)) ?? 'a regular expression',
  });
