import { quoteFor } from '../../src/environments/activation/dialect.ts';
import { pick, type Random, type Shell } from './activation-world.ts';

const touched = [
  'PYTHONPATH',
  'PYTHONHOME',
  'PYTHONUSERBASE',
  'PYTHONNOUSERSITE',
  'VIRTUAL_ENV',
  'VIRTUAL_ENV_PROMPT',
  'CONDA_DEFAULT_ENV',
  'CONDA_PROMPT_MODIFIER',
  'LD_LIBRARY_PATH',
  'STATE_A',
  'STATE_B',
  'MY_OWN',
];

export const oddValues = [
  '',
  ' ',
  'plain',
  "it's",
  'a b',
  '/x:/y',
  '$(touch pwned)',
  '`id`',
  '"q"',
  '*',
  '\\',
  'é',
  '~',
  '-n',
  '!x',
];

/** Statements that give a shell a past. */
export class Past {
  readonly lines: string[] = [];
  readonly random: Random;
  readonly shell: Shell;
  constructor(random: Random, shell: Shell) {
    this.random = random;
    this.shell = shell;
  }
  quote(value: string): string {
    return quoteFor(this.shell.end === 'sh' ? 'posix' : this.shell.end, value);
  }
  set(name: string, value: string, exported: boolean): void {
    const word = this.quote(value);
    const line = {
      sh: exported ? `export ${name}=${word}` : `unset ${name}; ${name}=${word}`,
      fish: `set ${exported ? '-gx' : '-gu'} ${name} ${word}`,
      csh: `setenv ${name} ${word}`,
    };
    this.lines.push(line[this.shell.end]);
  }
  variables(): void {
    for (const name of touched) {
      if (this.random() < 0.5) this.set(name, pick(this.random, oddValues), this.random() < 0.7);
    }
  }
  path(...likely: string[]): void {
    const entries = ['', '/opt/a b/bin', '/usr/local/bin', '.', '/opt/a b/bin', "/it's", ...likely, ...likely];
    const some = entries.filter(() => this.random() < 0.4);
    const value = [...some, '/usr/bin', '/bin', ...entries.filter(() => this.random() < 0.2)].join(':');
    this.set('PATH', value, this.random() < 0.9 || this.shell.end !== 'sh');
  }
  prompt(): void {
    if (this.random() < 0.3) return;
    const word = this.quote(pick(this.random, ['$ ', '', '%n\\u ', "it's ", '(old) > ']));
    if (this.shell.end === 'sh') this.lines.push(`PS1=${word}`);
    if (this.shell.end === 'csh') this.lines.push(`set prompt = ${word}`);
    if (this.shell.end === 'fish') this.lines.push(`function fish_prompt; echo ${word}; end`);
  }
  functions(): void {
    for (const name of ['deactivate', 'conda', 'other']) {
      if (this.random() < 0.7) continue;
      if (this.shell.end === 'sh') this.lines.push(`${name}() { echo "mine ${name} $#"; }`);
      if (this.shell.end === 'fish') this.lines.push(`function ${name}; echo mine ${name}; end`);
      if (this.shell.end === 'csh') this.lines.push(`alias ${name} 'echo mine ${name}'`);
    }
    for (const name of ['conda', 'deactivate', 'unset', 'export', 'local', 'eval', 'awk']) {
      if (this.random() < 0.85 || this.shell.end === 'fish' || this.shell.end === 'csh') continue;
      this.lines.push(`alias ${name}='echo an alias of ${name}'`);
    }
  }
  /** Last, because what comes after would end at once. */
  options(): void {
    const some = (names: readonly string[], chance = 0.3) => names.filter(() => this.random() < chance);
    const of: Record<string, () => string[]> = {
      bash: () => [
        ...some(['failglob', 'nullglob', 'dotglob', 'extglob', 'nocaseglob', 'expand_aliases']).map(
          (name) => `shopt -s ${name}`,
        ),
        ...some(['e', 'u', 'f', 'C', 'a', 'E', 'T']).map((flag) => `set -${flag}`),
        ...some(['posix'], 0.1).map((name) => `set -o ${name}`),
      ],
      zsh: () =>
        some(
          [
            'err_exit',
            'no_unset',
            'no_glob',
            'ksh_arrays',
            'sh_word_split',
            'null_glob',
            'extended_glob',
            'all_export',
            'no_clobber',
            'ksh_glob',
            'glob_subst',
            'err_return',
            'no_short_loops',
            'posix_builtins',
            'ksh_typeset',
            'typeset_silent',
            'warn_create_global',
            'rm_star_silent',
            'csh_null_glob',
            'mark_dirs',
            'numeric_glob_sort',
          ],
          0.2,
        ).map((name) => `setopt ${name}`),
      dash: () => some(['e', 'u', 'f', 'C']).map((flag) => `set -${flag}`),
      fish: () => [],
      tcsh: () => some(['noglob', 'nonomatch', 'noclobber', 'filec']).map((name) => `set ${name}`),
    };
    this.lines.push(...(of[this.shell.name]?.() ?? []));
  }
}
