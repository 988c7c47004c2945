import { quote } from '../shell/index.ts';
import type { RequestRecord } from './record-schemas.ts';

/**
 * The script of one attempt, for people to read and start again: nothing in it is secret.
 *
 * The shell stays beside the agent, so that somebody cleans up even when the agent is killed with SIGKILL.
 * `pier` is the command that runs this very program, such as `node /opt/pier/dist/pier.cjs`.
 */
export function jobScript(request: RequestRecord, attempt: number, pier: readonly string[]): string {
  const agent = [...pier, 'agent', request.id, '--attempt', String(attempt)].map(quote).join(' ');
  return `#!/bin/sh
# pier ${request.app} in ${printableName(request.environment.name)}: session ${request.id}, attempt ${attempt}
umask 077
cd ${quote(request.directory)} || exit 2
${agent} &
agent=$!
trap 'kill -TERM "$agent" 2>/dev/null' TERM INT HUP USR1
while :; do
  wait "$agent"
  status=$?
  # A signal interrupts wait; the agent is over only when it is gone.
  kill -0 "$agent" 2>/dev/null || break
done
[ "$status" -eq 0 ] || ${agent} --after "$status"
exit "$status"
`;
}

function printableName(name: string): string {
  return name.replace(/[^\w.-]/g, '?');
}
