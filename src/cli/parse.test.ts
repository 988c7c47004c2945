import { expect, test } from 'vitest';
import { PierError } from '../files/index.ts';
import type { CommandRow, Options } from './command.ts';
import { passesOn } from './find-command.ts';
import { parse } from './parse.ts';
import { commands, everywhere } from './program.ts';
import { readPlainly } from './read-plainly.ts';
import { readWithCommander } from './read-with-commander.ts';

async function parsed(line: string) {
  const request = await parse(line.split(' ').filter(Boolean));
  if (request.kind !== 'command') throw new Error('it is help');
  return request;
}

async function failure(line: string): Promise<PierError> {
  try {
    await parse(line.split(' '));
  } catch (error) {
    if (error instanceof PierError) return error;
    throw error;
  }
  throw new Error(`pier ${line} is understood`);
}

test('options for everywhere stand before, between and after the words of a command', async () => {
  for (const line of ['--site local env show sci --json', 'env --site local show --json sci']) {
    const { row, words, options } = await parsed(line);
    expect([row.path, words, options.value('site'), options.flag('json')]).toEqual([
      'env show',
      ['sci'],
      'local',
      true,
    ]);
  }
});

test('no words at all ask where we are', async () => {
  expect((await parsed('')).row.path).toBe('');
  expect((await parsed('--json')).row.path).toBe('');
});

test('what follows the program that exec runs is the program’s own', async () => {
  const { words, options } = await parsed('exec --verbose -e sci python --version --json -e x');
  expect(words).toEqual(['python', '--version', '--json', '-e', 'x']);
  expect([options.value('env'), options.flag('verbose'), options.flag('json')]).toEqual(['sci', true, false]);
  expect((await parsed('exec -e sci -- python -c pass')).words).toEqual(['python', '-c', 'pass']);
  expect((await parsed('exec -- make -- all')).words).toEqual(['make', '--', 'all']);
  expect([passesOn(['--json', 'exec', '--nope']), passesOn(['env', 'exec'])]).toEqual([true, false]);
});

test('Node’s parser and commander read the same lines alike', async () => {
  const values = [
    '',
    '--json',
    '--site local',
    '--site=local',
    '--no-input',
    '-h',
    '--nope',
    '-x',
    '--',
    '--yes=1',
    '--site',
  ];
  const more: Record<string, readonly string[]> = {
    lab: ['-e sci', '-esci', '--env sci --no-browser', '--on here', '--on mars', '--detach', 'word', '--dir=', '-e'],
    'env show': ['sci', 'sci more', '-- sci', '-- --sci', './x', ''],
    'env create': ['new numpy pandas>=2 --from sci', 'new --python=3.12 six', '--from sci'],
    'session logs': ['-f abc', '--follow abc', 'abc -f'],
    portal: ['--no-browser --stop', '--serve'],
  };
  for (const [name, lines] of Object.entries(more)) {
    const row = commands.find((command) => command.path === name) as CommandRow;
    for (const rest of lines.flatMap((line) => values.map((value) => `${line} ${value}`.split(' ').filter(Boolean)))) {
      const plain = readPlainly(row, rest);
      if (!plain) continue;
      const other = readWithCommander(row, rest);
      if (other.kind === 'help') throw new Error(`commander shows help for ${rest.join(' ')}`);
      const names = [...(row.options ?? []), ...everywhere].map(({ flags }) => /--([\w-]+)/.exec(flags)?.[1] ?? '');
      const seen = (options: Options) => names.map((option) => [option, options.flag(option), options.value(option)]);
      expect([rest, plain.words, seen(plain.options)]).toEqual([rest, other.words, seen(other.options)]);
    }
  }
});

test('an option that takes a list may be given several times, to both readers', () => {
  const create = commands.find(({ path }) => path === 'env create') as CommandRow;
  const words = ['a', '--module', 'gcc/12', '--module', 'mpi/4,hwloc/2', '-c', 'x'];
  const plainly = readPlainly(create, words);
  const withCommander = readWithCommander(create, words);
  if (withCommander.kind !== 'command') throw new Error('it is help');
  for (const options of [plainly?.options, withCommander.options]) {
    expect([options?.value('module'), options?.value('channel')]).toEqual(['gcc/12,mpi/4,hwloc/2', 'x']);
  }
});

test('--no-browser and --no-input are flags of their own', async () => {
  const { options } = await parsed('lab --no-browser');
  expect([options.flag('no-browser'), options.flag('no-input')]).toEqual([true, false]);
});

test.each([
  ['env lst', 'pier env list'],
  ['enw list', 'pier env list'],
  ['labb', 'pier lab'],
  ['stop', 'pier session stop'],
  ['activate sci', 'pier env activate'],
  ['install numpy', 'pier env install'],
  ['list', 'pier session list   (or: pier env list, pier catalogue list)'],
  ['catalogue', 'pier catalogue --help   (list, show)'],
  ['catalogue frobnicate', 'pier catalogue --help   (list, show)'],
  ['zzzzzz', 'pier --help'],
  ['env list --jsn', 'pier env list --json'],
  ['env show', 'pier env show NAME'],
  ['env share t', 'pier env share t GROUP'],
  ['env remove', 'pier env remove NAME'],
  ['--versoin', 'pier --version'],
  ['--version --yes', 'pier --version'],
  ['env uninstall t', 'pier env uninstall t PACKAGES…'],
  ['env list extra', 'pier env list --help'],
  ['lab --on mars', 'pier lab --help'],
  ['help labb', 'pier lab'],
])('pier %s is wrong usage, and the hint is %s', async (line, hint) => {
  const error = await failure(line);
  expect([error.code, error.exitStatus, error.hint]).toEqual(['usage', 2, hint]);
});

test.each([
  ['env remove', 'Which environment?'],
  ['env share t', 'Which group?'],
  ['env clone t', 'Which new name?'],
  ['exec', 'Which command?'],
  ['exec -e sci', 'Which command?'],
  ['completion', 'Which shell?'],
])('pier %s asks: %s', async (line, question) => {
  expect((await failure(line)).message).toBe(question);
});

test.each([
  ['env list extra', '"extra": one word too many.', 'pier env list --help'],
  ['env show one two three', '"two", "three": 2 words too many.', 'pier env show --help'],
  ['lab sea', '"sea": one word too many.', 'pier lab -e sea'],
])('pier %s is told: %s', async (line, message, hint) => {
  expect(await failure(line)).toMatchObject({ message, hint });
});

test('every command has a summary, an example, and help that fits 80 columns', async () => {
  for (const row of commands.filter((command) => !command.hidden)) {
    const request = await parse(['help', ...row.path.split(' ')]);
    const text = request.kind === 'help' ? request.text : '';
    expect(text).toContain(row.summary);
    expect(text).toContain('Example');
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(await parse([...row.path.split(' '), '--help'])).toEqual(request);
  }
});

test('pier --help, pier -h and pier help are one text that names every command', async () => {
  const [first, second, third] = await Promise.all([parse(['--help']), parse(['-h']), parse(['help'])]);
  expect([second, third]).toEqual([first, first]);
  const text = first.kind === 'help' ? first.text : '';
  expect(commands.filter((row) => !row.hidden && !text.includes(`  ${row.path} `))).toEqual([]);
  expect(text.split('\n').every((line) => line.length <= 80)).toBe(true);
});
