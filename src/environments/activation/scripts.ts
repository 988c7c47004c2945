/// <reference path="../../text.d.ts" />
import { moduleCommand } from '../../modules/index.ts';
import cshBegin from './csh/begin.csh';
import cshEnd from './csh/end.csh';
import cshOff from './csh/off.csh';
import cshOn from './csh/on.csh';
import cshVariables from './csh/variables.csh';
import { type Dialect, quoteFor, scriptNames } from './dialect.ts';
import type { Facts } from './facts.ts';
import fishEnd from './fish/end.fish';
import fishFunctions from './fish/functions.fish';
import fishOff from './fish/off.fish';
import fishOn from './fish/on.fish';
import fishScripts from './fish/scripts.fish';
import fishVariables from './fish/variables.fish';
import posixAnswer from './posix/answer.sh';
import posixEnd from './posix/end.sh';
import posixFunctions from './posix/functions.sh';
import posixGuards from './posix/guards.sh';
import posixOff from './posix/off.sh';
import posixOn from './posix/on.sh';
import posixScripts from './posix/scripts.sh';
import posixVariables from './posix/variables.sh';
import stateReader from './state.awk';

const posix = [
  posixVariables,
  posixScripts,
  moduleCommand,
  posixGuards,
  posixFunctions,
  posixOn,
  posixOff,
  posixAnswer,
].join('\n');
const fish = [fishVariables, fishScripts, fishFunctions, fishOn, fishOff].join('\n');
const csh = [cshBegin, cshOff, cshVariables, cshOn, cshEnd].join('\n');

/**
 * The script that activates an environment, whole: it needs awk for some of conda's variables, and else nothing but the shell.
 *
 * `directory` is where all three are kept. Sourced, it activates; with the shell variable `_pier_mode=off` it deactivates.
 * While an environment is active, the variables that begin with `_PIER_` hold what was there before; docs/activation.md.
 */
export function activationScript(dialect: Dialect, facts: Facts, directory: string): string {
  const file = `${directory}/${scriptNames[dialect]}`;
  const title = `# pier: activates ${facts.label}. Made anew when it is changed; source it: docs/activation.md\n`;
  if (dialect === 'csh') return title + cshFacts(facts, file, `${directory}/${scriptNames.posix}`) + csh;
  const [text, end] = dialect === 'fish' ? [fish, fishEnd] : [posix, posixEnd];
  const defined = text.matchAll(dialect === 'fish' ? /^function (_pier_\w+)/gm : /^(_pier_\w+)\(\)/gm);
  const names = [...new Set([...defined].map((match) => match[1]))].join(' ');
  const whole = `${title}${text}\n${end}`;
  return fill(whole, {
    "'@STATE_READER@'": quoteFor(dialect, stateReader),
    '@FUNCTIONS@': names,
    '@FACTS@': words(facts, file)
      .map((word) => quoteFor(dialect, word))
      .join(' '),
  });
}

/** A word may hold what stands for another, so all are put in at once. */
function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/'@STATE_READER@'|@[A-Z]+@/g, (name) => values[name] ?? name);
}

function words({ kind, prefix, name, label, modules, variables }: Facts, file: string): string[] {
  const recorded = Object.entries(variables).map(([key, value]) => `${key}=${value}`);
  return [kind, prefix, name, label, file, modules.join(' '), ...recorded];
}

function cshFacts({ kind, prefix, name, label, modules, variables }: Facts, file: string, sh: string): string {
  const set = { kind, prefix, name, label, file, sh, modules: modules.join(' ') };
  const lines = Object.entries(set).map(([key, value]) => `set _pier_${key} = ${quoteFor('csh', value)}\n`);
  const recorded = Object.entries(variables).flat();
  return `${lines.join('')}set _pier_recorded = (${recorded.map((word) => quoteFor('csh', word)).join(' ')})\n`;
}
