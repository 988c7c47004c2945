// HAProxy, where it is installed: what a proxy in C can reach that has the kernel move the bytes (splice(2)).
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { ask } from './kernel.mjs';
import { freePort } from './lab.mjs';
import { end } from './world.mjs';

/**
 * Leads to the session's socket; undefined where there is no HAProxy.
 * @param {import('./world.mjs').World} world
 * @param {{ id: string, endpoint: { path: string }, baseUrl: string }} session
 */
export async function startHaproxy(world, { id, endpoint, baseUrl }) {
  if (spawnSync('haproxy', ['-v'], { stdio: 'ignore' }).error) return undefined;
  const port = await freePort();
  const settings = path.join(world.scratch, 'haproxy.cfg');
  writeFileSync(
    settings,
    `global
  nbthread 1
  maxconn 100
  maxpipes 100
  tune.bufsize 262144
defaults
  mode http
  option splice-response
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend here
  bind 127.0.0.1:${port}
  default_backend session
backend session
  server jupyter unix@${endpoint.path}
`,
  );
  const proxy = spawn('haproxy', ['-f', settings, '-db'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const way = { to: { host: '127.0.0.1', port }, origin: `http://${id}.localhost:${port}`, base: baseUrl };
  for (;;) {
    const answer = await ask(way, 'api').catch(() => undefined);
    answer?.resume();
    if (answer?.statusCode === 200) break;
    if (proxy.exitCode !== null) throw new Error(`haproxy ended with ${proxy.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { way, stop: () => end(proxy) };
}
