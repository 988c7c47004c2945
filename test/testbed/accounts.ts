import { until } from '../sandbox.ts';
import { on } from './enter.ts';
import { clusterName, type Person, people, projects } from './layout.ts';

/** `debug` is Midway's. */
const qos = [
  'debug MaxTRESPerUser=cpu=4 MaxJobsPerUser=1 MaxWall=00:15:00',
  'low MaxSubmitJobsPerUser=3 MaxWall=00:05:00',
  'high',
];

/** Where no job may be submitted. */
const empty = { account: 'pi-empty', limit: 'GrpSubmitJobs=0', user: 'alice' };

/**
 * Writes the accounts into Slurm's database, once: an account for each project and one that may not submit, and each
 * person's associations.
 *
 * They go in as one file (sacctmgr(1), "FLAT FILE DUMP AND LOAD"), since each command costs a good part of a second.
 */
export async function addAccounts(directory: string): Promise<void> {
  // slurmdbd has just opened its port, and may still be asking the database.
  if ((await until(() => look(directory))) === 'there') return;
  const commands = [...qos.map((one) => `add qos ${one}`), 'load /run/accounts.cfg', 'quit'];
  const script = 'cat >/run/accounts.cfg && printf "%s\\n" "$@" | sacctmgr -i';
  // What an interrupted `up` had added already is refused, line by line, and the others are done.
  const ran = await on(directory, 'ctl', ['sh', '-c', script, 'sh', ...commands], { input: accounts() });
  if ((await look(directory)) !== 'there')
    throw new Error(`sacctmgr did not add all accounts: ${ran.stdout}${ran.stderr}`);
}

function accounts(): string {
  const allowed = 'QOS=normal,debug,low';
  const usual = [...projects.keys()].flatMap((account) => {
    const members = people.filter((person) => person.projects.includes(account));
    return [`Parent - ${account}`, ...members.map(userLine)];
  });
  const lines = [
    `Cluster - ${clusterName}:${allowed}`,
    'Parent - root',
    ...[...projects.keys()].map((account) => `Account - ${account}:Organization=pier:${allowed}`),
    `Account - ${empty.account}:Organization=pier:${empty.limit}:${allowed}`,
    ...usual,
    `Parent - ${empty.account}`,
    ...people.filter(({ name }) => name === empty.user).map(userLine),
  ];
  return `${lines.join('\n')}\n`;
}

function userLine({ name, projects: [account] }: Person): string {
  return `User - ${name}:DefaultAccount=${account}`;
}

/** What Slurm's database has of them, by the last that is added; undefined while it does not answer. */
async function look(directory: string): Promise<'there' | 'missing' | undefined> {
  const seen = await on(directory, 'ctl', ['sacctmgr', '-nP', 'show', 'associations', 'format=account,user']);
  if (seen.exitCode !== 0) return undefined;
  return seen.stdout.split('\n').includes(`${empty.account}|${empty.user}`) ? 'there' : 'missing';
}
