import type { CommandRow, OptionRow } from './command.ts';
import { environment } from './program-notebooks.ts';

const shellOption: OptionRow = {
  flags: '--shell <shell>',
  summary: 'For this shell (default: the one you type in)',
  complete: 'shell',
};

/** Rows of the table in program.ts: into an environment, and out again. */
export const activationCommands: readonly CommandRow[] = [
  {
    path: 'env activate',
    summary: 'Print what activates an environment in your shell',
    group: 'Environments',
    arguments: [{ name: '<name>', summary: 'Its name or path', complete: 'environment' }],
    options: [shellOption],
    examples: [
      ['eval "$(pier env activate sci)"', 'bash, zsh, sh, fish'],
      ['eval "`pier env activate sci`"', 'tcsh'],
    ],
    load: () => import('./commands/env-activate.ts'),
  },
  {
    path: 'env deactivate',
    summary: 'Print what leaves the active environment',
    group: 'Environments',
    options: [shellOption],
    examples: [['eval "$(pier env deactivate)"', 'also where the word deactivate does nothing']],
    load: () => import('./commands/env-deactivate.ts'),
  },
  {
    path: 'shell-hook',
    summary: 'Make source activate NAME work in this shell',
    group: 'Environments',
    options: [
      shellOption,
      {
        flags: '--directory <directory>',
        summary: 'Write the two files here, for a modulefile',
        complete: 'directory',
      },
    ],
    examples: [
      ['eval "$(pier shell-hook)"', 'then: source activate sci'],
      ['pier shell-hook --directory /software/pier/shell', 'then append that to PATH in a modulefile'],
    ],
    load: () => import('./commands/shell-hook.ts'),
  },
  {
    path: 'env kernel',
    summary: 'Make an environment a kernel of yours, in every Jupyter',
    group: 'Environments',
    arguments: [{ name: '[name]', summary: 'Its name or path (default: show your kernels)', complete: 'environment' }],
    options: [
      { flags: '--remove', summary: 'Take the kernel away again; the environment stays' },
      { flags: '--stale', summary: 'Those that cannot start any more' },
    ],
    examples: [
      ['pier env kernel sci', 'JupyterLab, Open OnDemand and VS Code see it'],
      ['pier env kernel --remove --stale', 'after environments were deleted'],
    ],
    load: () => import('./commands/env-kernel.ts'),
  },
  {
    path: 'shell',
    explains: true,
    summary: 'Start your shell with an environment active',
    group: 'Running things',
    passesOn: true,
    options: [environment, { flags: '--shell <shell>', summary: 'Another shell than your own', complete: 'shell' }],
    examples: [['pier shell -e sci', 'exit leaves it']],
    load: () => import('./commands/shell.ts'),
  },
];
