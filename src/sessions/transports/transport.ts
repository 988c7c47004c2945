import type { Duplex } from 'node:stream';
import { PierError } from '../../files/index.ts';
import type { SlurmJob } from '../../jobs/index.ts';
import type { AttemptRecords } from '../records.ts';

/** The names of the ways to a session, the best first. */
export type WayName = 'socket' | 'gate' | 'srun';

/** What a way is opened to: one run of a session on another node. */
export interface Destination {
  readonly id: string;
  readonly records: AttemptRecords;
  /** Slurm's job that serves it; undefined where there is none. */
  readonly job: SlurmJob | undefined;
  /** The node that Slurm has given the job, when it says so: `c1`. */
  readonly node: string | null;
  /** The command that starts this program there. */
  readonly program: readonly string[];
}

/** A way to a session on another node. All have this shape. */
export interface Transport extends AsyncDisposable {
  /** One more connection to Jupyter's socket. */
  readonly connect: () => Promise<Duplex>;
  /** It may still carry something. */
  readonly isOpen: () => boolean;
}

/** Makes a way; throws when it cannot be one. */
export type OpenTransport = (to: Destination) => Promise<Transport>;

/** A host name that cannot be taken for an option of a program, or for anything but a name. Error: `endpoint-untrusted`. */
export function plainHost(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/.test(name)) return name;
  throw new PierError('endpoint-untrusted', `${JSON.stringify(name)} is no name of a host.`);
}

/** Whether two names are one host's: a node may call itself `c1.cluster` and be `c1` to Slurm. */
export function sameHost(one: string, other: string): boolean {
  const short = (name: string) => name.toLowerCase().split('.')[0];
  return one.toLowerCase() === other.toLowerCase() || short(one) === short(other);
}
