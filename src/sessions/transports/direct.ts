import { PierError } from '../../files/index.ts';
import { readRecords } from '../records.ts';
import type { Session } from '../session.ts';

/** The address, with its token, of a session that is served directly. Error: `session-not-ready`. */
export async function directUrl(session: Session): Promise<string> {
  const { endpoint } = await readRecords(session.id);
  if (endpoint?.endpoint.kind !== 'direct') {
    throw new PierError('session-not-ready', `Session ${session.id} does not answer yet.`, {
      hint: 'pier session list',
    });
  }
  const { port, token } = endpoint.endpoint;
  return `http://127.0.0.1:${port}/${session.app === 'lab' ? 'lab' : 'tree'}?token=${token}`;
}
