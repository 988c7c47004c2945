import { spawn } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { until } from '../sandbox.ts';
import { type Person, person } from './pier.ts';

let ada: Person;
beforeEach(async () => {
  ada = await person();
});
afterEach(() => ada[Symbol.asyncDispose]());

interface Session {
  readonly id: string;
  readonly state: string;
  readonly reason: string;
  readonly endpoint: { readonly path: string };
}

test('an idle session ends by itself, but never while a kernel works', async () => {
  const { session } = (await ada.json('lab', '-e', inject('sci'), '--idle', '2s')) as unknown as { session: Session };
  const listed = async () => {
    const { sessions } = (await ada.json('session', 'list', '--all')) as unknown as { sessions: Session[] };
    return sessions.find(({ id }) => id === session.id) as Session;
  };
  // Longer than two beats of its agent.
  const code = 'import time; time.sleep(35); print("done")';
  const script = path.join(import.meta.dirname, 'kernel-round-trip.py');
  const python = path.join(inject('sci'), 'bin', 'python');
  const working = spawn(python, [script, session.endpoint.path, session.id, code], { env: ada.box.env });
  const printed = await text(working.stdout);
  expect(JSON.parse(printed)).toMatchObject({ printed: 'done\n' });
  const over = await until(async () => {
    const now = await listed();
    return now.state !== 'ready' && now.state !== 'ending' && now;
  }, 120_000);
  expect(over).toMatchObject({ state: 'ended', reason: expect.stringContaining('Nothing went on in it for 2 s') });
});
