import { Transform, type TransformCallback, Writable } from 'node:stream';

// A scheduler passes on what a step prints line by line (srun(1), --unbuffered, whose way out is a terminal): bytes without
// a line's end would wait for one. So each piece goes as its length in four bytes, itself, and a line's end.

const lengthBytes = 4;
const lineEnd = 10;
/** Bytes; no piece that we write is as long. */
const longest = 64 * 1024 * 1024;

/** A stream whose pieces go to `output` as lines. The writer is never made to wait; see `join`. */
export function asLines(output: Writable): Writable {
  return new Writable({
    write: (piece: Buffer, _encoding, done) => {
      const frame = Buffer.allocUnsafe(lengthBytes + piece.length + 1);
      frame.writeUInt32BE(piece.length, 0);
      piece.copy(frame, lengthBytes);
      frame[frame.length - 1] = lineEnd;
      output.write(frame);
      done();
    },
    final: (done) => {
      output.end(() => done());
    },
    destroy: (error, done) => {
      output.destroy();
      done(error);
    },
  });
}

/** What was written by `asLines`, as it was. Errors when it is something else. */
export function fromLines(): Transform {
  let held: Buffer[] = [];
  let size = 0;
  return new Transform({
    transform(this: Transform, piece: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
      held.push(piece);
      size += piece.length;
      while (size >= lengthBytes) {
        // Once for the length, and once for the whole piece: not for each part of it that comes.
        if ((held[0] as Buffer).length < lengthBytes) held = [Buffer.concat(held)];
        const length = (held[0] as Buffer).readUInt32BE(0);
        if (length > longest) return void done(new Error('it writes something else'));
        const whole = lengthBytes + length + 1;
        if (size < whole) break;
        const joined = held.length === 1 ? (held[0] as Buffer) : Buffer.concat(held);
        if (joined[whole - 1] !== lineEnd) return void done(new Error('it writes something else'));
        this.push(joined.subarray(lengthBytes, whole - 1));
        held = joined.length > whole ? [joined.subarray(whole)] : [];
        size -= whole;
      }
      done();
    },
  });
}
