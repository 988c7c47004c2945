import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import type { RunResult } from '../../src/process/index.ts';
import { until } from '../sandbox.ts';
import type { Testbed } from '../testbed/fixture.ts';
import { people } from '../testbed/layout.ts';
import { pidOf } from '../testbed/processes.ts';

/** A session as `pier session list --json` tells it. */
export interface Told {
  readonly id: string;
  readonly state: string;
  readonly reason: string;
  readonly trouble: string | null;
  readonly host: string | null;
  readonly ends: string | null;
  readonly attempt: number;
  readonly job: { readonly number: string | null; readonly estimatedStart: string | null } | null;
  readonly next: {
    readonly job: string | null;
    readonly attempt: number;
    readonly state: string;
    readonly reason: string;
  } | null;
}

/** A person at a login node of the testbed, with the pier that is installed there. */
export interface Researcher {
  readonly pier: (...args: string[]) => Promise<RunResult>;
  /** Runs with --json and gives the document; throws when it failed. */
  // biome-ignore lint/suspicious/noExplicitAny: what it is, the test says
  readonly json: (...args: string[]) => Promise<any>;
  /** `pier lab --on compute --detach`, and what it said of the session. */
  readonly lab: (...args: string[]) => Promise<Told>;
  readonly told: (id: string) => Promise<Told>;
  /** Asks `pier session list --all` until it says this of a session; fails with what it said last. */
  readonly becomes: (id: string, wanted: RegExp, timeoutMs?: number) => Promise<Told>;
  // biome-ignore lint/suspicious/noExplicitAny: each record has its own shape
  readonly record: (id: string, name: string, attempt?: number) => Promise<any>;
  readonly sh: (script: string, host?: string) => Promise<RunResult>;
  /** What of a session, or of pier, still runs or lies on the nodes: processes, jobs, directories. */
  readonly leftovers: (id?: string) => Promise<string[]>;
}

/** Milliseconds between two looks: each starts a pier, which takes from the Jupyter that is waited for. */
export const lookEvery = 700;

const pierProgram = '/software/pier/bin/pier';

/** `before`: a directory before the others of PATH, for stand-ins. */
export function researcher(bed: Testbed, user = 'alice', login = 'login1', before?: string): Researcher {
  const searched = before === undefined ? [] : ['env', `PATH=${before}:/usr/local/bin:/usr/bin:/bin`];
  const pier = (...args: string[]) => bed.on(login, [...searched, pierProgram, ...args], { user, timeoutMs: 240_000 });
  const json = async (...args: string[]) => {
    const ran = await pier(...args, '--json');
    if (ran.exitCode !== 0) throw new Error(`pier ${args.join(' ')}: ${ran.stdout}${ran.stderr}`);
    return JSON.parse(ran.stdout);
  };
  const told = async (id: string): Promise<Told> => {
    const { sessions } = await json('session', 'list', '--all');
    return sessions.find((session: Told) => session.id === id);
  };
  const sh = (script: string, host = login) => bed.on(host, ['sh', '-c', script], { user, timeoutMs: 600_000 });
  return {
    pier,
    json,
    told,
    sh,
    lab: async (...args) =>
      (await json('lab', '--on', 'compute', '--detach', '--defaults', '--time', '20m', '--mem', '1G', ...args)).session,
    becomes: async (id, wanted, timeoutMs = 120_000) => {
      let last: Told | undefined;
      return await until(
        async () => {
          last = await told(id);
          return wanted.test(`${last.state} ${last.reason}`) && last;
        },
        timeoutMs,
        lookEvery,
      ).catch(() => {
        throw new Error(`not ${wanted} but ${JSON.stringify(last)}`);
      });
    },
    record: async (id, name, attempt = 1) => {
      const file = `.local/state/pier/sessions/${id}/attempts/${attempt}/${name}`;
      return JSON.parse(await bed.must(login, ['cat', file], { user }));
    },
    leftovers: async (id = '[a-z][a-z2-7]{7}') => {
      const look = `ls -d /tmp/pier-* /tmp/jobs/*/pier-* 2>/dev/null | grep -E 'pier-${id}-'
        for p in /proc/[0-9]*; do tr '\\0' '\\n' <$p/environ 2>/dev/null | grep -qE '^PIER_SESSION=${id}$' || continue
        grep -q '^State:.Z' $p/status || echo "$(hostname) $p $(tr '\\0' ' ' <$p/cmdline)"; done; true`;
      const found = await Promise.all(
        ['c1', 'c2', 'bm1', 'g1', 'g2', 'login1', 'login2'].map(
          async (host) => (await bed.on(host, ['sh', '-c', look])).stdout,
        ),
      );
      const jobs = await bed.on('ctl', ['sh', '-c', `squeue -h -o '%i %T %j' | grep -E -- 'pier-.*-${id}-' || true`]);
      return [...found, jobs.stdout].flatMap((text) => text.split('\n')).filter((line) => line !== '');
    },
  };
}

/**
 * A real Chromium of a person's, in the network of one of the hosts: it reaches what that host reaches, and its connections
 * are that person's.
 */
export async function browserOn(bed: Testbed, host: string, user = 'alice'): Promise<BrowserContext & AsyncDisposable> {
  const uid = people.find(({ name }) => name === user)?.uid as number;
  const profile = await mkdtemp(path.join(tmpdir(), 'pier-chromium-'));
  await chown(profile, uid, uid);
  const wrapper = `${profile}.sh`;
  const enter = `nsenter --net=/proc/${pidOf(bed.directory, host)}/ns/net -- setpriv --reuid=${uid} --regid=${uid}`;
  const chrome = process.env.CHROMIUM ?? '/usr/bin/chromium';
  await writeFile(wrapper, `#!/bin/sh\nexport HOME=${profile}\nexec ${enter} --clear-groups ${chrome} "$@"\n`);
  await chmod(wrapper, 0o755);
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: wrapper,
    headless: true,
    viewport: { width: 1400, height: 1000 },
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  });
  return Object.assign(context, {
    [Symbol.asyncDispose]: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
      await rm(wrapper, { force: true });
    },
  });
}

/** A terminal of a person's on a host, 100 by 30, in tmux there; with pier in it. */
export interface ClusterTerminal {
  readonly type: (...keys: string[]) => Promise<void>;
  /** Waits until the screen shows it, and gives the screen. */
  readonly shows: (pattern: RegExp, timeoutMs?: number) => Promise<string>;
  readonly close: () => Promise<void>;
}

export async function terminalOn(
  bed: Testbed,
  host: string,
  user: string,
  words: readonly string[],
): Promise<ClusterTerminal> {
  const server = `pier-${Math.random().toString(36).slice(2)}`;
  const tmux = (...args: string[]) => bed.on(host, ['tmux', '-L', server, '-f', '/dev/null', ...args], { user });
  // Ctrl+C reaches the shell too, which has to outlive it to say the status.
  const line = `trap : INT; ${pierProgram} ${words.join(' ')}; echo "status $?"; exec cat`;
  await tmux('new-session', '-d', '-s', 't', '-x', '100', '-y', '30', 'sh', '-c', line);
  const screen = async () => (await tmux('capture-pane', '-p', '-t', 't', '-S', '-100')).stdout;
  return {
    type: async (...keys) => void (await tmux('send-keys', '-t', 't', ...keys)),
    shows: async (pattern, timeoutMs = 90_000) => {
      let last = '';
      return await until(async () => {
        last = await screen();
        return pattern.test(last) && last;
      }, timeoutMs).catch(() => {
        throw new Error(`the screen does not show ${pattern}:\n${last}`);
      });
    },
    close: async () => void (await tmux('kill-server')),
  };
}
