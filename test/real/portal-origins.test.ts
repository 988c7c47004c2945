import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addSession, openStand, type Stand, type Upstream } from '../../src/portal/stand.ts';
import { type Sandbox, sandbox } from '../sandbox.ts';
import { browser } from './browser.ts';

// What a real browser lets the JavaScript of a notebook do, or a page of a neighbour who has another port.

const [mine, other] = ['kd3m7q2a', 'abcdefgh'];
let box: Sandbox;
let stand: Stand;
let others: Upstream;
let chromium: BrowserContext & AsyncDisposable;
let page: Page;

beforeEach(async () => {
  box = await sandbox();
  stand = await openStand(box.directory, path.join(import.meta.dirname, '..', '..', 'dist', 'web'));
  await addSession(stand, box.directory, mine);
  others = await addSession(stand, box.directory, other);
  chromium = await browser();
  page = await chromium.newPage();
  // The person is signed in everywhere, and looks at a page of session `mine`.
  for (const label of [stand.label, other, mine]) {
    await page.goto(stand.signInUrl(label));
    await page.waitForURL((url) => !url.pathname.startsWith('/pier/'));
  }
  await page.goto(`http://${stand.hostOf(mine)}/s/${mine}/notebook.html`);
  others.seen.splice(0);
});
afterEach(async () => {
  await chromium[Symbol.asyncDispose]();
  await stand[Symbol.asyncDispose]();
  await box[Symbol.asyncDispose]();
});

/** Runs a script in the page, which gives back what it got or `blocked`. */
async function attempt(script: string): Promise<unknown> {
  return await page.evaluate(`(async () => { try { ${script} } catch (error) { return 'blocked'; } })()`);
}

describe('the script of a notebook', () => {
  test('may speak to its own session', async () => {
    const own = `http://${stand.hostOf(mine)}/s/${mine}/api`;
    expect(await attempt(`return (await fetch('${own}', { method: 'POST' })).status`)).toBe(200);
  });

  test.each(['GET', 'POST', 'PUT', 'DELETE'])('cannot reach another session with %s', async (method) => {
    const url = `http://${stand.hostOf(other)}/s/${other}/api`;
    for (const mode of ['cors', 'no-cors']) {
      if (mode === 'no-cors' && !['GET', 'POST'].includes(method)) continue;
      const script = `return (await fetch('${url}', { method: '${method}', mode: '${mode}', credentials: 'include' })).status`;
      // An opaque answer has status 0: the page learns nothing from it.
      expect([0, 'blocked']).toContain(await attempt(script));
    }
    expect(others.seen).toEqual([]);
  });

  test('cannot open a WebSocket to another session', async () => {
    const script = `return await new Promise((resolve) => {
      const socket = new WebSocket('ws://${stand.hostOf(other)}/s/${other}/ws');
      socket.onopen = () => resolve('open');
      socket.onerror = () => resolve('blocked');
    })`;
    expect(await attempt(script)).toBe('blocked');
    expect(others.seen).toEqual([]);
  });

  test('cannot show another session or the portal in a frame', async () => {
    for (const url of [
      `http://${stand.hostOf(other)}/s/${other}/notebook.html`,
      `http://${stand.hostOf(stand.label)}/`,
    ]) {
      const script = `
        const frame = document.createElement('iframe');
        frame.src = '${url}';
        await new Promise((resolve) => { frame.onload = resolve; document.body.append(frame); });
        return frame.contentDocument === null ? 'blocked' : frame.contentDocument.title;`;
      expect(await attempt(script)).toBe('blocked');
      const frame = page.frames().at(-1);
      expect(await frame?.title()).not.toBe(other);
      expect(await frame?.evaluate('document.body.innerText')).not.toContain('Sessions');
    }
    expect(others.seen).toEqual([]);
  });

  test('cannot load another session as a script or a picture', async () => {
    const script = `return await new Promise((resolve) => {
      const element = document.createElement('script');
      element.src = 'http://${stand.hostOf(other)}/s/${other}/api';
      element.onload = () => resolve('loaded');
      element.onerror = () => resolve('blocked');
      document.head.append(element);
    })`;
    expect(await attempt(script)).toBe('blocked');
    expect(others.seen).toEqual([]);
  });

  test('cannot read through a window that it opens on another session', async () => {
    const script = `
      const opened = window.open('http://${stand.hostOf(other)}/s/${other}/notebook.html');
      await new Promise((resolve) => setTimeout(resolve, 0));
      for (;;) {
        try { if (opened.location.href !== 'about:blank') return 'read'; } catch (error) { return 'blocked'; }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }`;
    const [tab, result] = await Promise.all([chromium.waitForEvent('page'), attempt(script)]);
    expect(result).toBe('blocked');
    // SameSite=Strict: what another site opens comes without the cookie.
    await tab.getByRole('heading', { name: 'Please sign in' }).waitFor();
    expect(others.seen).toEqual([]);
  });

  test('cannot use the portal', async () => {
    const portal = `http://${stand.hostOf(stand.label)}`;
    for (const [method, url] of [
      ['GET', '/api/sessions'],
      ['POST', `/api/sessions/${other}/stop`],
      ['POST', `/api/sessions/${other}/open`],
      ['POST', '/pier/sign-in'],
    ]) {
      for (const mode of ['cors', 'no-cors']) {
        const script = `return (await fetch('${portal}${url}', { method: '${method}', mode: '${mode}', credentials: 'include' })).status`;
        expect([0, 'blocked']).toContain(await attempt(script));
      }
    }
    expect(stand.sessions.stopped).toEqual([]);
  });

  test('cannot read or replace a cookie of ours', async () => {
    expect(await page.evaluate('document.cookie')).not.toContain('pier');
    for (const attributes of ['', '; Domain=localhost', `; Domain=${other}.localhost`]) {
      await page.evaluate(`document.cookie = '__Host-pier=planted; Secure; Path=/${attributes}'`);
    }
    await page.goto(`http://${stand.hostOf(other)}/s/${other}/notebook.html`);
    expect(await page.title()).toBe(other);
  });
});

describe('a neighbour with another port of the same name', () => {
  let neighbour: Server;
  let port: number;
  let received: IncomingHttpHeaders | undefined;
  beforeEach(async () => {
    neighbour = createServer((request, response) => {
      if (request.url === '/') received = request.headers;
      response.setHeader('Content-Type', 'text/html');
      if (request.url === '/plant') response.setHeader('Set-Cookie', '__Host-pier=planted; Secure; Path=/; HttpOnly');
      response.end('<!doctype html><title>neighbour</title><body>');
    });
    neighbour.listen(0, '127.0.0.1');
    await once(neighbour, 'listening');
    port = (neighbour.address() as AddressInfo).port;
  });
  afterEach(() => {
    neighbour.close();
  });

  test('sees the cookie when one goes there, and its pages still get nothing of the session', async () => {
    await page.goto(`http://${mine}.localhost:${port}/`);
    // Cookies know no ports. What a stolen one is worth: src/portal/admit.test.ts, “another user”.
    expect(received?.cookie).toContain('__Host-pier');
    const url = `http://${stand.hostOf(mine)}/s/${mine}/api`;
    for (const mode of ['cors', 'no-cors']) {
      const script = `return (await fetch('${url}', { mode: '${mode}', credentials: 'include' })).status`;
      expect([0, 'blocked']).toContain(await attempt(script));
    }
    const seen = stand.sessions.upstreams.get(mine)?.seen ?? [];
    expect(seen.filter((request) => request.url.endsWith('/api'))).toEqual([]);
    const socket = `return await new Promise((resolve) => {
      const socket = new WebSocket('ws://${stand.hostOf(mine)}/s/${mine}/ws');
      socket.onopen = () => resolve('open');
      socket.onerror = () => resolve('blocked');
    })`;
    expect(await attempt(socket)).toBe('blocked');
  });

  test('who replaces the cookie signs one out, and a new address signs one in again', async () => {
    await page.goto(`http://${mine}.localhost:${port}/plant`);
    await page.goto(`http://${stand.hostOf(mine)}/s/${mine}/notebook.html`);
    await page.getByText(`pier session open ${mine}`).waitFor();
    await page.goto(stand.signInUrl(mine));
    await page.waitForURL(/\/lab$/);
  });
});
