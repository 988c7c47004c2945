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
import { environmentLifeCommands } from './program-environments.ts';
import { environment, notebookCommands } from './program-notebooks.ts';

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
  ...notebookCommands,
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
    options: [{ flags: '--why <package>', summary: 'Show only what needs this package' }],
    examples: [
      ['pier env show sci', 'with its packages'],
      ['pier env show sci --why tornado', 'from what was asked for down to it'],
    ],
    load: () => import('./commands/env-show.ts'),
  },
  {
    path: 'env create',
    explains: true,
    summary: 'Make an environment; says first what it will cost',
    group: 'Environments',
    arguments: [
      { name: '[name]', summary: 'What to call it (default: as the file has it)' },
      { name: '[specs...]', summary: 'Packages, such as numpy or "pandas>=2"' },
    ],
    options: [
      { flags: '--from <catalogue>', summary: 'Start from a list of the catalogue', complete: 'catalogue' },
      {
        flags: '-f, --file <file>',
        summary: 'Made from environment.yml, requirements.txt, a lock …',
        complete: 'file',
      },
      { flags: '--python <version>', summary: 'Python to use, such as 3.12' },
      {
        flags: '--module <names>',
        list: true,
        summary: 'Modules it needs, with commas between; loaded with it ever after',
      },
      { flags: '--for <partition>', summary: 'Choose packages for the GPUs of that partition', complete: 'partition' },
      { flags: '--cuda <version>', summary: 'The CUDA that those GPUs run, such as 12.4, or none' },
      {
        flags: '--root <directory>',
        summary: 'Make it there instead of in the site’s directory',
        complete: 'directory',
      },
      { flags: '--prefix <directory>', summary: 'Make it exactly there', complete: 'directory' },
      {
        flags: '-c, --channel <names>',
        list: true,
        summary: 'conda channels, with commas between; makes it with conda',
      },
      {
        flags: '--backend <name>',
        summary: 'Who makes it (default: follows from what is asked)',
        choices: ['uv', 'conda'],
      },
      {
        flags: '--with <program>',
        summary: 'The program for conda packages (default: yours or the site’s, else rattler)',
        choices: ['rattler', 'conda', 'mamba', 'micromamba'],
      },
    ],
    examples: [
      ['pier env create sci', 'the catalogue has a list of that name'],
      ['pier env create mine --from sci "xarray>=2024"', 'that list and more'],
      ['pier env create gis gdal python=3.12', 'with conda, because only conda has gdal'],
      ['pier env create ml torch --for gpu', 'for the GPUs there, not for the login node'],
      ['pier env create mpi mpi4py --module gcc/12.2.0,openmpi/4.1.5', 'built with these, and loaded with them'],
      ['pier env create -f environment.yml', 'named as the file has it'],
    ],
    load: () => import('./commands/env-create.ts'),
  },
  ...environmentLifeCommands,
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
