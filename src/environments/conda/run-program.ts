import { PierError } from '../../files/index.ts';
import { lastLines, run } from '../../process/index.ts';
import type { Site } from '../../site/index.ts';
import { neutralDirectory } from '../uv-program.ts';
import { channelAddress } from './channels.ts';
import { condaPlaces } from './places.ts';
import { type ProgramAnswer, readProgramAnswer, refusalOf } from './program-answer.ts';
import type { SiteProgram } from './site-program.ts';

/** What a site's conda is to make, or to say that it would. */
export interface ProgramTask {
  /** Must not be there: conda deletes an environment that is, and asks nobody. */
  readonly prefix: string;
  readonly root: string;
  readonly channels: readonly string[];
  readonly specs: readonly string[];
  /** A file with exact packages, instead of specs. */
  readonly list: string | null;
  readonly dryRun: boolean;
}

export interface ProgramOptions {
  /** Variables on top: the mark of a stage, and for which GPUs it chooses. */
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
}

/**
 * Runs `PROGRAM create --prefix DIRECTORY --yes --json --quiet [--dry-run] --override-channels --channel C… SPEC…`.
 *
 * What it said counts, not how it ended: it may crash when all is done. Throws `conda-failed` when it says nothing that
 * can be read, and `conda-silent` when it took longer than it may; both leave whatever is in the prefix.
 */
export async function askProgram(
  site: Site,
  program: SiteProgram,
  task: ProgramTask,
  { env, timeoutMs }: ProgramOptions,
): Promise<ProgramAnswer> {
  const variables = { ...programVariables(site, task.root), ...env };
  const ran = await run(program.file, argumentsFor(site, program, task), {
    cwd: neutralDirectory,
    env: variables,
    timeoutMs,
  });
  const called = `${program.name} ${program.version}`;
  if (ran.timedOut) {
    const message = `${called} was not done after ${duration(timeoutMs)}, and was stopped.`;
    throw new PierError('conda-silent', message, { hint: 'Have py-rattler make it: --with rattler' });
  }
  const answer = readProgramAnswer(ran.stdout, ran.stderr);
  if (answer) return answer;
  const how = ran.signal ? `was ended by ${ran.signal}` : `ended with ${ran.exitCode}`;
  const said = lastLines(ran.stderr.trim() || ran.stdout);
  const refusal = refusalOf('', said, said);
  if (refusal.kind !== 'other') return { refusal };
  throw new PierError('conda-failed', `${called} ${how} and gave no result:\n${said}`, {
    hint: 'Have py-rattler make it: --with rattler',
  });
}

function argumentsFor(site: Site, { name }: SiteProgram, task: ProgramTask): string[] {
  const { prefix, channels, specs, list, dryRun } = task;
  const option = specs.find((spec) => spec.startsWith('-'));
  if (option) {
    throw new PierError('spec-invalid', `${JSON.stringify(option)} is no package.`, {
      hint: 'Write it as name, name=1.2 or "name>=1.2,<2" (in quotes, for the shell).',
    });
  }
  return [
    'create',
    '--prefix',
    prefix,
    '--yes',
    '--json',
    '--quiet',
    ...(dryRun ? ['--dry-run'] : []),
    // Only conda adds packages that nobody asked for here (create_default_packages).
    ...(name === 'conda' ? ['--no-default-packages'] : []),
    '--override-channels',
    ...channels.flatMap((channel) => ['--channel', channelFor(site, channel)]),
    ...(list === null ? specs.map((spec) => spec.replace(/^([^\s:]+)(?=::)/, (one) => channelFor(site, one))) : []),
    ...(list === null ? [] : ['--file', list]),
  ];
}

/** A bare name is for the program's own settings to look up, unless the profile has a mirror. */
function channelFor(site: Site, channel: string): string {
  const address = channelAddress(channel);
  const { conda: mirror } = site.profile.packages.mirrors;
  const server = 'https://conda.anaconda.org/';
  if (mirror && address.startsWith(server)) return `${mirror.replace(/\/$/, '')}/${address.slice(server.length)}`;
  return /^[\w.-]+$/.test(channel) ? channel : address;
}

/** Variables that would have conda's own Python load something else. */
const distracting = /^(PYTHON(PATH|HOME|USERBASE|STARTUP)|VIRTUAL_ENV)$/;

/** The user's own, so that their proxy, certificates and tokens count; and what keeps it to what it is asked. */
function programVariables(site: Site, root: string): NodeJS.ProcessEnv {
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !distracting.test(name)));
  return {
    ...kept,
    CONDA_PKGS_DIRS: condaPlaces(site, root).packages,
    CONDA_CHANNEL_PRIORITY: 'strict',
    MAMBA_CHANNEL_PRIORITY: 'strict',
    // Not the stage's path into ~/.conda/environments.txt; from conda 23.9.
    CONDA_REGISTER_ENVS: 'false',
    CONDA_REPORT_ERRORS: 'false',
    CONDA_NOTIFY_OUTDATED_CONDA: 'false',
    NO_COLOR: '1',
    PYTHONNOUSERSITE: '1',
  };
}

function duration(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  return minutes > 0 ? `${minutes} minutes` : `${Math.round(milliseconds / 1000)} s`;
}
