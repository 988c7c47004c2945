import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { rolldown } from 'rolldown';
import type {
  ChangeDone,
  ChangeRequest,
  Comparison,
  CreateRequest,
  Environment,
  Exported,
  Forecast,
  RequestLook,
  Shared,
  Verified,
} from '../../src/environments/index.ts';
import type { ProgressEvent } from '../../src/files/index.ts';
import { realUv, uvCache } from '../uv.ts';

// What the tests of real environments stand on: uv from the package index, one cache for all, and a program of its own
// around src/environments, because what is tested here is killed, frozen and run twice at once.

const repository = path.join(import.meta.dirname, '..', '..');

export { realUv, uvCache };

const driverSource = `
import * as environments from '${repository}/src/environments/index.ts';
const { verb, root, request } = JSON.parse(process.argv[2]);
const packages = { index: null, find_links: [], conda_channels: [], mirrors: {}, python_downloads: false };
const python = { distributions: [], uv: { module: null }, compiled_packages: { gcc: null, prefer: null } };
const profile = {
  environments: { root, public: [], backend: 'uv', default: null }, caches: { uv: null, conda: null }, packages, python,
  scheduler: 'slurm', login: { host: null, nodes: [], other_hosts: {} }, network: { login_internet: 'probe' }, storage: {},
  policies: { conda_init: 'forbid', defaults_channel: 'forbid' }, slurm: { partitions: { gpu: { gpus: 4, cuda: '12.4' }, old: { gpus: 1, cuda: '11.8' }, broadwl: { gpus: 0 }, new: { gpus: 2 } } },
};
const site = { id: 'test', name: 'test', chosenBy: 'test', file: null, profile, leaves: [] };
const progress = (event) => process.stderr.write(JSON.stringify(event) + '\\n');
const verbs = {
  create: () => environments.createEnvironment(site, request, progress),
  list: () => environments.listEnvironments(site),
  show: () => environments.showEnvironment(site, request.name),
  look: () => environments.lookAtRequest(site, request),
  explain: () => environments.explainCreate(site, request),
  remove: () => environments.removeEnvironment(site, request.name),
  change: () => environments.changeEnvironment(site, request, { progress }),
  clone: () => environments.cloneEnvironment(site, request, progress),
  rename: () => environments.renameEnvironment(site, request, progress),
  export: () => environments.exportEnvironment(site, request.name, request.format, progress),
  freeze: () => environments.freezeEnvironment(site, request, progress),
  thaw: () => environments.thawEnvironment(site, request, progress),
  share: () => environments.shareEnvironment(site, request, progress),
  verify: () => environments.verifyEnvironment(site, request.name, progress),
  adopt: () => environments.adoptEnvironment(site, request.name, progress),
  diff: () => environments.diffEnvironments(site, request.name, request.to),
  both: async () => {
    const { forecast, plan } = await environments.forecastEnvironment(site, request, progress);
    return { forecast, environment: await environments.createEnvironment(site, request, progress, plan) };
  },
};
try {
  process.stdout.write(JSON.stringify({ value: await verbs[verb]() }));
  process.exit(0);
} catch (error) {
  if (!error.code) throw error;
  process.stdout.write(JSON.stringify({ error: { code: error.code, message: error.message, hint: error.hint } }));
}
`;

let driver: Promise<string> | undefined;

/** Bundles the program beside the repository's own folders, so that it finds catalogue/. */
async function buildDriver(): Promise<string> {
  const folder = path.join(repository, 'test', '.world');
  await mkdir(folder, { recursive: true });
  const [source, stage] = ['ts', 'mjs'].map((end) => path.join(folder, `environments-${process.pid}.${end}`)) as [
    string,
    string,
  ];
  const built = path.join(folder, 'environments-driver.mjs');
  await writeFile(source, driverSource);
  const { texts } = await import(path.join(repository, 'scripts', 'bundling.mjs'));
  const bundle = await rolldown({
    input: source,
    platform: 'node',
    moduleTypes: texts,
    logLevel: 'silent',
    transform: { target: 'node20.19' },
  });
  await bundle.write({ file: stage, format: 'esm', codeSplitting: false });
  await bundle.close();
  await rename(stage, built);
  await rm(source);
  return built;
}

export interface Answer<Value> {
  readonly value?: Value;
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string };
  readonly progress: readonly ProgressEvent[];
  readonly stderr: string;
  readonly exitCode: number | null;
}

export interface Running<Value> {
  readonly child: ChildProcess;
  readonly ended: Promise<Answer<Value>>;
  /** Resolves at the first event of a step. */
  readonly step: (name: string) => Promise<void>;
}

type Request = Partial<CreateRequest> &
  Partial<ChangeRequest> & {
    readonly to?: string;
    readonly format?: string;
    readonly group?: string;
    readonly message?: string;
  };

interface Verbs {
  readonly create: Environment;
  readonly list: Environment[];
  readonly show: Environment;
  readonly look: RequestLook;
  readonly explain: string[];
  readonly remove: Environment;
  readonly change: ChangeDone;
  readonly clone: Environment;
  readonly rename: Environment;
  readonly export: Exported;
  readonly diff: Comparison;
  readonly verify: Verified;
  readonly adopt: Environment;
  readonly freeze: Environment;
  readonly thaw: Environment;
  readonly share: Shared;
  readonly both: { readonly forecast: Forecast; readonly environment: Environment };
}

/** One person's machine: a home, a root for environments, and no variables but what uv needs to reach an index. */
export interface World extends AsyncDisposable {
  readonly directory: string;
  readonly root: string;
  readonly env: Record<string, string>;
  readonly start: <Verb extends keyof Verbs>(verb: Verb, request?: Request) => Promise<Running<Verbs[Verb]>>;
  readonly run: <Verb extends keyof Verbs>(verb: Verb, request?: Request) => Promise<Answer<Verbs[Verb]>>;
}

const passedOn = /^(LANG|TZ|SSL_CERT_FILE|SSL_CERT_DIR|PIP_.*|UV_.*INDEX.*|HTTPS?_PROXY|NO_PROXY|PYENV_.*)$/i;

export async function world(variables: Record<string, string> = {}, root?: string): Promise<World> {
  driver ??= buildDriver();
  const [program, uv] = await Promise.all([driver, realUv()]);
  const directory = await realpath(await mkdtemp(path.join(tmpdir(), 'pier-world-')));
  await mkdir(path.join(directory, 'home'));
  const given = Object.entries(process.env).filter(([name]) => passedOn.test(name)) as [string, string][];
  const env = {
    ...Object.fromEntries(given),
    PATH: `${path.dirname(uv)}:${process.env.PATH}`,
    HOME: path.join(directory, 'home'),
    UV_CACHE_DIR: uvCache,
    ...variables,
  };
  const place = root ?? path.join(directory, 'envs');
  const start: World['start'] = async (verb, request = {}) => follow(program, { verb, root: place, request }, env);
  return {
    directory,
    root: place,
    env,
    start,
    run: async (verb, request) => await (await start(verb, request)).ended,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

function follow<Value>(program: string, task: object, env: Record<string, string>): Running<Value> {
  const child = spawn(process.execPath, [program, JSON.stringify(task)], {
    env,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (piece) => {
    stderr += piece;
  });
  const code = new Promise<number | null>((resolve) => child.on('close', resolve));
  const ended = Promise.all([text(child.stdout), code]).then(([stdout, exitCode]) => {
    const answer = stdout.startsWith('{') ? JSON.parse(stdout) : {};
    return { ...answer, progress: eventsIn(stderr), stderr, exitCode };
  });
  const step = async (name: string) => {
    while (!eventsIn(stderr).some((event) => event.step === name)) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`it ended before ${name}: ${stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  return { child, ended, step };
}

function eventsIn(stderr: string): ProgressEvent[] {
  return stderr.split('\n').flatMap((line) => (/^\{.*\}$/.test(line) ? [JSON.parse(line)] : []));
}

/** What is really there: files and directories, and the sizes of all that are no directories, by lstat. */
export function reallyThere(prefix: string): { files: number; bytes: number } {
  const lines = execFileSync('find', [prefix, '-printf', '%y %s\n'], { encoding: 'utf8', maxBuffer: 2 ** 28 })
    .trim()
    .split('\n');
  const sizes = lines.filter((line) => !line.startsWith('d')).map((line) => Number(line.slice(2)));
  return { files: lines.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/** Everything in an environment but what compiles itself and what pier keeps: each path with its size or target. */
export function contents(prefix: string): string[] {
  const lines = execFileSync('find', [prefix, '-not', '-type', 'd', '-printf', '%P %s %l\n'], { encoding: 'utf8' });
  return lines
    .split('\n')
    .filter((line) => !/\.pyc |^\.pier\/|^\.lock /.test(line))
    .sort();
}

/** Programs that still work in a stage below this world's root. */
export function workersIn(place: World): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return line.includes(path.join(place.root, '.pier-stage')) ? [line] : [];
    } catch {
      return [];
    }
  });
}

/** Names in a root, those that begin with a dot and are empty directories left out. */
export async function visibleIn(root: string): Promise<string[]> {
  const names = await readdir(root).catch(() => []);
  const left = await Promise.all(
    names.map(async (name) => [name, name.startsWith('.') ? await readdir(path.join(root, name)) : ['x']]),
  );
  return left
    .filter(([, inside]) => (inside?.length ?? 0) > 0)
    .map(([name]) => name as string)
    .sort();
}

/** Runs the programs of the packages `hello` and `lighthouse`, which say where they are: in text, in a program, in code. */
export function whereItIs(prefix: string): string[] {
  const run = (name: string) => execFileSync(path.join(prefix, 'bin', name), { env: {}, encoding: 'utf8' });
  return ['hello-binary', 'hello', 'lighthouse'].map((name) => run(name).trim());
}

/** Files that still name the stage they were made in. */
export function stagedNames(prefix: string): string {
  return execFileSync('bash', ['-c', 'grep -rla pier-stage "$0" || true', prefix], { encoding: 'utf8' });
}
