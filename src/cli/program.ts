// The one table of commands: parse.ts builds the named one from it, help.ts and complete.ts read it.
//
// A command is a file in commands/ that exports
//
//   export async function run(context: CommandContext): Promise<CommandResult | undefined>
//
// It reads `context.words` and `context.options.value('env')`, does its work, and gives back
// `result(value, human, exitStatus?)`: `value` is what --json writes, `human(value)` the same for a person (strings in
// it are safe to print). It throws PierError, never exits, never writes to stdout. One that stays after its answer
// (lab) calls `context.answer(result(…))` and returns undefined. All of it is typed and described in command.ts.
import type { CommandRow, OptionRow } from './command.ts';
import { activationCommands } from './program-activation.ts';

const breakLock: OptionRow = {
  flags: '--break-lock',
  summary: 'Take the lock from another pier that is surely gone',
};

const environment: OptionRow = {
  flags: '-e, --env <name>',
  summary: 'Environment to use, by name or by path',
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
  { flags: '--direct', summary: 'The older way: a port on this machine and a token' },
];

/** Options that every command takes, before or after its name. */
export const everywhere: readonly OptionRow[] = [
  { flags: '--json', summary: 'One JSON document on standard output, errors too' },
  { flags: '--explain', summary: 'Print the commands that do it by hand; do nothing' },
  { flags: '--verbose', summary: 'Say more about what is done' },
  { flags: '--site <name>', summary: 'Use this site profile', complete: 'site' },
  { flags: '--host <host>', summary: 'Do it on another machine', hidden: true },
  { flags: '--yes', summary: 'Answer every question with yes' },
  { flags: '--no-input', summary: 'Ask nothing' },
];

/** What `pier` alone runs. */
export const here: CommandRow = {
  path: '',
  summary: 'Where am I: site, environment, space, sessions, and what to do next',
  load: () => import('./commands/here.ts'),
};

export const commands: readonly CommandRow[] = [
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
  {
    path: 'env list',
    summary: 'Show environments: Python, files, size, state',
    group: 'Environments',
    examples: [['pier env list --json', 'for a script']],
    load: () => import('./commands/env-list.ts'),
  },
  {
    path: 'env show',
    summary: 'Show one environment and what is in it',
    group: 'Environments',
    arguments: [{ name: '<name>', summary: 'Its name or path', complete: 'environment' }],
    examples: [['pier env show sci', 'with its packages']],
    load: () => import('./commands/env-show.ts'),
  },
  {
    path: 'env create',
    explains: true,
    summary: 'Make an environment; says first what it will cost',
    group: 'Environments',
    arguments: [
      { name: '<name>', summary: 'What to call it' },
      { name: '[specs...]', summary: 'Packages, such as numpy or "pandas>=2"' },
    ],
    options: [
      { flags: '--from <catalogue>', summary: 'Start from a list of the catalogue', complete: 'catalogue' },
      { flags: '--python <version>', summary: 'Python to use, such as 3.12' },
      { flags: '-c, --channel <names>', summary: 'conda channels, with commas between; makes it with conda' },
      {
        flags: '--backend <name>',
        summary: 'Who makes it (default: follows from what is asked)',
        choices: ['uv', 'conda'],
      },
    ],
    examples: [
      ['pier env create sci', 'the catalogue has a list of that name'],
      ['pier env create mine --from sci "xarray>=2024"', 'that list and more'],
      ['pier env create gis gdal python=3.12', 'with conda, because only conda has gdal'],
    ],
    load: () => import('./commands/env-create.ts'),
  },
  {
    path: 'env install',
    explains: true,
    summary: 'Install packages into an environment of yours',
    group: 'Environments',
    arguments: [
      { name: '<name>', summary: 'Its name', complete: 'environment' },
      { name: '[specs...]', summary: 'Packages, such as xarray or "pandas>=2"; none: put right what was interrupted' },
    ],
    options: [{ flags: '--pip', summary: 'Through pip, on top of what conda installed' }, breakLock],
    examples: [['pier env install mine xarray "dask>=2024"', 'the versions that are there stay where they can']],
    load: () => import('./commands/env-install.ts'),
  },
  {
    path: 'env uninstall',
    explains: true,
    summary: 'Uninstall packages, and what only they needed',
    group: 'Environments',
    arguments: [
      { name: '<name>', summary: 'Its name', complete: 'environment' },
      { name: '<packages...>', summary: 'Their names' },
    ],
    options: [breakLock],
    examples: [['pier env uninstall mine xarray', 'leaves what other packages need']],
    load: () => import('./commands/env-uninstall.ts'),
  },
  {
    path: 'env remove',
    explains: true,
    summary: 'Delete an environment of yours',
    group: 'Environments',
    arguments: [
      { name: '<name>', summary: 'Its name', complete: 'environment' },
      { name: '[nothing-else...]', summary: 'For packages: pier env uninstall' },
    ],
    options: [breakLock],
    examples: [['pier env remove old --yes', 'without being asked']],
    load: () => import('./commands/env-remove.ts'),
  },
  ...activationCommands,
  {
    path: 'catalogue list',
    summary: 'Show the package lists environments can start from',
    group: 'Environments',
    examples: [['pier catalogue list', 'sci and its like']],
    load: () => import('./commands/catalogue-list.ts'),
  },
  {
    path: 'catalogue show',
    summary: 'Show what is in one of these lists',
    group: 'Environments',
    arguments: [{ name: '<name>', summary: 'As in pier catalogue list', complete: 'catalogue' }],
    examples: [['pier catalogue show sci', 'its packages']],
    load: () => import('./commands/catalogue-show.ts'),
  },
  {
    path: 'exec',
    explains: true,
    summary: 'Run a command in an environment',
    group: 'Running things',
    passesOn: true,
    arguments: [{ name: '<command...>', summary: 'The program and its arguments', complete: 'command' }],
    options: [environment],
    examples: [['pier exec -e sci -- python analysis.py', 'ends with the status of python']],
    load: () => import('./commands/exec.ts'),
  },
  {
    path: 'site show',
    summary: 'Show the site profile in force and where it comes from',
    group: 'This place',
    examples: [['pier site show --json', 'every value and its source']],
    load: () => import('./commands/site-show.ts'),
  },
  {
    path: 'site check',
    summary: 'Check a site profile, with line and column of each mistake',
    group: 'This place',
    arguments: [{ name: '[file]', summary: 'A profile, in YAML (default: the one in force)', complete: 'file' }],
    examples: [['pier site check my-cluster.yaml', 'before it is installed']],
    load: () => import('./commands/site-check.ts'),
  },
  {
    path: 'site schema',
    summary: 'Print the JSON Schema of site profiles, for an editor',
    group: 'This place',
    examples: [['pier site schema > site.schema.json', 'completion and checks while typing']],
    load: () => import('./commands/site-schema.ts'),
  },
  {
    path: 'completion',
    summary: 'Print the completion script for a shell',
    group: 'This place',
    arguments: [{ name: '<shell>', summary: 'bash, zsh or fish', complete: 'shell' }],
    examples: [
      ['. <(pier completion bash)', 'for this bash or zsh (with zsh as the word)'],
      ['pier completion fish | source', 'for this fish'],
    ],
    load: () => import('./commands/completion.ts'),
  },
  {
    path: 'agent',
    summary: 'Run the Jupyter server of a session (pier starts this itself)',
    hidden: true,
    arguments: [{ name: '<id>', summary: 'Session' }],
    options: [
      { flags: '--attempt <number>', summary: 'Counted from 1' },
      { flags: '--relay', summary: 'Lead standard input and output to the session' },
      { flags: '--after <status>', summary: 'Clean up: the agent ended with this status' },
    ],
    load: () => import('./commands/agent.ts'),
  },
];
