import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { until } from '../sandbox.ts';
import { browser } from './browser.ts';
import { newNotebook, openedNotebook, printed } from './jupyterlab.ts';
import { laptop } from './laptop.ts';
import { type Person, person, runs } from './pier.ts';

let ada: Person;
beforeEach(async () => {
  ada = await person({ SSH_CONNECTION: '192.0.2.7 50000 127.0.0.1 22' });
});
afterEach(() => ada[Symbol.asyncDispose]());

interface Opened {
  readonly session: { readonly id: string };
  readonly opening: { readonly url: string; readonly tunnel: string };
}

async function lab(): Promise<Opened> {
  return (await ada.json('lab', '-e', inject('sci'))) as unknown as Opened;
}

async function portalRecord() {
  const portal = path.join(path.dirname(ada.sessions), 'portal');
  const { readdir } = await import('node:fs/promises');
  const files = await readdir(portal, { recursive: true });
  const record = files.find((file) => file.endsWith('portal.json')) as string;
  return JSON.parse(await readFile(path.join(portal, record), 'utf8'));
}

test('over ssh, the printed line and address open JupyterLab on a laptop without pier', async () => {
  const { opening } = await lab();
  expect(opening.tunnel).toMatch(/^ssh -N -L \d+:\/\S+ \S+@127\.0\.0\.1$/);
  await using other = await laptop(ada.box.directory);
  await using chromium = await browser(other.chromium);
  const page = await chromium.newPage();
  await expect(page.goto(opening.url)).rejects.toThrow('ERR_CONNECTION_REFUSED');
  const ssh = other.paste(opening.tunnel);
  await until(() => other.listens(Number(new URL(opening.url).port)));
  await page.goto(opening.url);
  const notebook = await newNotebook(page);
  expect(await printed(await notebook.run('print(6*7)'))).toBe('42');
  await ssh.stop();
});

test('when the portal is killed the session lives, and opening it again restores the open page', async () => {
  const { session, opening } = await lab();
  await using chromium = await browser();
  const page = await chromium.newPage();
  await page.goto(opening.url);
  const pid = await printed(await (await newNotebook(page)).run('import os; print(os.getpid())'));
  await page.keyboard.press('Control+s');
  const { identity } = await portalRecord();
  process.kill(identity.pid, 'SIGKILL');
  await until(() => !runs(identity.pid));
  expect((await ada.json('session', 'list')) as object).toMatchObject({
    sessions: [{ id: session.id, state: 'ready' }],
  });

  const again = (await ada.json('session', 'open', session.id)) as unknown as Opened;
  expect(new URL(again.opening.url).host).toBe(new URL(opening.url).host);
  await page.reload();
  expect(await printed(await (await openedNotebook(page)).run('print(os.getpid())'))).toBe(pid);
});

test('two that open at the same moment share one portal', async () => {
  const [one, two] = await Promise.all([lab(), lab()]);
  expect(new URL(one.opening.url).port).toBe(new URL(two.opening.url).port);
});
