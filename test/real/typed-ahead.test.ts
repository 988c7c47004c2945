import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { person, program } from './pier.ts';
import { terminal } from './terminal.ts';

test('what was typed before a question stood there does not answer it', async () => {
  await using ada = await person({ TERM: 'xterm-256color' });
  const prefix = path.join(ada.box.home, '.local/share/pier/envs/old');
  const made = await ada.pier('env', 'create', 'old', '--yes');
  expect(made).toMatchObject({ exitCode: 0 });
  // The shell reads one line; the next, and a y that no Enter follows, are there before pier has begun.
  const script = path.join(ada.box.home, 'ask.sh');
  const gate = path.join(ada.box.home, 'gate');
  await mkdir(path.dirname(script), { recursive: true });
  const remove = `'${process.execPath}' '${program}' env remove old`;
  await writeFile(script, `echo waits; until [ -e '${gate}' ]; do sleep 0.05; done; ${remove}\n`);
  using screen = terminal(['sh', script], ada.box.env, ada.box.home);
  await screen.shows(/waits/);
  screen.type('ls /home/yes', 'Enter', 'y');
  await screen.shows(/ls \/home\/yes/);
  await writeFile(gate, '');
  await screen.shows(/Delete /);
  expect(existsSync(prefix)).toBe(true);
  screen.type('n');
  await screen.shows(/status [12]/);
  expect(existsSync(prefix)).toBe(true);
});
