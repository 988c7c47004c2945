import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addSession, openStand, type Stand, sessionNamed } from '../../src/portal/stand.ts';
import { type Sandbox, sandbox, until } from '../sandbox.ts';
import { browser } from './browser.ts';

const [id, other] = ['kd3m7q2a', 'abcdefgh'];
const root = path.join(import.meta.dirname, '..', '..');
const web = path.join(root, 'dist', 'web');
const axe = path.join(root, 'node_modules', 'axe-core', 'axe.min.js');
let box: Sandbox;
let stand: Stand;
let chromium: BrowserContext & AsyncDisposable;
let page: Page;
let troubles: string[];

beforeEach(async () => {
  box = await sandbox();
  stand = await openStand(box.directory, web);
  chromium = await browser();
  page = await chromium.newPage();
  troubles = [];
  page.on('pageerror', (error) => troubles.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
});
afterEach(async () => {
  await chromium[Symbol.asyncDispose]();
  await stand[Symbol.asyncDispose]();
  await box[Symbol.asyncDispose]();
});

async function openPortal(): Promise<void> {
  await page.goto(stand.signInUrl(stand.label));
  await page.waitForURL(`http://${stand.hostOf(stand.label)}/`);
}

/** What axe-core finds on the page as it is now. Evaluated from outside: the page's own policy lets no script in. */
async function complaints(): Promise<unknown> {
  await page.evaluate(await readFile(axe, 'utf8'));
  return await page.evaluate(
    'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html]))',
  );
}

describe('signing in', () => {
  test('leads to the session, and leaves no key in the address or the history', async () => {
    await addSession(stand, box.directory, id);
    const url = stand.signInUrl(id);
    await page.goto(url);
    await page.waitForURL(`http://${stand.hostOf(id)}/s/${id}/lab`);
    const history = await (await chromium.newCDPSession(page)).send('Page.getNavigationHistory');
    expect(JSON.stringify(history)).not.toContain(new URL(url).hash.slice(1));
    expect(await page.evaluate('document.cookie')).not.toContain('pier');
  });

  test('with a key that was used says so, and what to type', async () => {
    await addSession(stand, box.directory, id);
    const url = stand.signInUrl(id);
    await page.goto(url);
    await page.waitForURL(/\/lab$/);
    await page.goto(url);
    await page.getByText('This link was used before').waitFor();
    await page.getByText(`pier session open ${id}`).waitFor();
    expect(await complaints()).toEqual([]);
  });

  test('without the end of the address says that it is missing', async () => {
    await page.goto(new URL('/pier/sign-in', stand.signInUrl(stand.label)).href);
    await page.getByText('This address is not whole').waitFor();
  });

  test('in a browser that keeps no cookie says so', async () => {
    await page.route('**/pier/signed-in', async (route) => {
      await chromium.clearCookies();
      await route.continue();
    });
    await page.goto(stand.signInUrl(stand.label));
    await page.getByText('This browser does not keep the cookie').waitFor();
    expect(await complaints()).toEqual([]);
  });

  test('is asked for where nobody is signed in', async () => {
    await page.goto(`http://${stand.hostOf(stand.label)}/`);
    await page.getByRole('heading', { name: 'Please sign in' }).waitFor();
    expect(await complaints()).toEqual([]);
  });
});

describe('the portal', () => {
  test('tells what to type when nothing runs', async () => {
    await openPortal();
    await page.getByText('No session is running').waitFor();
    await page.getByText('pier lab').waitFor();
    expect(await complaints()).toEqual([]);
    expect(troubles).toEqual([]);
  });

  test('shows each session, its state and why', async () => {
    await addSession(stand, box.directory, id);
    const reason = '<img src=x onerror=alert(1)> is why.';
    stand.sessions.all.set(other, sessionNamed(other, { state: 'queued', reason, endpoint: null, app: 'notebook' }));
    await openPortal();
    const [ready, queued] = [page.getByRole('listitem').nth(0), page.getByRole('listitem').nth(1)];
    await ready.getByRole('heading', { name: `JupyterLab in sci ${id}` }).waitFor();
    await ready.getByText('/home/ada/work').waitFor();
    await queued.getByText(reason).waitFor();
    expect(await queued.getByRole('button').allTextContents()).toEqual(['Log', 'Stop']);
    expect(troubles).toEqual([]);
  });

  test('shows how much time a job has left, and what goes wrong in one that runs', async () => {
    const ends = new Date(Date.now() + 125.5 * 60_000).toISOString();
    const trouble = 'The disk of this machine is full.';
    stand.sessions.all.set(id, sessionNamed(id, { ends, trouble, on: 'compute', host: 'c1' }));
    stand.sessions.all.set(other, sessionNamed(other, { state: 'ended', ends, ended: ends }));
    await openPortal();
    const running = page.getByRole('listitem').nth(0);
    await running.getByText(/^2 h 5 min, until /).waitFor();
    await running.getByText(trouble).waitFor();
    await page.getByText('One session is over').click();
    expect(await page.getByText('Time left').count()).toBe(1);
    expect(await complaints()).toEqual([]);
    expect(troubles).toEqual([]);
  });

  test('opens a session in a tab of its own, which cannot reach back', async () => {
    await addSession(stand, box.directory, id);
    await openPortal();
    const [tab] = await Promise.all([
      chromium.waitForEvent('page'),
      page.getByRole('button', { name: `Open session ${id}` }).click(),
    ]);
    await tab.waitForURL(`http://${stand.hostOf(id)}/s/${id}/lab`);
    expect(await tab.evaluate('window.opener')).toBeNull();
  });

  test('stops a session only after it was confirmed, all with the keyboard', async () => {
    await addSession(stand, box.directory, id);
    await openPortal();
    const stop = page.getByRole('button', { name: `Stop session ${id}` });
    await stop.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: `Stop session ${id}?` });
    await dialog.waitFor();
    expect(await complaints()).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(stand.sessions.stopped).toEqual([]);
    expect(await page.evaluate('document.activeElement.ariaLabel')).toBe(`Stop session ${id}`);

    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('One session is over').waitFor();
    expect(stand.sessions.stopped).toEqual([{ id, by: 'the portal' }]);
    expect(troubles).toEqual([]);
  });

  test('shows the log as text', async () => {
    await addSession(stand, box.directory, id);
    await openPortal();
    await page.getByRole('button', { name: `Log of session ${id}` }).click();
    await page.getByText('<script>alert(1)</script>').waitFor();
    expect(await complaints()).toEqual([]);
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(troubles).toEqual([]);
  });

  test('sees by itself that a session got ready, and that the portal is gone', async () => {
    stand.sessions.all.set(id, sessionNamed(id, { state: 'starting', reason: 'Jupyter is starting.', endpoint: null }));
    await openPortal();
    await page.getByText('Jupyter is starting.').waitFor();
    await addSession(stand, box.directory, id);
    await page.getByRole('button', { name: `Open session ${id}` }).waitFor();
    await stand[Symbol.asyncDispose]();
    await page.getByRole('alert').getByText('The portal does not answer.').waitFor();
  });

  test.each(['light', 'dark'] as const)(
    'has nothing that axe complains of, %s, nor a sideways scroll',
    async (scheme) => {
      await addSession(stand, box.directory, id);
      const directory = `/project/${'long'.repeat(40)}`;
      for (const state of ['failed', 'lost', 'ending', 'ended'] as const) {
        const name = `${state}aaa`.slice(0, 8).padEnd(8, 'a');
        stand.sessions.all.set(name, sessionNamed(name, { state, directory, endpoint: null }));
      }
      await page.emulateMedia({ colorScheme: scheme });
      await openPortal();
      await page.getByText(/sessions? (is|are) over/).click();
      for (const width of [400, 640, 1400]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await complaints()).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth > innerWidth')).toBe(false);
      }
    },
  );
});

test('the page of a session that starts shows the session when it is ready', async () => {
  stand.sessions.all.set(id, sessionNamed(id, { state: 'starting', reason: 'Jupyter is starting.', endpoint: null }));
  await page.goto(stand.signInUrl(id));
  await page.getByText('Jupyter is starting.').waitFor();
  expect(await complaints()).toEqual([]);
  const upstream = await addSession(stand, box.directory, id);
  await until(() => upstream.seen.length > 0);
  await page.getByText(`"id":"${id}"`).waitFor();
});
