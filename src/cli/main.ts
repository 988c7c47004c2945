#!/usr/bin/env node
import { writeSync } from 'node:fs';
import { useCodeCache } from './code-cache.ts';
import { protocol, version } from './version.ts';

// The entry, and the only place that catches. What is heavier is imported once it is clear what is asked for.

/** What `exec` and its like end with when pier itself failed: other numbers are the program's own, as with docker. */
const ownFailure = 125;

const argv = process.argv.slice(2);

if (argv.join(' ') === '--version') writeSync(1, `pier ${version}\n`);
else {
  // A promise that nothing will ever settle must not look like success: Node ends with 0 when it has nothing to do.
  process.once(
    'beforeExit',
    () => void fail(new Error('pier had nothing left to wait for.'), false).then(process.exit),
  );
  // Nobody means everyone to change what pier makes: it would refuse to use it.
  process.umask(process.umask() | 0o002);
  useCodeCache(import.meta.dirname);
  void start().then((status) => process.exit(status));
}

async function start(): Promise<number> {
  let json = argv.slice(0, [...argv, '--'].indexOf('--')).includes('--json');
  try {
    await refuseOldNode();
    await refuseHomeless();
    // Also a promise that nobody waits for: Node's own way out is status 1, which here means that the answer is no.
    const exit = (status: number) => process.exit(status);
    process.on('uncaughtException', (error) => void fail(error, json).then(exit));
    if (argv[0] === '__complete') return (await import('./complete.ts')).printCompletions(argv.slice(1));
    if ([...argv].sort().join(' ') === '--json --version') return printVersion();
    const { parse } = await import('./parse.ts');
    const request = await parse(argv);
    if (request.kind === 'help') {
      (await import('./print.ts')).printText(request.text);
      return 0;
    }
    json = request.options.flag('json');
    const { perform } = await import('./perform.ts');
    return await perform(request.row, request.words, request.options);
  } catch (error) {
    return await fail(error, json);
  }
}

function printVersion(): number {
  const { platform, arch, versions } = process;
  const described = { pier: version, protocol, node: versions.node, platform: `${platform}-${arch}` };
  writeSync(1, `${JSON.stringify({ version: described }, null, 2)}\n`);
  return 0;
}

async function refuseOldNode(): Promise<void> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  const { PierError } = await import('../files/index.ts');
  throw new PierError(
    'node-too-old',
    `pier needs Node 20.19 or newer; ${process.execPath} is ${process.versions.node}.`,
    {
      hint: 'module avail node, then module load it; or https://nodejs.org/en/download',
    },
  );
}

/** Records, settings and environments lie below the home: without one there is no place for anything. */
async function refuseHomeless(): Promise<void> {
  // An empty one would be the directory where we happen to be.
  if (process.env.HOME === '') delete process.env.HOME;
  const { homedir } = await import('node:os');
  try {
    homedir();
  } catch (cause) {
    // What tells where pier's files are asks for it while it is loaded: then not even this error could be made.
    process.env.HOME = '/nonexistent';
    const { PierError } = await import('../files/index.ts');
    const user = `uid ${process.getuid?.()}`;
    throw new PierError('home-unknown', `HOME is not set, and ${user} has no home in the user database (passwd).`, {
      hint: 'export HOME=/a/directory/of/yours',
      cause,
    });
  }
}

/** Says why it failed, and gives the exit status. */
async function fail(error: unknown, json: boolean): Promise<number> {
  try {
    return await tell(error, json);
  } catch {
    // Not even the saying works: plainly then, with nothing of pier's own.
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    try {
      writeSync(2, `pier: ${text.replace(/[^\n\x20-\x7e]/g, '?')}\n`);
    } catch {
      // Nobody reads it.
    }
    return 2;
  }
}

async function tell(error: unknown, json: boolean): Promise<number> {
  const { diskError, PierError } = await import('../files/index.ts');
  const { interruptedStatus, statusOf } = await import('./interrupt.ts');
  const { printError } = await import('./print.ts');
  const ended = interruptedStatus();
  const isTold = ended === undefined || (error instanceof PierError && error.code === 'interrupted');
  const told = isTold ? (diskError(error) ?? error) : new PierError('interrupted', 'Interrupted.', { cause: error });
  try {
    printError(told, json);
  } catch {
    // With --json the error goes to stdout, and that may be what failed.
    printError(told, false);
  }
  if (ended !== undefined) return ended;
  if (error instanceof PierError && error.code === 'interrupted') return statusOf('SIGINT');
  const { passesOn } = await import('./find-command.ts');
  if (passesOn(argv)) return ownFailure;
  return error instanceof PierError ? error.exitStatus : 2;
}
