// A Jupyter as its browser side sees it, however it is reached: kernels over a WebSocket, and files.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import WebSocket from 'ws';

/**
 * One way to a session.
 * @typedef {object} Way
 * @property {{ socketPath: string } | { host: string, port: number }} to
 * @property {string} origin what a browser would have in its address bar
 * @property {string} base such as `/s/kd3m7q2a/`
 * @property {string} [cookie] what signs in, if it takes that
 * @property {string} [token] the same of a Jupyter that wants its own
 */

/**
 * @param {Way} way
 * @param {string} path below the base
 * @param {{ method?: string, body?: string, headers?: Record<string, string> }} [options]
 */
export async function ask(way, path, { method = 'GET', body, headers = {} } = {}) {
  const agent = new Agent();
  const asked = request({
    ...way.to,
    agent,
    method,
    path: `${way.base}${path}`,
    headers: { ...common(way), ...headers },
  });
  asked.end(body);
  const [response] = await once(asked, 'response');
  return response;
}

/** Jupyter gives a file only to a page of its own, by its Referer. */
function common({ origin, base, cookie, token }) {
  return {
    host: new URL(origin).host,
    origin,
    referer: `${origin}${base}lab`,
    ...(cookie ? { cookie } : {}),
    ...(token ? { authorization: `token ${token}` } : {}),
  };
}

/**
 * What the portal's page `/pier/sign-in` does in a browser that opens `url`; `to` is where the portal is reached.
 * @param {Way['to']} to
 * @param {string} url
 * @param {string} base
 * @returns {Promise<Way>}
 */
export async function signIn(to, url, base) {
  const { origin, hash } = new URL(url);
  const key = hash.slice(1);
  const headers = { 'content-length': String(key.length) };
  const answer = await ask({ to, origin, base: '/' }, 'pier/sign-in', { method: 'POST', body: key, headers });
  answer.resume();
  const cookie = answer.headers['set-cookie']?.[0]?.split(';')[0];
  if (!cookie) throw new Error(`the portal did not sign in: ${answer.statusCode}`);
  return { to, origin, base, cookie };
}

/**
 * Downloads a file of so many MB, which lies where the session shows it; gives MB per second.
 * @param {Way} way
 * @param {string} name
 * @param {number} megabytes
 */
export async function download(way, name, megabytes) {
  const began = performance.now();
  const response = await ask(way, `files/${name}`);
  let bytes = 0;
  response.on('data', (piece) => {
    bytes += piece.length;
  });
  await once(response, 'end');
  if (response.statusCode !== 200 || bytes !== megabytes * 1_000_000)
    throw new Error(`${bytes} bytes, ${response.statusCode}`);
  return megabytes / ((performance.now() - began) / 1000);
}

/**
 * Starts a kernel, directly: which one it is shall not depend on the way. Gives its id.
 * @param {Way} way
 */
export async function startKernel(way) {
  const page = await ask(way, 'lab');
  page.resume();
  const [crumb] = (page.headers['set-cookie'] ?? []).flatMap((line) => /^_xsrf=([^;]+)/.exec(line)?.[1] ?? []);
  const cookie = [...(way.cookie ? [way.cookie] : []), `_xsrf=${crumb}`].join('; ');
  const headers = { cookie, 'x-xsrftoken': crumb ?? '', 'content-type': 'application/json' };
  const response = await ask(way, 'api/kernels', { method: 'POST', body: '{"name":"python3"}', headers });
  const text = (await response.toArray()).join('');
  if (response.statusCode !== 201) throw new Error(`no kernel: ${response.statusCode} ${text}`);
  return JSON.parse(text).id;
}

/**
 * A connection to a kernel; `roundTrip` runs `1` and gives the milliseconds until the kernel says it is idle again.
 * @param {Way} way
 * @param {string} kernel
 */
export async function connectKernel(way, kernel) {
  const session = randomUUID();
  const path = `${way.base}api/kernels/${kernel}/channels?session_id=${session}`;
  const url =
    'socketPath' in way.to ? `ws+unix:${way.to.socketPath}:${path}` : `ws://${way.to.host}:${way.to.port}${path}`;
  const socket = new WebSocket(url, { headers: common(way), perMessageDeflate: false });
  await once(socket, 'open');
  socket.once('close', (code) => {
    if (!over) throw new Error(`the connection to the kernel broke off: ${code}`);
  });
  let over = false;
  const roundTrip = () =>
    new Promise((resolve) => {
      const id = randomUUID();
      const began = performance.now();
      const hear = (data) => {
        const { parent_header: parent, msg_type: type, content } = JSON.parse(data);
        if (parent?.msg_id !== id || type !== 'status' || content.execution_state !== 'idle') return;
        socket.off('message', hear);
        resolve(performance.now() - began);
      };
      socket.on('message', hear);
      socket.send(JSON.stringify(executeRequest(id, session)));
    });
  const close = () => {
    over = true;
    socket.terminate();
  };
  return { roundTrip, close };
}

/** Messaging in Jupyter, “Execute”. */
function executeRequest(id, session) {
  return {
    channel: 'shell',
    header: {
      msg_id: id,
      msg_type: 'execute_request',
      session,
      username: '',
      version: '5.3',
      date: new Date().toISOString(),
    },
    parent_header: {},
    metadata: {},
    buffers: [],
    content: {
      code: '1',
      silent: false,
      store_history: false,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: false,
    },
  };
}
