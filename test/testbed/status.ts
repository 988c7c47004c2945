import { daemonsOf, namesOn } from './daemons.ts';
import { on } from './enter.ts';
import { hosts } from './layout.ts';
import { firstProcess } from './processes.ts';
import { isUp } from './up.ts';

/** Prints a line for each host, and what Slurm says of its nodes. 0 when all of it runs, else 1. */
export async function status(directory: string): Promise<number> {
  const lines = await Promise.all(
    hosts.map(async (host) => {
      const addresses = [host.cluster, host.campus].filter(Boolean).join(' ');
      if (!firstProcess(directory, host.name)) return { well: false, text: `${host.name.padEnd(8)}off` };
      const running = namesOn(directory, host.name);
      const names = daemonsOf(host).map(({ name }) => (running.has(name) ? name : `${name} (ended)`));
      const well = daemonsOf(host).every(({ name }) => running.has(name));
      return { well, text: `${host.name.padEnd(8)}${addresses.padEnd(24)}${names.join(' ')}` };
    }),
  );
  for (const { text } of lines) process.stdout.write(`${text}\n`);
  const well = isUp(directory) && lines.every((line) => line.well);
  if (firstProcess(directory, 'login1')) process.stdout.write(`\n${(await on(directory, 'login1', ['sinfo'])).stdout}`);
  return well ? 0 : 1;
}
