import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { until } from '../sandbox.ts';
import { type Person, person, program } from './pier.ts';
import { type Terminal, terminal } from './terminal.ts';

let ada: Person;
let screen: Terminal;
beforeEach(async () => {
  ada = await person({ TERM: 'xterm-256color' });
  const remember = ['sh', '-c', 'echo $$ >"$HOME/pid"; exec "$@"', 'sh'];
  const lab = [...remember, process.execPath, program, 'lab', '-e', inject('sci'), '--no-browser'];
  screen = terminal(lab, ada.box.env, ada.box.home);
  await screen.shows(/Ctrl\+C here asks/);
});
afterEach(async () => {
  screen[Symbol.dispose]();
  await ada[Symbol.asyncDispose]();
});

async function states(): Promise<string[]> {
  const { sessions } = (await ada.json('session', 'list', '--all')) as unknown as { sessions: { state: string }[] };
  return sessions.map(({ state }) => state);
}

test('Ctrl+C asks; no leaves the session running and says the way back', async () => {
  screen.type('C-c');
  await screen.shows(/Stop this session\?/);
  screen.type('n');
  await screen.shows(/It keeps running/);
  await screen.shows(/status 0/);
  expect(await states()).toEqual(['ready']);
});

test('Ctrl+C asks; yes stops it', async () => {
  screen.type('C-c');
  await screen.shows(/Stop this session\?/);
  screen.type('y');
  await screen.shows(/stopped by Ctrl\+C/);
  await screen.shows(/status 0/);
  expect(await states()).toEqual(['ended']);
});

test('a second Ctrl+C stops it, as Jupyter does', async () => {
  screen.type('C-c');
  await screen.shows(/Stop this session\?/);
  screen.type('C-c');
  await screen.shows(/stopped by Ctrl\+C/);
  expect(await states()).toEqual(['ended']);
});

test('one that ends by a signal says so, and not that it was Ctrl+C', async () => {
  process.kill(Number(await readFile(path.join(ada.box.home, 'pid'), 'utf8')), 'SIGTERM');
  await screen.shows(/stopped by a signal to pier \(SIGTERM\)/);
  expect(await states()).toEqual(['ended']);
});

test('a terminal that is closed leaves it running', async () => {
  screen[Symbol.dispose]();
  await until(async () => (await states())[0] === 'ready');
  const pier = await ada.pier('session', 'list');
  expect(pier.stdout).toContain('ready');
  screen = terminal(['true'], ada.box.env, ada.box.home);
});

test('when it ends elsewhere, the terminal says so and is free', async () => {
  await ada.pier('session', 'stop', '--all');
  await screen.shows(/is over\. It was stopped by pier session stop/);
  await screen.shows(/status 0/);
});
