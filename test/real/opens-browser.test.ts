import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { person, said } from './pier.ts';

/** A person at a screen whose $BROWSER is a script; what it was called with is kept in `called`. */
async function atAScreen(body: string) {
  const ada = await person({ DISPLAY: ':9' });
  const script = path.join(ada.box.directory, 'browser');
  const called = path.join(ada.box.directory, 'called');
  await writeFile(script, `#!/bin/sh\nprintf %s "$1" >'${called}'\n${body}\n`);
  await chmod(script, 0o755);
  Object.assign(ada.box.env, { BROWSER: script });
  return { ada, called: () => readFile(called, 'utf8') };
}

test.each(['exit 0', 'exec sleep 30'])('a browser that does `%s` is opened, and pier says so', async (body) => {
  const { ada, called } = await atAScreen(body);
  await using _ada = ada;
  const opened = await ada.pier('portal');
  expect(opened).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('is open in your browser') });
  const page = fileURLToPath(await called());
  expect((await stat(page)).mode & 0o077).toBe(0);
  expect(await readFile(page, 'utf8')).toMatch(/localhost:\d+\/pier\/sign-in#/);
});

test('where the browser cannot be opened the address is printed', async () => {
  const { ada } = await atAScreen('exit 3');
  await using _ada = ada;
  expect(said(await ada.pier('portal'))).toMatch(/http:\/\/portal-\w+\.localhost:\d+\/pier\/sign-in#\S+/);
});
