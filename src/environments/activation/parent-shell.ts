import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PierError } from '../../files/index.ts';
import { type Dialect, dialects } from './dialect.ts';

/** The shell whose text is wanted: the one named, else the one pier was started from, else the person's own, else sh. */
export async function shellInForce(named?: string): Promise<{ readonly name: string; readonly dialect: Dialect }> {
  const wanted = named ?? (await parentShell()) ?? loginShell() ?? 'sh';
  const dialect = dialects[wanted];
  if (dialect) return { name: wanted, dialect };
  throw new PierError('shell-unknown', `pier cannot activate in ${JSON.stringify(wanted)}.`, {
    hint: 'One of: --shell bash, zsh, sh, dash, fish, tcsh',
  });
}

/** The shell to start for a person: the one named, else `$SHELL`, else sh. `file` when its path is known. */
export async function shellForPerson(
  named?: string,
): Promise<{ readonly name: string; readonly dialect: Dialect; readonly file?: string }> {
  const shell = await shellInForce(named ?? loginShell() ?? 'sh');
  const own = process.env.SHELL;
  return own && path.isAbsolute(own) && loginShell() === shell.name ? { ...shell, file: own } : shell;
}

/** `$SHELL`, when pier knows it. */
function loginShell(): string | undefined {
  return known(process.env.SHELL ?? '');
}

/** `/proc/PPID/comm`, or `ps -o comm= -p PPID` where there is no /proc. */
async function parentShell(): Promise<string | undefined> {
  try {
    return known(readFileSync(`/proc/${process.ppid}/comm`, 'utf8'));
  } catch {
    const { run } = await import('../../process/index.ts');
    const asked = run('ps', ['-o', 'comm=', '-p', String(process.ppid)], { timeoutMs: 5000 });
    return known((await asked.catch(() => undefined))?.stdout ?? '');
  }
}

/** A login shell calls itself `-bash`. */
function known(text: string): string | undefined {
  const name = path.basename(text.trim()).replace(/^-/, '');
  return name in dialects ? name : undefined;
}
