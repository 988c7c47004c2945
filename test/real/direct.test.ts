import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { type Person, person } from './pier.ts';

let ada: Person;
beforeEach(async () => {
  ada = await person({ JUPYTER_TOKEN: '' });
});
afterEach(() => ada[Symbol.asyncDispose]());

interface Opened {
  readonly session: { readonly id: string; readonly state: string };
  readonly opening: {
    readonly url: string;
    readonly tunnel: string | null;
    readonly ways: readonly { from: string; url: string }[];
  };
}

const lab = async (...args: string[]) =>
  (await ada.json('lab', '--direct', '-e', inject('sci'), '--no-browser', ...args)) as unknown as Opened;

const listening = () => execFileSync('ss', ['-Htln'], { encoding: 'utf8' });

test('without a site profile it listens on loopback, in the range, and only with its token', async () => {
  const { opening } = await lab();
  const url = new URL(opening.url);
  expect(opening.ways).toEqual([{ from: 'here', url: opening.url }]);
  expect([url.hostname, opening.tunnel]).toEqual(['127.0.0.1', null]);
  expect(Number(url.port)).toBeGreaterThanOrEqual(15001);
  expect(Number(url.port)).toBeLessThanOrEqual(30000);
  expect(listening()).toContain(`127.0.0.1:${url.port} `);
  expect((await fetch(new URL('/api/status', url))).status).toBe(403);
  expect((await fetch(`${url.origin}/api/status${url.search}`)).status).toBe(200);
  expect((await fetch(url)).status).toBe(200);
  await ada.pier('session', 'stop', '--all');
  expect(listening()).not.toContain(`:${url.port} `);
});

test('a port that is taken is passed over', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as { port: number };
  const site = path.join(ada.box.directory, 'site.yaml');
  const range = port === 65_535 ? [port - 1, port] : [port, port + 1];
  await writeFile(site, `schema: 1\nid: narrow\nname: Narrow\njupyter: { ports: [${range.join(', ')}] }\n`);
  const { opening } = await lab('--site', site);
  expect(new URL(opening.url).port).toBe(String(range.find((one) => one !== port)));
  taken.close();
});

test.each([
  ['c.IdentityProvider.token = ""', /takes the token away/],
  ['c.ServerApp.token = ""', /takes the token away/],
  ['c.IdentityProvider.token = "mine"', /sets a token of its own/],
])('with %s in the user’s configuration nothing comes onto the network', async (line, why) => {
  await mkdir(path.join(ada.box.home, '.jupyter'));
  await writeFile(path.join(ada.box.home, '.jupyter', 'jupyter_server_config.py'), `${line}\n`);
  const before = listening();
  const ran = await ada.pier('lab', '--direct', '-e', inject('sci'), '--no-browser', '--json');
  expect(ran.exitCode).toBe(2);
  expect(JSON.parse(ran.stdout).error.message).toMatch(why);
  const ports = (text: string) => new Set(text.match(/:(1[5-9]|2\d|30)\d{3}(?= )/g) ?? []);
  expect([...ports(listening())].filter((port) => !ports(before).has(port))).toEqual([]);
});
