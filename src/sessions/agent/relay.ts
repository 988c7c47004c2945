import { once } from 'node:events';
import { connect, Socket } from 'node:net';
import { join } from '../../process/index.ts';
import { trustedSocket } from '../trusted-socket.ts';

/**
 * Leads whoever started us through the scheduler (`srun … pier agent ID --relay`) to the session's socket on this node,
 * over standard input and output. Ends when the other side does.
 */
export async function relay(id: string): Promise<void> {
  // Loads HTTP/2, which no other command needs.
  const [{ answerOver, marker }, { asLines }] = await Promise.all([
    import('../multiplex.ts'),
    import('../line-frames.ts'),
  ]);
  // Not process.stdin and process.stdout: those write to a pipe while nothing else is done.
  const input = new Socket({ fd: 0, readable: true, writable: false });
  const output = new Socket({ fd: 1, readable: false, writable: true });
  output.write(marker);
  await answerOver(join(input, asLines(output)), async () => {
    const socket = connect({ path: await trustedSocket({ id }), allowHalfOpen: true });
    await once(socket, 'connect');
    return socket;
  });
}
