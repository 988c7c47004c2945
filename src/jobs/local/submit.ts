import { open } from 'node:fs/promises';
import { cannotWrite, identityOf } from '../../files/index.ts';
import { start } from '../../process/index.ts';
import type { LocalJob, LocalRequest } from '../job.ts';

/** Starts the script on this machine, in a session of its own: `setsid sh SCRIPT >LOG 2>&1 &`. */
export async function submit(request: LocalRequest): Promise<LocalJob> {
  const log = await open(request.log, 'a', 0o600).catch((error) => {
    throw cannotWrite(request.log, error);
  });
  try {
    const { pid } = await start('/bin/sh', [request.script], {
      cwd: request.directory,
      env: request.env,
      output: log.fd,
      ownSession: true,
    });
    return { engine: 'local', identity: identityOf(pid), submitted: new Date().toISOString() };
  } finally {
    await log.close();
  }
}
