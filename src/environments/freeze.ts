import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cannotWrite, PierError, type Progress } from '../files/index.ts';
import { lastLines, type RunResult, run } from '../process/index.ts';
import type { Site } from '../site/index.ts';
import { alone } from './alone.ts';
import { backEndOf } from './back-end.ts';
import { repairIfNeeded } from './change.ts';
import type { Environment } from './environment.ts';
import { findEnvironment, refuseUnusable } from './find.ts';
import { frozenFile, usualMessage } from './frozen.ts';
import { interruptible } from './interrupt.ts';
import { readAt } from './list.ts';
import { refuseReadOnly } from './read-only.ts';
import { refuseUntrusted } from './trust.ts';

export interface FreezeRequest {
  readonly name: string;
  /** Told to whoever wants to change it. */
  readonly message?: string;
  readonly breakLock?: boolean;
}

/**
 * Freezes an environment of ours: bytecode for everything, the mark that conda obeys too (CEP 22), and no write bits.
 *
 * `.pier` stays writable for us, for leases. Killed at any moment, doing it again finishes it. Errors:
 * `environment-foreign`, `environment-broken`, `cannot-change-modes`, …
 */
export async function freezeEnvironment(site: Site, request: FreezeRequest, progress: Progress): Promise<Environment> {
  const found = await findEnvironment(site, request.name);
  refuseReadOnly({ ...found, frozen: false });
  await refuseUntrusted(found);
  return await inPeace(site, found, 'freezing it', request, progress, async (environment) => {
    refuseUnusable(environment);
    await thawModes(environment);
    progress({ step: 'compile', message: 'Compiling bytecode' });
    await compile(environment);
    progress({ step: 'freeze', message: 'Taking the write bits away' });
    await mark(environment, request.message ?? usualMessage(environment));
    for (const command of freezeCommands(environment)) succeeded(await chmod(command), environment);
  });
}

/** Lets an environment of ours be changed again. Errors: `environment-foreign`, `cannot-change-modes`, … */
export async function thawEnvironment(site: Site, request: FreezeRequest, progress: Progress): Promise<Environment> {
  const found = await findEnvironment(site, request.name);
  refuseReadOnly({ ...found, frozen: false });
  return await inPeace(site, found, 'thawing it', request, progress, async (environment) => {
    await thawModes(environment);
    await rm(frozenFile(environment), { force: true });
  });
}

async function inPeace(
  site: Site,
  found: Environment,
  doing: string,
  { breakLock = false }: FreezeRequest,
  progress: Progress,
  work: (environment: Environment) => Promise<void>,
): Promise<Environment> {
  return await interruptible((signal) =>
    alone(found, { doing, progress, signal, breakLock }, async () => {
      await repairIfNeeded(site, found, await backEndOf(found), progress);
      await work((await readAt(site, found.prefix)) ?? found);
      return (await readAt(site, found.prefix)) ?? found;
    }),
  );
}

/** `PREFIX/bin/python -m compileall -q PREFIX/lib`: what cannot be compiled was not meant for this Python. */
async function compile({ prefix, python }: Environment): Promise<void> {
  if (!python) return;
  const args = ['-I', '-m', 'compileall', '-q', path.join(prefix, 'lib')];
  await run(path.join(prefix, 'bin', 'python'), args, { env: { PATH: '/usr/bin:/bin' }, timeoutMs: 3_600_000 });
}

async function mark(environment: Environment, message: string): Promise<void> {
  const file = frozenFile(environment);
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, `${JSON.stringify({ message })}\n`);
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

/**
 * The commands that take write bits away. Files with several links are uv's cache's too, whose modes stay: what is in
 * them cannot be replaced here without writing to a directory.
 */
export function freezeCommands({ prefix }: Environment): string[][] {
  const all = ['find', prefix, '-xdev', '-path', path.join(prefix, '.pier'), '-prune', '-o'];
  return [
    [...all, '-type', 'f', '-links', '1', '-exec', 'chmod', 'a-w', '{}', '+'],
    [...all, '-type', 'd', '-exec', 'chmod', 'a-w', '{}', '+'],
  ];
}

/** `find PREFIX -xdev ( -type d -o -type f -links 1 ) -exec chmod u+w {} +` */
export function thawCommand({ prefix }: Environment): string[] {
  // A directory first, so that what is in it can be reached.
  return [
    'find',
    prefix,
    '-xdev',
    '(',
    '-type',
    'd',
    '-o',
    '-type',
    'f',
    '-links',
    '1',
    ')',
    '-exec',
    'chmod',
    'u+w',
    '{}',
    '+',
  ];
}

async function thawModes(environment: Environment): Promise<void> {
  if (environment.frozen) succeeded(await chmod(thawCommand(environment)), environment);
}

async function chmod([program = '', ...args]: readonly string[]): Promise<RunResult> {
  return await run(program, args, { timeoutMs: 3_600_000 });
}

function succeeded(result: RunResult, { name }: Environment): void {
  if (result.exitCode === 0) return;
  throw new PierError('cannot-change-modes', `Not all of ${name} could be changed:\n${lastLines(result.stderr, 4)}`, {
    hint: 'What is named there belongs to somebody else; they can do it, or: pier env clone',
  });
}
