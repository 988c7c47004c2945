import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';

/**
 * Runs `act` while nobody else does so with this directory; throws what `busy` gives when that takes too long.
 *
 * The lock is the kernel's (flock on an open file), so nobody's death leaves it behind; flock(1) holds it for us.
 */
export async function alone<T>(
  directory: string,
  act: () => Promise<T>,
  busy: () => Error = () => new Error(`Somebody else is at work in ${directory}.`),
  seconds = 120,
): Promise<T> {
  const file = await open(path.join(directory, 'lock'), constants.O_RDWR | constants.O_CREAT);
  try {
    // flock(2) belongs to the open file, not to a process: flock(1) takes it on what it inherits, and we keep it.
    const flock = spawn('flock', ['-w', String(seconds), '3'], { stdio: ['ignore', 'ignore', 'ignore', file.fd] });
    const [status] = await once(flock, 'exit');
    if (status !== 0) throw busy();
    return await act();
  } finally {
    await file.close();
  }
}
