import { chown, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { type Person, person, runs, said } from './pier.ts';

let ada: Person;
beforeEach(async () => {
  ada = await person();
});
afterEach(() => ada[Symbol.asyncDispose]());

/** The records of a session by hand: what a crash or another program may have left there. */
async function records(id: string, request: string): Promise<string> {
  const directory = path.join(ada.sessions, id);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(path.join(directory, 'request.json'), request, { mode: 0o600 });
  return directory;
}

test('a session that runs while its request is cut off is told as that, and stop ends it and puts its records aside', async () => {
  const { session } = (await ada.json('lab', '-e', inject('sci'), '--detach', '--no-browser')) as unknown as {
    session: { id: string };
  };
  const directory = path.join(ada.sessions, session.id);
  const { agent } = JSON.parse(await readFile(path.join(directory, 'attempts', '1', 'started.json'), 'utf8'));
  await records(session.id, '{"version":1,"id":');
  const listed = said(await ada.pier('session', 'list'));
  expect(listed).toMatch(/request\.json is not JSON/);
  expect(listed).toContain(`To put it aside: pier session stop ${session.id}`);
  const opened = await ada.pier('session', 'open', session.id);
  expect(opened.exitCode).toBe(2);
  expect(said(opened)).toContain(`To put it aside: pier session stop ${session.id}`);
  const stopped = await ada.pier('session', 'stop', session.id);
  expect(said(stopped)).toContain(`sessions/${session.id}.damaged, where you may look at it`);
  expect(stopped.exitCode).toBe(0);
  expect(runs(agent.pid)).toBe(false);
  expect(await ada.json('session', 'list', '--all')).toEqual({ sessions: [] });
  expect(await readFile(path.join(`${directory}.damaged`, 'request.json'), 'utf8')).toBe('{"version":1,"id":');
});

test('records of the wrong type keep no other session from being stopped', async () => {
  await records('wrongtyp', '{"version":1,"id":"wrongtyp","app":7}');
  expect(await ada.pier('session', 'stop', '--all')).toMatchObject({ exitCode: 0 });
  expect(await ada.json('session', 'list', '--all')).toEqual({ sessions: [] });
});

test('records of another session’s are lost under their directory’s name, and to put them aside ends nothing of that', async () => {
  const { session } = (await ada.json('lab', '-e', inject('sci'), '--detach', '--no-browser')) as unknown as {
    session: { id: string };
  };
  await cp(path.join(ada.sessions, session.id), path.join(ada.sessions, 'aaaaaaa2'), { recursive: true });
  const listed = (await ada.json('session', 'list', '--all')).sessions as unknown as { id: string; state: string }[];
  expect(listed.map(({ id, state }) => [id, state])).toEqual([
    [session.id, 'ready'],
    ['aaaaaaa2', 'lost'],
  ]);
  const stopped = await ada.pier('session', 'stop', 'aaaaaaa2');
  expect([stopped.exitCode, said(stopped)]).toEqual([0, expect.stringContaining('sessions/aaaaaaa2.damaged')]);
  expect(await ada.json('session', 'list', '--all')).toMatchObject({ sessions: [{ id: session.id, state: 'ready' }] });
  expect(await ada.pier('session', 'stop', session.id)).toMatchObject({ exitCode: 0 });
});

test('two that stop all at once both put what is damaged aside', async () => {
  for (let round = 0; round < 3; round++) {
    const ids = [...'bcdefghijk'].map((letter) => `damage${letter}${'abc'[round]}`);
    for (const id of ids) await records(id, '{');
    const both = await Promise.all([1, 2].map(() => ada.pier('session', 'stop', '--all')));
    for (const one of both) expect(one, said(one)).toMatchObject({ exitCode: 0 });
    expect(await ada.json('session', 'list', '--all')).toEqual({ sessions: [] });
  }
});

test.runIf(process.getuid?.() === 0)(
  'records of another user are put aside too (needs root to make them)',
  async () => {
    const directory = await records('foreignr', '{}');
    await chown(path.join(directory, 'request.json'), 65534, 65534);
    const listed = await ada.json('session', 'list');
    expect(listed.sessions).toMatchObject([{ state: 'lost', reason: expect.stringContaining('by another user') }]);
    expect(await ada.pier('session', 'stop', 'foreignr')).toMatchObject({ exitCode: 0 });
    expect(await ada.json('session', 'list', '--all')).toEqual({ sessions: [] });
  },
);
