/// <reference path="../../text.d.ts" />
import path from 'node:path';
import { thisProgram } from '../../files/index.ts';
import { quote } from '../../shell/index.ts';
import { quoteFor } from './dialect.ts';
import type { Facts } from './facts.ts';
import entry from './posix/entry.sh';
import leave from './posix/leave.sh';

/** Stands in every file below, so that one changed by a person is told from one of ours. */
const mark = '# pier: ';

/** What is in the `bin` of a virtual environment that pier made: names and texts. */
export function ownScripts({ prefix, label }: Facts): Readonly<Record<string, string>> {
  const title = `${mark}to be sourced, for the environment ${label}; docs/activation.md\n`;
  const inside = (name: string) => path.join(prefix, '.pier', name);
  return {
    activate: title + entryScript(inside('activate.sh'), path.dirname(prefix)),
    deactivate: title + leave,
    'activate.fish': `${title}source ${quoteFor('fish', inside('activate.fish'))}\n`,
    'activate.csh': `${title}source ${quoteFor('csh', inside('activate.csh'))}\n`,
  };
}

/** What is in a directory for the end of PATH, so that `source activate NAME` works: names and texts. */
export function pathScripts(root: string): Readonly<Record<string, string>> {
  const title = `${mark}found by source activate NAME and source deactivate, in bash and zsh; docs/activation.md\n`;
  return { activate: title + entryScript('', root), deactivate: title + leave };
}

export function isOwnScript(text: string): boolean {
  return text.startsWith(mark);
}

function entryScript(own: string, root: string): string {
  // For hints: in a clone there may be no `pier` on PATH, now or later, and the directory is another one then.
  const called = process.env.PIER_CALLED_AS;
  const launcher = called ? `PIER_CALLED_AS=${quote(path.resolve(called))} ` : '';
  const pier = launcher + thisProgram().map(quote).join(' ');
  const values: Record<string, string> = {
    '@OWN@': quoteFor('posix', own),
    '@PIER@': pier,
    '@ROOT@': quoteFor('posix', root),
  };
  return entry.replace(/@[A-Z]+@/g, (name) => values[name] ?? name);
}
