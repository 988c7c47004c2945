import { must, on } from './enter.ts';
import { clusterName, people, projects } from './layout.ts';

/**
 * Writes the accounts into Slurm's database, once: an account for each project and one that may not submit, each
 * person's associations, and QOSes. `debug` is Midway's: 4 cores, 1 job, 15 minutes.
 */
export async function addAccounts(directory: string): Promise<void> {
  if (await areAdded(directory)) return;
  const qos = 'qos=normal,debug,low';
  const lines = [
    'add qos debug,low,high',
    'modify qos debug set MaxTRESPerUser=cpu=4 MaxJobsPerUser=1 MaxWall=00:15:00',
    'modify qos low set MaxSubmitJobsPerUser=3 MaxWall=00:05:00',
    `add cluster ${clusterName}`,
    ...[...projects.keys()].map((name) => `add account ${name} Description=${name} Organization=pier ${qos}`),
    `add account pi-empty Description=pi-empty Organization=pier GrpSubmitJobs=0 ${qos}`,
    ...people.flatMap(({ name, projects: accounts }) =>
      accounts.length > 0 ? [`add user ${name} Account=${accounts.join(',')} DefaultAccount=${accounts[0]}`] : [],
    ),
    `add user ${last.user} Account=${last.account}`,
    'quit',
  ];
  // What an interrupted `up` had added already is refused, line by line, and the others are done.
  const ran = await on(directory, 'ctl', ['sacctmgr', '-i'], { input: `${lines.join('\n')}\n` });
  if (!(await areAdded(directory))) throw new Error(`sacctmgr did not add all accounts: ${ran.stdout}${ran.stderr}`);
}

/** The last thing that is added: where it is, all the rest is. */
const last = { user: 'alice', account: 'pi-empty' };

async function areAdded(directory: string): Promise<boolean> {
  const show = ['sacctmgr', '-nP', 'show', 'associations', 'format=account,user'];
  return (await must(directory, 'ctl', show)).split('\n').includes(`${last.account}|${last.user}`);
}
