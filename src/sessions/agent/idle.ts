import { readdirSync, readFileSync } from 'node:fs';
import { type Address, ask } from '../ask.ts';

/** What Jupyter says of itself, as far as it matters here. */
export interface Status {
  readonly kernels: number;
  readonly connections: number;
  readonly last_activity: string | null;
}

/**
 * When something last went on (milliseconds since 1970); `now` while a kernel works, a browser is connected or a program runs
 * in a terminal. Undefined when Jupyter does not say: then nothing may be concluded.
 *
 * Asked so that the question does not count as activity itself.
 */
export async function lastActive(
  address: Address,
  base: string,
  status: Status,
  jupyter: number,
  now = Date.now(),
): Promise<number | undefined> {
  const kernels = await list(address, `${base}api/kernels?no_track_activity=1`);
  if (!kernels) return undefined;
  const working = kernels.some(
    ({ execution_state, connections }) =>
      !['idle', 'dead'].includes(String(execution_state)) || Number(connections) > 0,
  );
  if (working || status.connections > 0 || runsInTerminal(jupyter)) return now;
  const times = [status.last_activity, ...kernels.map(({ last_activity }) => last_activity)];
  return Math.max(0, ...times.map((time) => Date.parse(String(time))).filter(Number.isFinite));
}

async function list(address: Address, url: string): Promise<Record<string, unknown>[] | undefined> {
  const answer = await ask(address, url, 10_000);
  if (answer?.status !== 200) return undefined;
  try {
    const value: unknown = JSON.parse(answer.body);
    return Array.isArray(value) ? value.filter((one) => typeof one === 'object' && one !== null) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a shell of one of Jupyter's terminals has a program running: its own children with a terminal, and theirs. */
function runsInTerminal(jupyter: number): boolean {
  const processes = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (parentOf(Number(name)) ?? []) : []));
  const shells = new Set(
    processes.filter(({ parent, terminal }) => parent === jupyter && terminal !== 0).map(({ pid }) => pid),
  );
  return processes.some(({ parent, state }) => shells.has(parent) && state !== 'Z');
}

/** Fields 3, 4 and 7 of `/proc/<pid>/stat` (proc(5)). */
function parentOf(pid: number): { pid: number; parent: number; terminal: number; state: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', parent, , , terminal] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { pid, state, parent: Number(parent), terminal: Number(terminal) };
  } catch {
    return undefined;
  }
}
