import { rm } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../../src/process/index.ts';
import { down } from './down.ts';
import { type EnterOptions, must, on } from './enter.ts';
import { giveNodesBack, up } from './up.ts';

/** A testbed that is up, for a file of tests. */
export interface Testbed extends AsyncDisposable {
  readonly directory: string;
  readonly on: (host: string, program: readonly string[], options?: EnterOptions) => ReturnType<typeof on>;
  readonly must: (host: string, program: readonly string[], options?: EnterOptions) => Promise<string>;
  /** After a fault: gives back the nodes that Slurm has taken out, or all further tests would wait for them. */
  readonly giveNodesBack: () => Promise<unknown>;
}

/** Where the tests' testbeds live: kept between runs, since a database that is there already saves seconds. */
export function testbedDirectory(name: string): string {
  return path.join(import.meta.dirname, '..', '.world', `testbed-${name}`);
}

/** Brings the tests' testbed up, and down when the tests are over. Never skips: what it needs is in scripts/test.sh. */
export async function testbed(name = process.env.PIER_TESTS_TESTBED ?? 'tests'): Promise<Testbed> {
  // Each file of tests starts a dozen programs at once.
  process.setMaxListeners(0);
  const directory = testbedDirectory(name);
  await down(directory, { wiped: false });
  // Fresh homes; accounts stay, since they take seconds to add.
  for (const kept of ['homes', 'projects', 'hosts/laptop/home']) {
    await rm(path.join(directory, kept), { recursive: true, force: true });
  }
  await up(directory, () => {});
  // Jobs of a run that failed would hold the nodes.
  await must(directory, 'ctl', ['sh', '-c', 'squeue -h -o %A | xargs -r scancel']);
  return {
    directory,
    on: (host, program, options) => on(directory, host, program, options),
    must: (host, program, options) => must(directory, host, program, options),
    giveNodesBack: () => giveNodesBack(directory),
    [Symbol.asyncDispose]: () => down(directory, { wiped: false }),
  };
}

/** Runs `npm run testbed ARGS` on a directory. */
export function npmRunTestbed(directory: string, ...args: string[]) {
  const script = path.join(import.meta.dirname, 'start.mjs');
  const env = { ...process.env, PIER_TESTBED: directory };
  return run(process.execPath, [script, ...args], { timeoutMs: 120_000, env });
}
