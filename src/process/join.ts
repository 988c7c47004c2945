import { Duplex, type Readable, type Writable } from 'node:stream';

/**
 * One stream of two, such as a program's output and its input.
 *
 * Who writes is never made to wait, so only for who has limits of its own, as HTTP/2 has in its windows: Node's HTTP/2 reads
 * nothing while it waits for a write, so two sides that both send much stand still for ever (seen with Node 20.20).
 */
export function join(input: Readable, output: Writable): Duplex {
  const joined = new Duplex({
    read: () => input.resume(),
    write: (piece, _encoding, done) => {
      output.write(piece);
      done();
    },
    final: (done) => {
      output.end(() => done());
    },
    destroy: (error, done) => {
      input.destroy();
      output.destroy();
      done(error);
    },
  });
  const broken = () => joined.destroy();
  input.on('data', (piece: Buffer) => joined.push(piece) || input.pause());
  input.once('end', () => joined.push(null)).on('error', broken);
  input.once('close', () => input.readableEnded || broken());
  output.on('error', broken);
  return joined;
}
