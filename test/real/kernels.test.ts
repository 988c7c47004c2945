// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is shells' own
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';
import { until } from '../sandbox.ts';
import { type Person, person, said } from './pier.ts';

const ask = promisify(execFile);

/** A person with one environment that has ipykernel, and is one of conda's by its files: it has scripts and variables. */
async function withKernel(): Promise<{ ada: Person; prefix: string }> {
  const uv = path.dirname(inject('uv'));
  const ada = await person({ UV_CACHE_DIR: inject('uvCache'), PATH: `${uv}:${process.env.PATH}`, PYTHONPATH: '/leak' });
  const made = await ada.pier('env', 'create', 'small', 'ipykernel', '--yes');
  if (made.exitCode !== 0) throw new Error(said(made));
  const prefix = path.join(ada.box.home, '.local', 'share', 'pier', 'envs', 'small');
  const files: Record<string, string> = {
    'conda-meta/history': '',
    'conda-meta/state': '{"env_vars": {"FROM_STATE": "it\'s \\u00e9"}}',
    'etc/conda/activate.d/a.sh': 'export FROM_SCRIPT="$CONDA_PREFIX"\n',
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.join(prefix, path.dirname(name)), { recursive: true });
    await writeFile(path.join(prefix, name), content);
  }
  return { ada, prefix };
}

/** Starts a kernel by its name as Jupyter does, has it run code, and interrupts it meanwhile. */
const client = `
import json, sys, threading, time
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name=sys.argv[1], startup_timeout=120)
try:
    said = []
    hook = lambda message: said.append(message['content'].get('text') or message['content'].get('ename') or '')
    client.execute_interactive(sys.argv[2], output_hook=hook, timeout=120)
    waiting = "print('waiting', flush=True)\\nimport time\\ntime.sleep(300)"
    def stop(message):
        hook(message)
        if 'waiting' in str(message['content'].get('text')): manager.interrupt_kernel()
    client.execute_interactive(waiting, output_hook=stop, timeout=120)
    print(json.dumps(''.join(said)))
finally:
    client.stop_channels(); manager.shutdown_kernel(now=True)
`;

const show =
  'import os, sys; print(sys.prefix, os.environ.get("FROM_STATE"), os.environ.get("FROM_SCRIPT"), "/leak" in sys.path)';

async function get(socketPath: string, host: string, at: string): Promise<Record<string, never>> {
  const answer = await new Promise<string>((resolve, reject) => {
    request({ socketPath, path: at, headers: { host } }, (response) => resolve(text(response)))
      .on('error', reject)
      .end();
  });
  return JSON.parse(answer);
}

test('an environment becomes a kernel that a Jupyter elsewhere starts activated, interrupts, and sees no more once it is removed', async () => {
  const { ada, prefix } = await withKernel();
  await using _ada = ada;
  const { kernel } = (await ada.json('env', 'kernel', 'small')) as unknown as {
    kernel: { name: string; directory: string };
  };
  expect(kernel).toMatchObject({ name: 'pier-small', environment: prefix, state: 'ok' });
  expect(kernel.directory).toBe(path.join(ada.box.home, '.local', 'share', 'jupyter', 'kernels', 'pier-small'));

  const python = path.join(inject('sci'), 'bin', 'python');
  const env = { ...ada.box.env, JUPYTER_RUNTIME_DIR: path.join(ada.box.home, 'runtime') };
  const ran = await ask(python, ['-c', client, kernel.name, show], { env, timeout: 200_000 });
  expect(JSON.parse(ran.stdout)).toBe(`${prefix} it's é ${prefix} False\nwaiting\nKeyboardInterrupt`);

  const listed = await ask(python, ['-m', 'jupyter', 'kernelspec', 'list', '--json'], { env });
  expect(JSON.parse(listed.stdout).kernelspecs['pier-small'].spec.display_name).toMatch(/^small/);
  expect(said(await ada.pier('env', 'kernel', 'small', '--remove'))).toContain('The environment stays');
  expect(await readdir(path.dirname(kernel.directory))).toEqual([]);
  expect((await ada.json('env', 'kernel')).kernels).toEqual([]);
});

test('kernels whose environment is gone are listed as stale and removed, also those that pier did not make', async () => {
  const { ada, prefix } = await withKernel();
  await using _ada = ada;
  await ada.json('env', 'kernel', 'small');
  const kernels = path.join(ada.box.home, '.local', 'share', 'jupyter', 'kernels');
  await mkdir(path.join(kernels, 'theirs'));
  await writeFile(
    path.join(kernels, 'theirs', 'kernel.json'),
    '{"argv": ["/gone/bin/python", "-m", "ipykernel_launcher"], "display_name": "\\u001b[31mold"}',
  );
  await mkdir(path.join(kernels, 'good'));
  await writeFile(path.join(kernels, 'good', 'kernel.json'), '{"argv": ["python3"], "display_name": "good"}');
  await cp(path.join(kernels, 'good'), path.join(ada.box.home, 'elsewhere'), { recursive: true });
  await rm(prefix, { recursive: true });
  const shown = await ada.pier('env', 'kernel');
  expect(shown.stdout).toMatch(/pier-small .* stale/);
  expect(shown.stdout).not.toContain('\u001b[31mold');
  const refused = await ada.pier('env', 'kernel', '--remove', '--stale');
  expect(refused.exitCode).not.toBe(0);
  const removed = (await ada.json('env', 'kernel', '--remove', '--stale', '--yes')) as unknown as {
    kernels: { name: string }[];
  };
  expect(removed.kernels.map(({ name }) => name).sort()).toEqual(['pier-small', 'theirs']);
  expect(await readdir(kernels)).toEqual(['good']);
});

test('without ipykernel it is no kernel, and the command that changes that is told', async () => {
  await using ada = await person({
    UV_CACHE_DIR: inject('uvCache'),
    PATH: `${path.dirname(inject('uv'))}:${process.env.PATH}`,
  });
  await ada.pier('env', 'create', 'bare', '--yes');
  const refused = await ada.pier('env', 'kernel', 'bare');
  expect(refused.exitCode).toBe(2);
  expect(said(refused)).toContain('pier env install bare ipykernel');
});

test('a session offers the kernels of the other environments, and they start', async () => {
  const { ada, prefix } = await withKernel();
  await using _ada = ada;
  const { session } = (await ada.json('lab', '-e', inject('sci'), '--detach', '--no-browser')) as unknown as {
    session: { id: string; endpoint: { path: string }; baseUrl: string };
  };
  const base = `/s/${session.id}`;
  const specs = (await get(session.endpoint.path, `${session.id}.localhost`, `${base}/api/kernelspecs`)) as unknown as {
    default: string;
    kernelspecs: Record<
      string,
      { spec: { display_name: string; argv: string[]; metadata: { pier: { prefix: string } } } }
    >;
  };
  expect(specs.default).toBe('python3');
  expect(specs.kernelspecs['pier-small']?.spec.metadata.pier.prefix).toBe(prefix);
  const kernels = path.join(ada.box.home, '.local', 'share', 'jupyter', 'kernels');
  expect(await readdir(kernels).catch(() => [])).toEqual([]);

  // As that Jupyter would start it: by the path it was given.
  const started = JSON.parse(
    await readFile(path.join(ada.sessions, session.id, 'attempts', '1', 'started.json'), 'utf8'),
  );
  const env = {
    ...ada.box.env,
    JUPYTER_PATH: path.join(started.runtimeDirectory, 'offered'),
    JUPYTER_RUNTIME_DIR: path.join(ada.box.home, 'runtime'),
  };
  const python = path.join(inject('sci'), 'bin', 'python');
  const ran = await ask(python, ['-c', client, 'pier-small', show], { env, timeout: 200_000 });
  expect(JSON.parse(ran.stdout)).toContain(`${prefix} it's é ${prefix} False`);
  await ada.pier('session', 'stop', session.id);
  await until(async () => !(await readdir(started.runtimeDirectory).catch(() => undefined)));
});
