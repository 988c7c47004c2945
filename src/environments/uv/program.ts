import { mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import {
  cannotWrite,
  errnoOf,
  makePrivateDirectory,
  PierError,
  type Progress,
  places,
  tilde,
} from '../../files/index.ts';
import { lastLines, run, which } from '../../process/index.ts';
import { commandLine } from '../../shell/index.ts';
import { expandTemplate, type Site } from '../../site/index.ts';
import { type Target, targetVariables } from '../target.ts';

export interface Uv {
  readonly file: string;
  readonly version: string;
  /** For which GPUs it is to choose packages; null: for those of this machine. */
  readonly target: Target | null;
}

/** The version installed where there is none: the one pier is tested with. */
const ownVersion = '0.13.9';

/** The oldest uv whose `pip compile` writes pylock.toml with sizes, and whose `venv` is relocatable. */
const oldest = [0, 8, 0] as const;

function ownFile(): string {
  return path.join(places().data, 'tools', `uv-${ownVersion}`, 'bin', 'uv');
}

/**
 * uv from PATH, or pier's own; installed from the package index when there is neither.
 *
 * Errors: `pip-missing`, `uv-not-installed`, both with the command that gets it.
 */
export async function findUv(site: Site, progress: Progress, target: Target | null = null): Promise<Uv> {
  for (const file of [await which('uv'), ownFile()]) {
    const version = file && (await versionOf(file));
    if (file && version && isEnough(version)) return { file, version, target };
  }
  progress({ step: 'tools', message: `Installing uv ${ownVersion}` });
  await installUv().catch((error) => {
    throw withModule(site, error);
  });
  const version = await versionOf(ownFile());
  if (version) return { file: ownFile(), version, target };
  throw new PierError('uv-not-installed', `uv was installed, but ${tilde(ownFile())} does not run.`, {
    hint: `Try it: ${ownFile()} --version`,
  });
}

/** Where the site has uv as a module, that is the way to it: nothing has to be installed. */
function withModule(site: Site, error: unknown): unknown {
  const { module } = site.profile.python.uv;
  if (!module || !(error instanceof PierError)) return error;
  return new PierError(error.code, error.message, {
    cause: error,
    hint: `This site has uv as a module. Type: module load ${module} and then the same again.`,
  });
}

/** What pier runs where there is no uv yet: Debian's pip refuses `--user`, and `--target` it takes. */
function installCommand(python: string, target: string): string[] {
  const how = ['--target', target, '--no-deps', '--only-binary', ':all:'];
  return [python, '-m', 'pip', 'install', '--quiet', ...how, `uv==${ownVersion}`];
}

/** The uv a person can type, as typedUv(), and the commands that get it: none where it is there. Runs nothing. */
export async function uvByHand(site: Site): Promise<{ readonly uv: string; readonly first: readonly string[] }> {
  const uv = await typedUv();
  if (uv !== 'uv' || (await which('uv'))) return { uv, first: [] };
  const { module } = site.profile.python.uv;
  if (module) return { uv, first: [commandLine(['module', 'load', module])] };
  const target = path.dirname(path.dirname(ownFile()));
  return { uv: ownFile(), first: [commandLine(installCommand('python3', target))] };
}

/** The uv a person can type to change an environment by hand: the one on PATH, else pier's own. Runs nothing. */
export async function typedUv(): Promise<string> {
  return (await which('uv')) ? 'uv' : ((await which('uv', path.dirname(ownFile()))) ?? 'uv');
}

async function versionOf(file: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(file, ['--version'], { timeoutMs: 20_000 });
    return /^uv (\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

function isEnough(version: string): boolean {
  const numbers = version.split('.').map(Number);
  for (const [index, least] of oldest.entries()) {
    const number = numbers[index] ?? 0;
    if (number !== least) return number > least;
  }
  return true;
}

/** `python3 -m pip install --target STAGE --no-deps --only-binary :all: uv==VERSION`, then renamed into place. */
async function installUv(): Promise<void> {
  const python = await which('python3');
  if (!python) {
    throw new PierError('python-missing', 'There is neither uv nor python3 on PATH.', {
      hint: 'Python 3.9 or newer is needed: module load python, or sudo apt install python3 python3-pip',
    });
  }
  const tools = path.join(places().data, 'tools');
  await makePrivateDirectory(tools);
  const stage = await mkdtemp(path.join(tools, '.uv-')).catch((error) => {
    throw cannotWrite(tools, error);
  });
  try {
    await pipInstall(python, stage);
    await rename(stage, path.dirname(path.dirname(ownFile())));
  } catch (error) {
    await rm(stage, { recursive: true, force: true });
    // Another pier was first.
    if (!['EEXIST', 'ENOTEMPTY'].includes(errnoOf(error) ?? '')) throw error;
  }
}

async function pipInstall(python: string, target: string): Promise<void> {
  const [, ...args] = installCommand(python, target);
  // A user's own pip settings are kept, except those that contradict --target.
  const env = { ...process.env, PIP_USER: '0', PIP_REQUIRE_VIRTUALENV: '0', PIP_DISABLE_PIP_VERSION_CHECK: '1' };
  const result = await run(python, args, { env, timeoutMs: 600_000 });
  if (result.exitCode === 0) return;
  if (/CERTIFICATE_VERIFY_FAILED/.test(result.stderr)) throw unknownCertificate(result.stderr);
  throw /No module named '?pip/.test(result.stderr) ? await pipMissing(python) : notInstalled(result.stderr);
}

async function pipMissing(python: string): Promise<PierError> {
  const bundled = await run(python, ['-m', 'ensurepip', '--version'], { timeoutMs: 20_000 });
  const hint =
    bundled.exitCode === 0
      ? `Get pip, then try again: ${python} -m ensurepip --user`
      : 'Get pip, then try again: sudo apt install python3-pip   (or: sudo dnf install python3-pip)';
  return new PierError('pip-missing', `uv is not there, and ${python} has no pip to install it with.`, { hint });
}

function unknownCertificate(stderr: string): PierError {
  const why = /\[SSL: CERTIFICATE_VERIFY_FAILED\][^)\n]*/.exec(stderr)?.[0] ?? '';
  return new PierError(
    'certificate-unknown',
    `uv is not there, and pip does not trust the certificate of the package index. ${why}`,
    { hint: 'If your site has a certificate of its own, name its file: export PIP_CERT=FILE SSL_CERT_FILE=FILE' },
  );
}

/** What pip says without a network: nothing but that it found no version, when it was told not to try twice. */
const unanswered =
  /NewConnectionError|Temporary failure in name resolution|Network is unreachable|Max retries|from versions: none/;

function notInstalled(stderr: string): PierError {
  if (unanswered.test(stderr)) {
    return new PierError('offline', 'uv is not there, and cannot be installed: the package index does not answer.', {
      hint: 'Check the network (and HTTPS_PROXY), or run this once where there is one, such as on a login node.',
    });
  }
  return new PierError('uv-not-installed', `uv is not there, and pip cannot install it:\n${lastLines(stderr, 6)}`, {
    hint: `By hand: python3 -m pip install --target DIRECTORY uv==${ownVersion}, then put DIRECTORY/bin on PATH.`,
  });
}

/** Where uv runs: it would take settings from a pyproject.toml or uv.toml in its working directory or above. */
export const neutralDirectory = '/';

/** Variables that would have uv work on something else than what pier names. */
const distracting =
  /^(VIRTUAL_ENV|CONDA_PREFIX|CONDA_DEFAULT_ENV|PYTHON(PATH|HOME|USERBASE|STARTUP)|UV_(PYTHON|PROJECT|SYSTEM_PYTHON|PROJECT_ENVIRONMENT|WORKING_DIRECTORY|VENV_.*|NO_BUILD.*|OVERRIDE|CONSTRAINT|EXCLUDE|REQUIRE_HASHES))$/;

/**
 * The variables uv runs with: the user's own, so that their index, proxy and certificates count, and the profile's
 * where the user has none; and what says for which GPUs it chooses.
 */
export function uvVariables(site: Site, { target }: Pick<Uv, 'target'>): NodeJS.ProcessEnv {
  const { packages, caches } = site.profile;
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !distracting.test(name)));
  const index = process.env.UV_INDEX_URL ?? packages.index ?? packages.mirrors.pypi ?? process.env.PIP_INDEX_URL;
  const links = packages.find_links.map((place) => (/^https?:/.test(place) ? place : expandTemplate(place)));
  return {
    ...(index ? { UV_DEFAULT_INDEX: index } : {}),
    ...(links.length > 0 ? { UV_FIND_LINKS: links.join(',') } : {}),
    ...(caches.uv && !process.env.UV_CACHE_DIR ? { UV_CACHE_DIR: expandTemplate(caches.uv) } : {}),
    ...targetVariables(target),
    ...kept,
    UV_PYTHON_DOWNLOADS: 'never',
    UV_NO_PROGRESS: '1',
    NO_COLOR: '1',
    PYTHONNOUSERSITE: '1',
  };
}
