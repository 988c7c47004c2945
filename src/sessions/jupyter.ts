import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Environment } from '../environments/index.ts';
import { packageVersion, typedUv } from '../environments/index.ts';
import { PierError, uid } from '../files/index.ts';
import { commandLine } from '../shell/index.ts';

/** How Jupyter of an environment is served. */
export interface JupyterPlan {
  /** How a browser gets there: through the portal, or by an address and a token of its own. */
  readonly way: 'socket' | 'direct';
  /** Where Jupyter itself listens; one too old for a socket has a port on loopback. */
  readonly listens: 'socket' | 'port';
  /** What Python runs, as `python -m` would. */
  readonly module: 'jupyterlab' | 'notebook';
  readonly version: string;
  /** How the file begins that it writes into its runtime directory once it listens. */
  readonly serverName: 'jpserver' | 'nbserver';
  /** Why not the usual way, for the user; null when it is. */
  readonly note: string | null;
}

const distributions = { lab: 'jupyterlab', notebook: 'notebook' } as const;
const titles = { lab: 'JupyterLab', notebook: 'Jupyter Notebook' } as const;

/**
 * Reads from the environment's own metadata whether and how its Jupyter can be served; starts no Python.
 *
 * A Unix socket with no token needs jupyter_server 2 (its `IdentityProvider`), as JupyterLab 4 and Notebook 7 bring.
 * Errors: `environment-without-jupyter`.
 */
export async function planJupyter(
  environment: Environment,
  app: 'lab' | 'notebook',
  direct: boolean,
): Promise<JupyterPlan> {
  const module = distributions[app];
  const version = await packageVersion(environment, module);
  if (!version) throw withoutJupyter(environment, app, await typedUv());
  const server = await packageVersion(environment, 'jupyter-server');
  const old = app === 'notebook' && major(version) < 7 ? `Notebook ${version}` : tooOld(server);
  const serverName = app === 'notebook' && major(version) < 7 ? 'nbserver' : 'jpserver';
  if (old) {
    const note = `${old} cannot be served through a private socket, so it has a port and a token of its own.`;
    return { way: 'direct', listens: 'port', module, version, serverName, note };
  }
  const note = direct ? 'It has a port and a token of its own, as asked.' : null;
  return { way: direct ? 'direct' : 'socket', listens: 'socket', module, version, serverName, note };
}

function major(version: string): number {
  return Number.parseInt(version, 10);
}

function tooOld(server: string | undefined): string | null {
  if (!server) return 'A JupyterLab without jupyter_server';
  return major(server) < 2 ? `jupyter_server ${server}` : null;
}

function withoutJupyter(environment: Environment, app: 'lab' | 'notebook', uv: string): PierError {
  const { name, prefix, origin, frozen } = environment;
  const byPier = ['pier', 'env', 'install', name, distributions[app]];
  const byHand = [uv, 'pip', 'install', '--python', path.join(prefix, 'bin', 'python'), distributions[app]];
  return new PierError('environment-without-jupyter', `${name} has no ${titles[app]}.`, {
    hint: commandLine(origin === 'owned' && !frozen ? byPier : byHand),
  });
}

/** Where one Jupyter listens and what it serves. */
export interface JupyterPlace {
  readonly id: string;
  readonly directory: string;
  /** The agent's private directory on this node. */
  readonly runtimeDirectory: string;
}

/**
 * The command for a Jupyter on a Unix socket, with every setting that safety rests on given on the command line,
 * where nothing in the user's own configuration can override it:
 *
 *     PREFIX/bin/python DIR/start-jupyter.py jupyterlab --ServerApp.sock=DIR/j.sock --ServerApp.base_url=/s/ID/ …
 *
 * It has no token: only the socket's mode (0600, in a 0700 directory) lets anybody in. Nothing in argv is secret.
 * Source: jupyter_server 2 documentation, “Config file and command line options”.
 */
export function socketArguments(plan: JupyterPlan, place: JupyterPlace): string[] {
  return [
    ...onSocket(plan, place),
    `--ServerApp.base_url=/s/${place.id}/`,
    `--ServerApp.local_hostnames=${place.id}.localhost`,
    `--ServerApp.root_dir=${place.directory}`,
    '--ServerApp.allow_remote_access=False',
    '--ServerApp.identity_provider_class=jupyter_server.auth.identity.PasswordIdentityProvider',
    '--IdentityProvider.token=',
    '--PasswordIdentityProvider.hashed_password=',
    '--PasswordIdentityProvider.password_required=False',
  ];
}

function onSocket(plan: JupyterPlan, place: JupyterPlace): string[] {
  return [
    ...started(plan, place),
    // A port or a directory that the user's configuration has, or JUPYTER_PORT, would end it.
    '--ServerApp.port=8888',
    `--ServerApp.preferred_dir=${place.directory}`,
    '--FileContentsManager.preferred_dir=',
    `--ServerApp.sock=${socketOf(place.runtimeDirectory)}`,
    '--ServerApp.sock_mode=0600',
    '--ServerApp.allow_origin=',
    '--ServerApp.allow_origin_pat=',
    '--ServerApp.disable_check_xsrf=False',
    '--ServerApp.certfile=',
    '--ServerApp.keyfile=',
  ];
}

/**
 * The command for a Jupyter that a browser gets to by an address and a token (`--direct`). It listens on its socket all the
 * same: the agent leads the network to it, and only once it has seen that nobody gets in without the token.
 *
 *     PREFIX/bin/python DIR/start-jupyter.py jupyterlab --ServerApp.sock=DIR/j.sock --ServerApp.allow_remote_access=True …
 *
 * The token travels in `JUPYTER_TOKEN`, where only the same user can read it.
 */
export function directArguments(plan: JupyterPlan, place: JupyterPlace): string[] {
  return [
    ...onSocket(plan, place),
    '--ServerApp.base_url=/',
    `--ServerApp.root_dir=${place.directory}`,
    // It is asked by the node's address, which is no name of this machine's own.
    '--ServerApp.allow_remote_access=True',
  ];
}

/**
 * The command for a Jupyter too old for a socket: this machine's loopback, and a token in `JUPYTER_TOKEN`.
 *
 *     PREFIX/bin/python DIR/start-jupyter.py jupyterlab --ip=127.0.0.1 --port=PORT
 *
 * It is told one port, and ends when somebody else has it: it would look for another one otherwise, where nobody expects it.
 */
export function portArguments(plan: JupyterPlan, place: JupyterPlace, port: number): string[] {
  const remote = 'allow_remote_access=True';
  return [
    ...started(plan, place),
    '--ip=127.0.0.1',
    `--port=${port}`,
    // Both names, for both servers that the old releases run on; each passes over the other's.
    ...['ServerApp', 'NotebookApp'].flatMap((server) => [`--${server}.port_retries=0`, `--${server}.${remote}`]),
  ];
}

function started(plan: JupyterPlan, { runtimeDirectory }: JupyterPlace): string[] {
  return [starterOf(runtimeDirectory), plan.module, '--no-browser', ...(uid() === 0 ? ['--allow-root'] : [])];
}

/** Where the agent writes what Python runs: agent/start-jupyter.py. */
export function starterOf(runtimeDirectory: string): string {
  return path.join(runtimeDirectory, 'start-jupyter.py');
}

export function socketOf(runtimeDirectory: string): string {
  return path.join(runtimeDirectory, 'j.sock');
}

export function makeToken(): string {
  return randomBytes(24).toString('hex');
}
