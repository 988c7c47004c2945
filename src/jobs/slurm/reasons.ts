/** Why a job waits, and what would have to change for one that will not start as it is. */
export interface PendingReason {
  readonly reason: string;
  /** Null: it only has to wait. */
  readonly change: string | null;
}

const wait = (reason: string): PendingReason => ({ reason, change: null });
const hopeless = (reason: string, change: string): PendingReason => ({ reason, change });

const otherPartition = 'Choose another with --partition.';
const lessTime = 'Ask for less with --time, or choose another with --partition or --qos.';

/** Slurm's words (its page "Job Reason Codes"), as they begin. */
const reasons: Readonly<Record<string, PendingReason>> = {
  None: wait('Slurm has not looked at it yet.'),
  Priority: wait('Jobs with a higher priority are before it.'),
  Resources: wait('It is next; the nodes it needs are busy.'),
  Dependency: wait('It waits for another job to end.'),
  DependencyNeverSatisfied: hopeless(
    'The job that it waits for ended otherwise than it has to.',
    'Stop it and start anew.',
  ),
  BeginTime: wait('It was ended on its node and queued again; Slurm starts such a job some two minutes later.'),
  Cleaning: wait('Slurm still cleans up behind its last run.'),
  Prolog: wait('Its node is being made ready.'),
  NodeDown: wait('A node that it needs is down.'),
  Licenses: wait('The licences it needs are in use.'),
  Reservation: wait('Its reservation has not begun.'),
  ReservationDeleted: hopeless('Its reservation was deleted.', 'Start it without --reservation.'),
  SchedDefer: wait('Slurm has put off starting jobs for a moment.'),
  FrontEndDown: wait('The front end that would start it is down.'),
  ReqNodeNotAvail: wait(
    'The nodes it could run on are down, or reserved for maintenance that begins before it would end. A shorter --time may start sooner.',
  ),
  PartitionDown: hopeless('Its partition is down: it takes jobs and starts none.', otherPartition),
  PartitionInactive: hopeless('Its partition is inactive.', otherPartition),
  PartitionTimeLimit: hopeless(
    'It asks for more time than its partition allows.',
    'Ask for less with --time, or choose another with --partition.',
  ),
  PartitionNodeLimit: hopeless(
    'It asks for more nodes or cores than its partition allows.',
    'Ask for fewer with --cpus, or choose another with --partition.',
  ),
  PartitionConfig: hopeless(
    'It asks for what its partition does not allow: too much, or the wrong account or QOS.',
    'Ask for less with --cpus, --mem or --time, or choose another with --partition or --account.',
  ),
  BadConstraints: hopeless(
    'No node has all that it asks for.',
    'Ask for less with --cpus, --mem or --gpus, or choose another with --partition.',
  ),
  AccountNotAllowed: hopeless(
    'Its account may not use this partition.',
    'Choose another with --account or --partition.',
  ),
  InvalidAccount: hopeless('Its account is not valid.', 'Choose another with --account.'),
  InvalidQOS: hopeless('Its QOS is not valid.', 'Choose another with --qos.'),
  QOSNotAllowed: hopeless('Its account or partition may not use this QOS.', 'Choose another with --qos or --account.'),
  MaxMemPerLimit: hopeless(
    'It asks for more memory than its partition allows a node or core.',
    'Ask for less with --mem.',
  ),
  JobHeldUser: hopeless(
    'It is held: you, or a program of yours, said that it should not start.',
    'Release it: scontrol release JOB',
  ),
  JobHeldAdmin: hopeless('An administrator holds it.', 'Ask the site’s support why.'),
  JobHoldMaxRequeue: hopeless(
    'It was queued again too often, and is held.',
    'Stop it and start anew; if that recurs, ask the site’s support.',
  ),
  DeadLine: hopeless('It cannot end before its deadline.', 'Stop it and start anew.'),
  JobLaunchFailure: hopeless(
    'Slurm could not start its script.',
    'Stop it and start anew; if that recurs, ask the site’s support.',
  ),
  SystemFailure: wait('Something in Slurm failed; it tries again.'),
  AssociationJobLimit: wait('Your account has as many jobs running as it may.'),
  AssociationResourceLimit: wait('Your account uses as much as it may.'),
  AssociationTimeLimit: hopeless('It asks for more time than your account has.', lessTime),
};

/** Beginnings of the sentences that Slurm writes instead of a word. */
const sentences: readonly (readonly [RegExp, PendingReason])[] = [
  [/account not permitted|account is not permitted/i, reasons.AccountNotAllowed as PendingReason],
  [/QOS not permitted|QOS is not permitted/i, reasons.QOSNotAllowed as PendingReason],
  [
    /Nodes required for job are DOWN, DRAINED or reserved/i,
    wait('The nodes it could run on are down, or kept for jobs in partitions that come first.'),
  ],
  [
    /user env retrieval failed|launch failed requeued held|requeued held/i,
    hopeless(
      'Slurm could not start it, and holds it.',
      'Stop it and start anew; if that recurs, ask the site’s support.',
    ),
  ],
  [/group not permitted/i, hopeless('Your groups may not use this partition.', otherPartition)],
];

/** What a reason of Slurm's means for whoever waits. One that is not known is given as it is. */
export function pendingReason(said: string): PendingReason {
  const word = /^\w+/.exec(said)?.[0] ?? '';
  const limit = limitReason(word);
  const sentence = sentences.find(([pattern]) => pattern.test(said))?.[1];
  return sentence ?? reasons[word] ?? limit ?? wait(`Slurm says: ${said}.`);
}

const things: readonly (readonly [RegExp, string, string])[] = [
  [/Cpu|CPU/, 'cores', '--cpus'],
  [/Mem/, 'memory', '--mem'],
  [/GRES|Gres/, 'GPUs', '--gpus'],
  [/Node/, 'nodes', '--cpus'],
  [/Billing|BB|Energy|License|Unknown/, 'of what it counts', '--cpus, --mem or --gpus'],
];

/**
 * The limits of a QOS or an account, of which there are some hundred: `QOSMaxCpuPerUserLimit`, `AssocGrpCPUMinutesLimit`.
 *
 * `Grp` counts all jobs together, `PerUser` and `PerAccount` those of one, `PerJob` and `PerNode` this one: only the last can
 * never start. `Minutes` are a budget that is spent, `RunMinutes` what running jobs may still spend.
 */
function limitReason(word: string): PendingReason | undefined {
  const match = /^(QOS|Assoc)?(Grp|Max|Min)(\w*)$/.exec(word);
  if (!match) return undefined;
  const [, whose, scope, what = ''] = match;
  const limiter = whose === 'Assoc' ? 'your account' : 'the QOS';
  const choose = whose === 'Assoc' ? '--account' : '--qos';
  const [, thing = 'jobs', option = ''] = things.find(([pattern]) => pattern.test(what)) ?? [];
  if (scope === 'Min')
    return hopeless(
      `It asks for fewer ${thing} than ${limiter} requires.`,
      `Ask for more with ${option}, or choose another with ${choose}.`,
    );
  if (/Wall/.test(what)) return hopeless(`It asks for more time than ${limiter} allows.`, lessTime);
  if (/RunMin/.test(what)) return wait(`Running jobs together have as much time left as ${limiter} allows.`);
  if (/Min(ute)?s?/.test(what))
    return hopeless(
      `What ${limiter} had to spend is used up.`,
      `Choose another with ${choose}, or ask the site’s support for more.`,
    );
  if (/PerJob|PerNode/.test(what))
    return hopeless(
      `It asks for more ${thing} than ${limiter} allows one job.`,
      `Ask for less with ${option}, or choose another with ${choose}.`,
    );
  if (/Job/.test(what) && thing === 'jobs')
    return wait(
      `${/PerUser|PU/.test(what) || scope === 'Max' ? 'You have' : 'Together there are'} as many jobs as ${limiter} allows.`,
    );
  const who = scope === 'Grp' ? 'All jobs together' : /PerAccount/.test(what) ? 'Your account’s jobs' : 'Your jobs';
  return wait(`${who} use as many ${thing} as ${limiter} allows.`.replace('as many memory', 'as much memory'));
}
