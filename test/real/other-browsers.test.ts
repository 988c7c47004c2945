import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { until } from '../sandbox.ts';
import { firefox, type OtherBrowser, webKit } from './other-browsers.ts';
import { type Person, person } from './pier.ts';

let ada: Person;
beforeAll(async () => {
  ada = await person();
  await ada.json('lab', '-e', inject('sci'), '--dir', ada.box.directory, '--detach', '--no-browser');
});
afterAll(() => ada[Symbol.asyncDispose]());

/** Starts a kernel as JupyterLab does, runs a line, and keeps what it prints. */
const runLine = `(async () => {
  const base = location.pathname.replace(/lab.*/, '');
  const headers = { 'X-XSRFToken': /_xsrf=([^;]+)/.exec(document.cookie)[1] };
  const { id } = await (await fetch(base + 'api/kernels', { method: 'POST', headers })).json();
  const socket = new WebSocket('ws://' + location.host + base + 'api/kernels/' + id + '/channels');
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.msg_type === 'stream') document.body.dataset.printed = message.content.text;
  };
  socket.onopen = () => socket.send(JSON.stringify({
    channel: 'shell', parent_header: {}, metadata: {}, buffers: [],
    header: { msg_id: '1', msg_type: 'execute_request', session: '1', username: '', version: '5.3', date: '' },
    content: { code: 'print(6*7)', silent: false, store_history: false, user_expressions: {}, allow_stdin: false },
  }));
})() && 0`;

test.each<[string, () => Promise<OtherBrowser>]>([
  ['WebKit, which Safari is made of', webKit],
  ['Firefox', firefox],
])('%s is signed in, shows JupyterLab, and has a kernel', async (_, open) => {
  const { opening } = (await ada.json('session', 'open', '--no-browser')) as unknown as { opening: { url: string } };
  await using browser = await open();
  await browser.goTo(opening.url);
  await until(async () =>
    (await browser.evaluate('document.body?.innerText ?? ""').catch(() => ''))?.toString().includes('Launcher'),
  );
  expect(await browser.evaluate('location.hash')).toBe('');
  await browser.evaluate(runLine);
  expect(await until(() => browser.evaluate('document.body.dataset.printed ?? ""'))).toBe('42\n');
});
