import { PierError } from '../files/index.ts';
import {
  type Complaint,
  checkResources,
  chooseAccount,
  chooseResources,
  type Limits,
  type Origin,
  optionNames,
  type Resources,
  readKeptLimits,
  readLimits,
  readRemembered,
  remember,
  stillCounts,
  type Typed,
  type Usual,
} from '../jobs/index.ts';
import type { Site } from '../site/index.ts';
import type { CommandContext, Options } from './command.ts';
import { listenForInterruption } from './stay-with-session.ts';

/** What a job will ask for, and how it came to that. */
export interface JobWish {
  readonly resources: Resources;
  readonly origins: readonly Origin[];
  /** Keeps what was typed and picked, for the next time; to be called once there is a job. */
  readonly keep: () => Promise<void>;
}

/** What was typed of the options that ask for resources. */
export function typedResources(options: Options): Typed {
  return Object.fromEntries(
    optionNames.flatMap((name) => {
      const typed = options.value(name);
      return typed === undefined ? [] : [[name, typed]];
    }),
  );
}

/** What Jupyter's jobs ask for when nobody says anything, by the profile. */
export function usualForJupyter({ profile }: Site): Usual {
  const { time, memory, tasks_per_node } = profile.jupyter.batch;
  return { time, memory, cpus: tasks_per_node, path: 'jupyter.batch' };
}

/**
 * Chooses what a job asks for, has the account picked where there are several, and checks it all against what Slurm allows,
 * before anything is submitted. A remark on stderr says what is as it was last time; with `--verbose` where each comes from.
 *
 * Errors: `usage`, `account-missing`, `needs-answer`, `resources-refused`.
 */
export async function wishForJob(context: CommandContext, site: Site, usual: Usual): Promise<JobWish> {
  const typed = typedResources(context.options);
  const before = context.options.flag('defaults') ? {} : await readRemembered(site.id);
  const chosen = chooseResources(site.profile, usual, typed, before);
  const decide = async (limits: Limits, ask: (accounts: readonly string[]) => Promise<string>) => {
    const account = await chooseAccount({
      typed: typed.account,
      variable: process.env.SBATCH_ACCOUNT,
      before: before.account,
      accounts: limits.accounts,
      partition: chosen.resources.partition,
      required: site.profile.slurm.account.required === true,
      ask,
    });
    const resources = { ...chosen.resources, account: account.account };
    await refuse(resources, limits);
    return { account, resources };
  };
  const askPerson = (accounts: readonly string[]) =>
    context.choose('Which account pays for this job? (pier remembers it.)', accounts, `--account ${accounts[0]}`);
  const byAnswer = async (limits: Limits) =>
    await decide(limits, askPerson).catch((error) => {
      // What is wrong may be what nobody typed this time.
      sayWhence(context, chosen.origins);
      throw error;
    });
  const { account, resources } = (await byKeptLimits(decide)) ?? (await byAnswer(await askLimits(context)));
  const origins = [...chosen.origins, ...originOf(account)];
  sayWhence(context, origins);
  const picked = account.from === 'your answer' && account.account !== null ? { account: account.account } : {};
  return { resources, origins, keep: () => keep(site, before, { ...typed, ...picked }) };
}

/** What was allowed some minutes ago, is; what was not, or would have to be asked, is looked at anew. */
async function byKeptLimits<Decided>(
  decide: (limits: Limits, ask: () => Promise<string>) => Promise<Decided>,
): Promise<Decided | undefined> {
  const kept = await readKeptLimits();
  if (!kept) return undefined;
  return await decide(kept, () => Promise.reject(new Error('nobody is asked'))).catch(() => undefined);
}

/** The same resources, if Slurm would take and start such a job. Error: `resources-refused`. */
export async function withinLimits(context: CommandContext, resources: Resources): Promise<Resources> {
  const check = async (limits: Limits) => {
    await refuse(resources, limits);
    return resources;
  };
  return (await byKeptLimits(check)) ?? (await check(await askLimits(context)));
}

async function askLimits(context: CommandContext): Promise<Limits> {
  context.progress({ step: 'limits', message: 'Asking Slurm what it allows' });
  using interruption = listenForInterruption(context);
  const limits = await readLimits();
  // Programs of Slurm's that were interrupted look like a Slurm that does not answer, which is no reason not to submit.
  if (interruption.signal.aborted) throw new PierError('interrupted', 'Interrupted. Nothing was submitted.');
  return limits;
}

function originOf({ account, from, remembered }: Awaited<ReturnType<typeof chooseAccount>>): Origin[] {
  return account === null || from === null ? [] : [{ option: 'account', value: account, from, remembered }];
}

/** A job that Slurm would refuse, or never start, is not submitted. */
async function refuse(resources: Resources, limits: Limits): Promise<void> {
  const complaints = await checkResources(resources, limits);
  const [first] = complaints;
  if (!first) return;
  const message = complaints.map((complaint: Complaint) => complaint.message).join(' ');
  throw new PierError('resources-refused', message, { hint: first.change });
}

async function keep(site: Site, before: Typed, now: Typed): Promise<void> {
  if (Object.keys(now).length === 0) return;
  // A full disk must not take the job back.
  await remember(site.id, { ...stillCounts(before, now), ...now }).catch(() => {});
}

function sayWhence(context: CommandContext, origins: readonly Origin[]): void {
  const option = ({ option, value }: Origin) => `--${option} ${value}`;
  if (context.verbose) {
    for (const origin of origins) context.note(`${option(origin)}: from ${origin.from}`);
    return;
  }
  const remembered = origins.filter((origin) => origin.remembered);
  if (remembered.length === 0) return;
  context.note(
    `As last time: ${remembered.map(option).join(' ')} (what you type takes its place; --defaults: without it)`,
  );
}
