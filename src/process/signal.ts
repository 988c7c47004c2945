import { liveness, type ProcessIdentity, uid } from '../files/index.ts';

/** Signals a process group that this very process started. A group that is gone already is no error. */
export function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // gone already
  }
}

/**
 * Signals a process out of a record, or its whole group.
 *
 * Only when host, boot, pid, owner and start time are still the same; returns false, and signals nobody, otherwise.
 */
export function signalRecorded(identity: ProcessIdentity, signal: NodeJS.Signals, scope: 'process' | 'group'): boolean {
  if (identity.uid !== uid() || liveness(identity) !== 'alive') return false;
  try {
    process.kill(scope === 'group' ? -identity.pid : identity.pid, signal);
    return true;
  } catch {
    return false;
  }
}
