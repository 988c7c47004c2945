import { randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { asLines, fromLines } from './line-frames.ts';

test.each([1, 3, 1024, 100_000])('what goes as lines comes out as it was, in pieces of %i bytes', async (size) => {
  const wire = new PassThrough({ highWaterMark: 10_000_000 });
  const lines = asLines(wire);
  const sent = [randomBytes(5000), Buffer.from('\n\n'), Buffer.alloc(1), randomBytes(200_000)];
  for (const piece of sent) lines.write(piece);
  lines.end();
  const carried = await buffer(wire);
  const back = fromLines();
  const got = buffer(back);
  for (let at = 0; at < carried.length; at += size) back.write(carried.subarray(at, at + size));
  back.end();
  expect((await got).equals(Buffer.concat(sent))).toBe(true);
});

test('each piece ends a line, so none waits for the next one', () => {
  const wire = new PassThrough();
  asLines(wire).write(Buffer.from('no line’s end in here'));
  expect((wire.read() as Buffer).at(-1)).toBe(10);
});

test('something else is an error, not bytes', async () => {
  for (const bytes of ['slurmstepd: error: *** STEP', '\0\0\0\x02abc']) {
    const back = fromLines();
    const got = buffer(back);
    back.write(bytes);
    await expect(got).rejects.toThrow('something else');
  }
});
