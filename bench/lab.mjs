// `pier lab` until JupyterLab can be used, beside JupyterLab started by hand until its API answers.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import path from 'node:path';
import { alternate } from './alternate.mjs';
import { ratioOfMedians } from './statistics.mjs';
import { end, timed } from './world.mjs';

const turns = 20;

/** Milliseconds between two questions to the Jupyter that was started by hand. */
const askEvery = 10;

/**
 * @param {import('./world.mjs').World} world
 * @param {(text: string) => void} tell
 * @returns {Promise<import('./run.mjs').Row[]>}
 */
export async function measure(world, tell) {
  const directory = path.join(world.scratch, 'work');
  mkdirSync(directory, { recursive: true });
  const samples = await alternate(
    turns,
    { pier: () => byPier(world, directory), hand: () => byHand(world, directory) },
    tell,
  );
  return [
    {
      figure: 'second `pier lab --detach --no-browser`, until it says the address',
      beside: '`python -m jupyterlab`, until `GET /api` answers 200',
      unit: '×',
      ...ratioOfMedians(samples.pier, samples.hand),
      goal: 1.1,
      better: 'lower',
    },
  ];
}

/** The whole command: request, job, agent, Jupyter, readiness, portal, one-time address. The portal runs already. */
async function byPier(world, directory) {
  let said = '';
  const took = await timed(async () => {
    said = await world.run('lab', '--detach', '--no-browser', '--json', '--dir', directory);
  });
  await world.run('session', 'stop', JSON.parse(said).session.id);
  return took;
}

async function byHand(world, directory) {
  const port = await freePort();
  const token = 'bench';
  const python = path.join(world.sci, 'bin', 'python');
  const asRoot = process.getuid?.() === 0 ? ['--allow-root'] : [];
  const args = ['-m', 'jupyterlab', '--no-browser', '--ip=127.0.0.1', `--port=${port}`, ...asRoot];
  const env = { ...world.env, JUPYTER_TOKEN: token };
  const began = performance.now();
  const jupyter = spawn(python, args, { cwd: directory, env, stdio: 'ignore' });
  try {
    while ((await status(port, token)) !== 200) {
      if (jupyter.exitCode !== null) throw new Error(`Jupyter ended with ${jupyter.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, askEvery));
    }
    return performance.now() - began;
  } finally {
    await end(jupyter);
  }
}

/** @returns {Promise<number | undefined>} */
function status(port, token) {
  return new Promise((resolve) => {
    const headers = { authorization: `token ${token}` };
    const asked = get({ host: '127.0.0.1', port, path: '/api', headers, agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    });
    asked.on('error', () => resolve(undefined));
  });
}

/** A port that was free a moment ago. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
