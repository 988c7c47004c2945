// The portal, beside the session's own socket and beside configurable-http-proxy, which JupyterHub stands on; at downloads
// also what HAProxy, if there is one, does beside that socket.
//
// All lead to one Jupyter on one Unix socket: configurable-http-proxy takes `unix+http://` as a target.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { alternate } from './alternate.mjs';
import { startHaproxy } from './haproxy.mjs';
import { ask, connectKernel, download, signIn, startKernel } from './kernel.mjs';
import { freePort } from './lab.mjs';
import { ratioOfMedians } from './statistics.mjs';
import { end } from './world.mjs';

/** In each of three rounds; the kernels change places between rounds. */
const roundTrips = 70;
const downloads = 24;
const megabytes = 200;

/**
 * @param {import('./world.mjs').World} world
 * @param {(text: string) => void} tell
 * @returns {Promise<import('./run.mjs').Row[]>}
 */
export async function measure(world, tell) {
  const directory = path.join(world.scratch, 'served');
  mkdirSync(directory, { recursive: true });
  const { session } = JSON.parse(await world.run('lab', '--detach', '--no-browser', '--json', '--dir', directory));
  const chp = await startProxy(world, session);
  let haproxy;
  try {
    haproxy = await startHaproxy(world, session);
    const ways = { direct: direct(session), portal: await throughPortal(world, session), chp: chp.way };
    const more = haproxy ? { haproxy: haproxy.way } : {};
    return [...(await measureKernel(ways, tell)), ...(await measureDownload({ ...ways, ...more }, directory, tell))];
  } finally {
    await haproxy?.stop();
    await chp.stop();
    await world.run('session', 'stop', session.id);
  }
}

/** @returns {import('./kernel.mjs').Way} */
function direct({ id, endpoint, baseUrl }) {
  return { to: { socketPath: endpoint.path }, origin: `http://${id}.localhost`, base: baseUrl };
}

async function throughPortal(world, session) {
  const { opening } = JSON.parse(await world.run('session', 'open', session.id, '--no-browser', '--json'));
  return await signIn({ host: '127.0.0.1', port: Number(new URL(opening.url).port) }, opening.url, session.baseUrl);
}

async function startProxy(world, { id, endpoint, baseUrl }) {
  const [port, apiPort] = [await freePort(), await freePort()];
  const program = path.join(world.root, 'node_modules', 'configurable-http-proxy', 'bin', 'configurable-http-proxy');
  const token = randomBytes(16).toString('hex');
  const places = ['--ip', '127.0.0.1', '--port', String(port), '--api-ip', '127.0.0.1', '--api-port', String(apiPort)];
  // Without --no-prepend-path, version 5.1 sends the path twice over to a Unix socket.
  const options = ['--no-prepend-path', '--log-level', 'error'];
  const env = { ...world.env, CONFIGPROXY_AUTH_TOKEN: token };
  const proxy = spawn(process.execPath, [program, ...places, ...options], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const target = `unix+http://${encodeURIComponent(endpoint.path)}`;
  const api = { to: { host: '127.0.0.1', port: apiPort }, origin: `http://127.0.0.1:${apiPort}`, base: '/api/routes' };
  const headers = { authorization: `token ${token}` };
  for (;;) {
    const added = await ask(api, baseUrl.replace(/\/$/, ''), {
      method: 'POST',
      body: JSON.stringify({ target }),
      headers,
    }).catch(() => undefined);
    added?.resume();
    if (added?.statusCode === 201) break;
    if (proxy.exitCode !== null) throw new Error(`configurable-http-proxy ended with ${proxy.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const way = { to: { host: '127.0.0.1', port }, origin: `http://${id}.localhost:${port}`, base: baseUrl };
  return { way, stop: () => end(proxy) };
}

async function measureKernel(ways, tell) {
  const kernels = [];
  for (const _ of Object.keys(ways)) kernels.push(await startKernel(ways.direct));
  const samples = { direct: [], portal: [], chp: [] };
  for (const round of kernels.keys()) {
    const connected = {};
    for (const [index, name] of Object.keys(ways).entries()) {
      connected[name] = await connectKernel(ways[name], kernels[(index + round) % kernels.length]);
    }
    const trips = Object.fromEntries(Object.entries(connected).map(([name, kernel]) => [name, kernel.roundTrip]));
    for (let warming = 0; warming < 20; warming++) for (const trip of Object.values(trips)) await trip();
    const taken = await alternate(roundTrips, trips);
    for (const name of Object.keys(samples)) samples[name].push(...taken[name]);
    for (const { close } of Object.values(connected)) close();
    tell(`kernel round trips: ${round + 1} of ${kernels.length} rounds`);
  }
  return rows('kernel round trip through the portal', 'time', samples, { chp: 1 });
}

async function measureDownload(ways, directory, tell) {
  const file = path.join(directory, 'large.bin');
  writeFileSync(file, randomBytes(megabytes * 1_000_000));
  const fetches = Object.fromEntries(
    Object.entries(ways).map(([name, way]) => [name, () => download(way, 'large.bin', megabytes)]),
  );
  const samples = await alternate(downloads, fetches, tell);
  rmSync(file);
  const figure = `download of ${megabytes} MB through`;
  const found = rows(`${figure} the portal`, 'throughput', samples, { direct: 0.8, chp: 1 });
  if (!samples.haproxy) return found;
  const ratio = ratioOfMedians(samples.haproxy, samples.direct);
  return [...found, { figure: `${figure} HAProxy, throughput`, beside: beside.direct, unit: '×', ...ratio }];
}

const beside = { direct: 'the session’s own socket', chp: 'configurable-http-proxy' };

function rows(figure, what, samples, goals) {
  return Object.entries(beside).map(([name, text]) => ({
    figure: `${figure}, ${what}`,
    beside: text,
    unit: '×',
    ...ratioOfMedians(samples.portal, samples[name]),
    ...(goals[name] === undefined ? {} : { goal: goals[name], better: what === 'time' ? 'lower' : 'higher' }),
  }));
}
