import type { CommandRow, OptionRow } from './command.ts';

export const environment: OptionRow = {
  flags: '-e, --env <name>',
  summary: 'Environment to use, by name or by path (default: the active one, else the site’s)',
  complete: 'environment',
};

/** What a job asks of the scheduler. */
const resourceOptions: readonly OptionRow[] = [
  { flags: '--time <time>', summary: 'How long it may run, such as 4h or 1-12:00:00' },
  { flags: '--mem <size>', summary: 'Memory, such as 8G' },
  { flags: '--cpus <number>', summary: 'CPUs' },
  { flags: '--gpus <gpus>', summary: 'GPUs, such as 2 or a100:1' },
  { flags: '--account <name>', summary: 'Account that pays' },
  { flags: '--partition <name>', summary: 'Partition', complete: 'partition' },
  { flags: '--qos <name>', summary: 'QOS' },
  { flags: '--defaults', summary: 'As the site has it: not as you typed it last time' },
];

const jupyterOptions: readonly OptionRow[] = [
  environment,
  { flags: '--on <where>', summary: 'Where it runs', choices: ['here', 'login', 'compute'] },
  { flags: '--dir <directory>', summary: 'Directory it shows (default: this one)', complete: 'directory' },
  ...resourceOptions,
  { flags: '--detach', summary: 'Come back when it is ready, on a compute node when it is queued; it keeps running' },
  { flags: '--no-browser', summary: 'Print the address and open no browser' },
  { flags: '--direct', summary: 'The older way: a port on the node and a token' },
  { flags: '--idle <time>', summary: 'End it when nothing goes on for so long, such as 2h; 0 for never' },
];

/** The rows of the table for Jupyter: see program.ts. */
export const notebookCommands: readonly CommandRow[] = [
  {
    path: 'lab',
    explains: true,
    summary: 'Open JupyterLab in an environment',
    group: 'Notebooks',
    options: jupyterOptions,
    examples: [
      ['pier lab', 'the default environment, made first if need be'],
      ['pier lab -e ml --dir ~/work', 'another environment and directory'],
      ['pier lab --on compute --time 4h --mem 16G', 'on a node of its own, by Slurm'],
    ],
    load: () => import('./commands/lab.ts'),
  },
  {
    path: 'notebook',
    explains: true,
    summary: 'Open the classic Jupyter Notebook',
    group: 'Notebooks',
    options: jupyterOptions,
    examples: [['pier notebook -e sci', 'in the environment sci']],
    load: () => import('./commands/notebook.ts'),
  },
  {
    path: 'session list',
    summary: 'Show your Jupyter sessions',
    group: 'Notebooks',
    options: [{ flags: '--all', summary: 'Also those that ended' }],
    examples: [['pier session list --all', 'with those that ended']],
    load: () => import('./commands/session-list.ts'),
  },
  {
    path: 'session open',
    summary: 'Open a session in the browser again',
    group: 'Notebooks',
    arguments: [{ name: '[id]', summary: 'As in pier session list; needless while one runs', complete: 'session' }],
    options: [
      { flags: '--no-browser', summary: 'Print the address and open no browser' },
      { flags: '--wait', summary: 'Wait while it is queued, also where nobody watches' },
    ],
    examples: [['pier session open kd3m7q2a', 'after the terminal was closed']],
    load: () => import('./commands/session-open.ts'),
  },
  {
    path: 'session stop',
    summary: 'Stop sessions',
    group: 'Notebooks',
    arguments: [{ name: '[ids...]', summary: 'As in pier session list', complete: 'session' }],
    options: [{ flags: '--all', summary: 'Every session of yours' }],
    examples: [['pier session stop kd3m7q2a', 'ends its kernels too: save first']],
    load: () => import('./commands/session-stop.ts'),
  },
  {
    path: 'session logs',
    summary: 'Show what Jupyter of a session wrote',
    group: 'Notebooks',
    arguments: [{ name: '<id>', summary: 'As in pier session list', complete: 'session' }],
    options: [{ flags: '-f, --follow', summary: 'Keep showing new lines' }],
    examples: [['pier session logs -f kd3m7q2a', 'until Ctrl+C']],
    load: () => import('./commands/session-logs.ts'),
  },
  {
    path: 'session renew',
    summary: 'Queue a follow-on job that serves a session',
    group: 'Notebooks',
    arguments: [{ name: '<id>', summary: 'As in pier session list', complete: 'session' }],
    options: resourceOptions.filter(({ flags }) => flags !== '--defaults'),
    examples: [['pier session renew kd3m7q2a --time 8h', 'kernels start anew in it']],
    load: () => import('./commands/session-renew.ts'),
  },
  {
    path: 'session script',
    summary: 'Print the script of a session’s job',
    group: 'Notebooks',
    arguments: [{ name: '<id>', summary: 'As in pier session list', complete: 'session' }],
    examples: [['pier session script kd3m7q2a > job.sh', 'to read, or for sbatch']],
    load: () => import('./commands/session-script.ts'),
  },
  {
    path: 'portal',
    summary: 'Open the page with all your sessions',
    group: 'Notebooks',
    options: [
      { flags: '--no-browser', summary: 'Print the address and open no browser' },
      { flags: '--stop', summary: 'Stop the portal; sessions go on' },
      { flags: '--serve', summary: 'Be the portal', hidden: true },
    ],
    examples: [['pier portal', 'in the browser']],
    load: () => import('./commands/portal.ts'),
  },
];
