import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { PierError, type Progress, tilde } from '../files/index.ts';
import { lastLines, run } from '../process/index.ts';
import { commandLine } from '../shell/index.ts';
import type { Site } from '../site/index.ts';
import { alone } from './alone.ts';
import type { Finding } from './back-end.ts';
import type { Environment } from './environment.ts';
import { findEnvironment, refuseUnusable } from './find.ts';
import { interruptible } from './interrupt.ts';
import { refuseReadOnly } from './read-only.ts';

export interface Shared {
  readonly environment: Environment;
  readonly group: string;
  /** What still keeps others out, each with the command that lets them in. */
  readonly findings: readonly Finding[];
}

/** The commands that let a group read an environment and all that will be put into it. */
export function shareCommands(prefix: string, group: string): string[][] {
  return [
    ['chgrp', '-R', group, prefix],
    ['chmod', '-R', 'g+rX,g-w', prefix],
    ['find', prefix, '-xdev', '-type', 'd', '-exec', 'chmod', 'g+s', '{}', '+'],
  ];
}

/**
 * Lets a group read and run an environment of ours, and says what above or below it still keeps them out.
 *
 * Errors: `environment-foreign`, `environment-broken`, `group-unknown`, `cannot-change-modes`, …
 */
export async function shareEnvironment(
  site: Site,
  request: { readonly name: string; readonly group: string; readonly breakLock?: boolean },
  progress: Progress,
): Promise<Shared> {
  const { group, breakLock = false } = request;
  const environment = await findEnvironment(site, request.name);
  refuseReadOnly({ ...environment, frozen: false });
  refuseUnusable(environment);
  return await interruptible((signal) =>
    alone(environment, { doing: `sharing it with ${group}`, progress, signal, breakLock }, async () => {
      progress({ step: 'share', message: `Letting ${group} in` });
      for (const command of shareCommands(environment.prefix, group)) await change(command, environment, group);
      return { environment, group, findings: await whatKeepsOut(environment, group) };
    }),
  );
}

async function change([program = '', ...args]: readonly string[], { name }: Environment, group: string): Promise<void> {
  const result = await run(program, args, { timeoutMs: 3_600_000 });
  if (result.exitCode === 0) return;
  if (/invalid group|unknown group/i.test(result.stderr)) {
    throw new PierError('group-unknown', `There is no group ${group} here.`, { hint: 'Your own: id -Gn' });
  }
  throw new PierError('cannot-change-modes', `Not all of ${name} could be shared:\n${lastLines(result.stderr, 4)}`, {
    hint: 'You can give files only to groups that you are in: id -Gn',
  });
}

async function whatKeepsOut({ prefix }: Environment, group: string): Promise<Finding[]> {
  const { gid } = await stat(prefix);
  const python = await realpath(path.join(prefix, 'bin', 'python')).catch(() => undefined);
  const inside = python?.startsWith(`${prefix}/`);
  const above = await closedAbove(prefix, gid, group);
  if (!python || inside) return above;
  const base = [...(await closedAbove(python, gid, group)), ...(await unreadable(python, gid))];
  return [...above, ...base.map((finding) => ({ ...finding, problem: 'python' }))];
}

/** Directories above that the group may not pass. */
async function closedAbove(file: string, gid: number, group: string): Promise<Finding[]> {
  const found: Finding[] = [];
  for (let at = path.dirname(file); at !== path.dirname(at); at = path.dirname(at)) {
    const stats = await stat(at).catch(() => undefined);
    if (!stats || (stats.mode & (stats.gid === gid ? 0o010 : 0o001)) !== 0) continue;
    const command = stats.gid === gid ? ['chmod', 'g+x', at] : ['setfacl', '-m', `g:${group}:x`, at];
    found.push({
      problem: 'parent',
      place: at,
      detail: `${tilde(at)} keeps ${group} out; to let them pass: ${commandLine(command)}`,
    });
  }
  return found.reverse();
}

async function unreadable(python: string, gid: number): Promise<Finding[]> {
  const stats = await stat(python).catch(() => undefined);
  if (!stats || (stats.mode & (stats.gid === gid ? 0o050 : 0o005)) === (stats.gid === gid ? 0o050 : 0o005)) return [];
  return [
    {
      problem: 'python',
      place: python,
      detail: `Its Python, ${tilde(python)}, cannot be run by others; make the environment on another: --python`,
    },
  ];
}
