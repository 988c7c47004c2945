import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { browser } from './browser.ts';
import { type Person, person } from './pier.ts';

// What anaconda3-2021.05 has, the oldest that Midway2's page names, as far as it decides how Jupyter is served.
const anaconda2021 = [
  'jupyterlab==3.0.14',
  'jupyter_server==1.4.1',
  'notebook==6.3.0',
  'jupyterlab_server==2.4.0',
  'jupyter_client==6.1.12',
  'jupyter-core==4.12.0',
  'nbclassic==0.2.6',
  'nbconvert==6.4.5',
  'ipykernel==6.9.2',
  'ipython==7.34.0',
  'tornado==6.1',
  'pyzmq==24.0.1',
  'traitlets==5.9.0',
  'jinja2==3.0.3',
  'markupsafe==2.0.1',
  'mistune==0.8.4',
  'anyio==2.2.0',
  'setuptools==59.8.0',
  'six',
];

let ada: Person;
let old: string;

beforeAll(async () => {
  ada = await person();
  old = path.join(path.dirname(inject('uvCache')), 'anaconda-2021');
  if (existsSync(path.join(old, 'complete'))) return;
  const uv = inject('uv');
  const env = { ...process.env, UV_CACHE_DIR: inject('uvCache') };
  execFileSync(uv, ['venv', '--clear', old], { env, stdio: 'pipe' });
  execFileSync(uv, ['pip', 'install', '--python', old, ...anaconda2021], { env, stdio: 'pipe' });
  execFileSync('touch', [path.join(old, 'complete')]);
});
afterAll(() => ada[Symbol.asyncDispose]());

test.each([
  ['lab', 'jupyter_server 1.4.1'],
  ['notebook', 'Notebook 6.3.0'],
])('pier %s of 2021 has a port and a token of its own, and says why', async (app, why) => {
  const ran = await ada.pier(app, '-e', old, '--detach', '--no-browser');
  expect(ran).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(why) });
  const url = /http:\/\/127\.0\.0\.1:\d+\/\S+/.exec(ran.stdout)?.[0] as string;
  await using chromium = await browser();
  const page = await chromium.newPage();
  await page.goto(url);
  await page
    .locator(app === 'lab' ? '.jp-LauncherCard' : '#notebook_list_header')
    .first()
    .waitFor();

  const refused = await fetch(new URL('/api/contents', url));
  expect(refused.status).toBe(403);
  const { sessions } = (await ada.json('session', 'list')) as unknown as { sessions: { id: string }[] };
  expect(JSON.stringify(sessions)).not.toContain(new URL(url).searchParams.get('token'));
  const { jupyter } = JSON.parse(
    await readFile(path.join(ada.sessions, sessions[0]?.id as string, 'attempts', '1', 'endpoint.json'), 'utf8'),
  );
  expect(await readFile(`/proc/${jupyter.pid}/cmdline`, 'utf8')).not.toContain(new URL(url).searchParams.get('token'));
  await ada.pier('session', 'stop', '--all');
});
