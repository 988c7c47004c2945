/// <reference path="../../text.d.ts" />
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { activatedVariables, type Environment } from '../../environments/index.ts';
import { cannotWrite, identityOf, type ProcessIdentity } from '../../files/index.ts';
import { type Started, start } from '../../process/index.ts';
import type { Address } from '../ask.ts';
import {
  directArguments,
  type JupyterPlace,
  type JupyterPlan,
  makeToken,
  portArguments,
  socketArguments,
  socketOf,
  starterOf,
} from '../jupyter.ts';
import { modulesOf } from './modules.ts';
import startJupyter from './start-jupyter.py';

/** A Jupyter that was started, answering or not. */
export interface Serving {
  readonly process: Started;
  readonly identity: ProcessIdentity;
  /** Where it listens, and what it has to be told; the token, if there is one, too. */
  readonly address: Address;
  /** The path that everything of it begins with. */
  readonly base: string;
  /** A file of ours that Jupyter makes once it listens: before that nobody answers, or on a port another user may. */
  readonly proof: string;
}

/** Starts Jupyter in the environment, in the job’s process group and log. Errors: `cannot-start`, `cannot-write`. */
export async function serve(environment: Environment, plan: JupyterPlan, place: JupyterPlace): Promise<Serving> {
  const runtime = path.join(place.runtimeDirectory, 'jupyter');
  try {
    await mkdir(runtime, { mode: 0o700, recursive: true });
    await writeFile(starterOf(place.runtimeDirectory), startJupyter, { mode: 0o600 });
  } catch (error) {
    throw cannotWrite(place.runtimeDirectory, error);
  }
  const variables = await jupyterVariables(environment, runtime);
  const socketPath = socketOf(place.runtimeDirectory);
  if (plan.way === 'socket') {
    const started = await startPython(environment, socketArguments(plan, place), place.directory, variables);
    const address = { socketPath, host: `${place.id}.localhost` };
    return { ...started, address, base: `/s/${place.id}/`, proof: socketPath };
  }
  const token = makeToken();
  const withToken = { ...variables, JUPYTER_TOKEN: token };
  if (plan.listens === 'socket') {
    const started = await startPython(environment, directArguments(plan, place), place.directory, withToken);
    return { ...started, address: { socketPath, host: 'localhost', token }, base: '/', proof: socketPath };
  }
  const port = await freePort();
  const started = await startPython(environment, portArguments(plan, place, port), place.directory, withToken);
  return {
    ...started,
    address: { port, host: `127.0.0.1:${port}`, token },
    base: '/',
    proof: path.join(runtime, `${plan.serverName}-${started.identity.pid}.json`),
  };
}

/** Where the agent has written the other environments' kernels. */
export function offeredTo(runtimeDirectory: string): string {
  return path.join(runtimeDirectory, 'offered');
}

/** The environment's own variables, less whatever else would change who may enter this Jupyter. */
async function jupyterVariables(environment: Environment, runtime: string): Promise<NodeJS.ProcessEnv> {
  const { ours, left } = modulesOf(environment);
  const variables: NodeJS.ProcessEnv = {
    ...(await activatedVariables(environment, process.env, left)),
    // A kernel of another environment leaves them (activation/posix/guards.sh).
    ...(ours.length > 0 ? { _PIER_SERVER_MODULES: ours.join(' ') } : {}),
    JUPYTER_RUNTIME_DIR: runtime,
    JUPYTER_PATH: [offeredTo(path.dirname(runtime)), process.env.JUPYTER_PATH].filter(Boolean).join(path.delimiter),
  };
  for (const name of Object.keys(variables)) {
    if (/^(JUPYTER_TOKEN|JUPYTER_TOKEN_FILE|JUPYTERHUB_.*|JPY_.*)$/.test(name)) delete variables[name];
  }
  return variables;
}

async function startPython(
  environment: Environment,
  args: string[],
  directory: string,
  env: NodeJS.ProcessEnv,
): Promise<{ process: Started; identity: ProcessIdentity }> {
  const python = path.join(environment.prefix, 'bin', 'python');
  const process = await start(python, args, { cwd: directory, env, output: 1, ownSession: false });
  return { process, identity: identityOf(process.pid) };
}

/** A port that was free a moment ago. Who takes it in between makes Jupyter fail, never serve at another port. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
