import { existsSync } from 'node:fs';
import path from 'node:path';
import { PierError } from '../../src/files/index.ts';
import { runOnTerminal } from '../../src/process/index.ts';
import { command } from './command.ts';
import { down } from './down.ts';
import { enter } from './enter.ts';
import { fault, faultUsage } from './fault.ts';
import { codeSecret, hostNamed, people } from './layout.ts';
import { firstProcess } from './processes.ts';
import { status } from './status.ts';
import { up } from './up.ts';

const usage = `./testbed up                          start it; homes, jobs and accounts are those of last time
./testbed down                        end it
./testbed wipe                        end it and remove its directory
./testbed status                      what runs, and what Slurm says of its nodes
./testbed exec HOST [-u USER] [CMD…]  run a command on a host, else a login shell (login1 -u alice; root if no USER)
                                      one word with spaces is a line for the shell: 'module load pier && pier'
./testbed code                        the code that the second factor asks for now

${faultUsage}
\`npm run testbed …\` is the same; npm itself takes the options in a line that has no \`--\`.
PIER_TESTBED=/absolute/directory is where it lives; another directory is another testbed.
`;

/** Runs one command line; gives the exit status. `directory` is where the testbed lives unless PIER_TESTBED says. */
export async function main(args: readonly string[], directory: string): Promise<number> {
  // Every program that is waited for listens for our signals, and many run at once.
  process.setMaxListeners(0);
  const where = path.resolve(process.env.PIER_TESTBED ?? directory);
  try {
    return await perform(where, args);
  } catch (error) {
    const hint = error instanceof PierError && error.hint ? `\n  Try: ${error.hint}` : '';
    const said = error instanceof PierError ? error.message : error instanceof Error ? error.stack : String(error);
    process.stderr.write(`${said}${hint}\n`);
    return 2;
  }
}

async function perform(directory: string, [verb, ...args]: readonly string[]): Promise<number> {
  switch (verb) {
    case 'up':
      await up(directory, (line) => process.stderr.write(`${line}\n`));
      return 0;
    case 'down':
    case 'wipe':
      process.stderr.write(`${await ended(directory, verb === 'wipe')}\n`);
      return 0;
    case 'status':
      return status(directory);
    case 'exec':
      return exec(directory, args);
    case 'fault':
      await fault(directory, args);
      return 0;
    case 'code':
      process.stdout.write(await command('oathtool', ['--totp', '-b', codeSecret]));
      return 0;
    default:
      process.stderr.write(usage);
      return 2;
  }
}

/** Ends it, and says what was ended and what stays. */
async function ended(directory: string, wiped: boolean): Promise<string> {
  const [ran, was] = [firstProcess(directory, 'switch') !== undefined, existsSync(directory)];
  await down(directory, { wiped });
  const what = `The testbed in ${directory}`;
  if (!was) return `${what} is not there: nothing to do.`;
  if (wiped) return `${what} is gone${ran ? '; what ran in it has ended' : ''}.`;
  return `${what} ${ran ? 'has ended' : 'did not run'}. Its homes, jobs and accounts stay for the next up.`;
}

/** What to run: one word that only a shell understands is a line for a login shell, as with ssh. */
function programIn(words: readonly string[]): readonly string[] {
  const [line = '', ...more] = words;
  return more.length === 0 && /[^\w@%+=:,./-]/.test(line) ? ['bash', '-lc', line] : words;
}

/**
 * Runs a command on a host and passes on its exit status.
 *
 * npm keeps `-u` and the first `--` for itself, so both may be missing: a person's name after the host's is the user.
 */
async function exec(directory: string, [host = '', ...rest]: readonly string[]): Promise<number> {
  const words = rest[0] === '-u' ? rest.slice(1) : rest;
  const isUser = rest[0] === '-u' || words[0] === 'root' || people.some(({ name }) => name === words[0]);
  const user = (isUser && words[0]) || 'root';
  const given = isUser ? words.slice(1) : words;
  const program = programIn(given[0] === '--' ? given.slice(1) : given);
  // script(1) gives a login shell a terminal of the host's own: ours does not exist there.
  const shell = process.stdin.isTTY ? ['script', '-qec', 'bash -l', '/dev/null'] : ['bash', '-l'];
  const [file, ...line] = enter(directory, hostNamed(host).name, user, program.length > 0 ? program : shell);
  const ran = await runOnTerminal(file as string, line, { env: process.env });
  return ran.exitCode ?? 128;
}
