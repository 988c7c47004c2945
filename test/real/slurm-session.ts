import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Testbed } from '../testbed/fixture.ts';

// Sessions on the testbed's compute nodes, as its people have them: pier's module loaded in a login shell.

export interface Opened {
  readonly session: {
    readonly id: string;
    readonly host: string;
    readonly state: string;
    readonly reason: string;
    readonly job: { readonly number: string };
  };
  readonly opening: {
    readonly url: string;
    readonly tunnel: string | null;
    readonly reach?: { readonly way: string; readonly tried: readonly { way: string; reason: string | null }[] };
    readonly ways?: readonly { readonly from: string; readonly url: string }[];
  };
}

export interface Member {
  /** What a script prints, run by her login shell; throws when it fails. */
  readonly shell: (script: string, host?: string) => Promise<string>;
  /** Runs pier with --json and gives the document. */
  readonly pier: (args: string, host?: string) => Promise<Opened>;
  /** Her session's records. */
  readonly records: (id: string) => string;
}

export function member(bed: Testbed, user = 'alice', login = 'login1'): Member {
  const shell = async (script: string, host = login) => {
    const command = ['bash', '-lc', `module load pier; cd; ${script}`];
    const ran = await bed.on(host, command, { user, timeoutMs: 240_000 });
    if (ran.exitCode !== 0) throw new Error(`${script}: ${ran.stdout}${ran.stderr}`);
    return ran.stdout;
  };
  return {
    shell,
    pier: async (args, host) => JSON.parse(await shell(`pier ${args} --json`, host)),
    records: (id) => `/home/${user}/.local/state/pier/sessions/${id}`,
  };
}

/** Has the next portal try one way first, as if it had worked last; and ends the portal that knows better. */
export async function prefer(who: Member, way: 'gate' | 'srun'): Promise<void> {
  const remembered = JSON.stringify({ '/etc/pier/site.yaml': { way, at: new Date().toISOString() } });
  await who.shell(`pier portal --stop >/dev/null; mkdir -p ~/.cache/pier; printf %s '${remembered}' >~/.cache/pier/ways.json;
    chmod 600 ~/.cache/pier/ways.json`);
}

/** Runs code in a kernel of a session through the portal's own way to it. */
export async function runThrough(who: Member, bed: Testbed, id: string, code: string) {
  const script = await readFile(path.join(import.meta.dirname, 'kernel-round-trip.py'), 'utf8');
  const python = ['/software/envs/sci/bin/python', '-', await socketOf(who, id), id, code];
  const ran = await bed.must('login1', python, { user: 'alice', input: script, timeoutMs: 180_000 });
  return JSON.parse(ran) as { readonly printed: string; readonly milliseconds: number };
}

/** The private socket of the portal on login1 that leads to a session elsewhere. */
export async function socketOf(who: Member, id: string): Promise<string> {
  return (await who.shell(`ls /tmp/pier-portal-*/${id}.sock`)).trim();
}
