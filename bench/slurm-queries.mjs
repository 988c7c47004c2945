// How often Slurm is asked while fifty sessions wait and people look at them.
import { clear } from './slurm-ready.mjs';

const sessions = 50;
const seconds = 150;

/** Programs that ask Slurm something. */
const programs = ['squeue', 'sacct', 'scontrol', 'sinfo', 'sacctmgr'];

/** Each of them notes when it was called, and then is what it was. */
const standIns = `mkdir -p calls; for p in ${programs.join(' ')}; do
  printf '#!/bin/sh\\ndate +%%s.%%N >>/home/alice/calls/log\\nexec /usr/bin/%s "$@"\\n' $p >calls/$p; chmod 755 calls/$p
done; : >calls/log`;

/** Nodes that are all taken, so that the sessions wait and cost no Jupyter each. */
const holdNodes = 'sbatch --parsable -A pi-ada -N2 --exclusive --time 30 --wrap "sleep 1500" >holds';

const start = `seq ${sessions} | xargs -P 4 -I{} pier lab --on compute --detach --defaults --time 20m --mem 1G --json >/dev/null`;

/** What people do who have many sessions: two terminals on each login node that ask all the time. */
const look = `export PATH=$HOME/calls:$PATH; end=$(($(date +%s) + ${seconds}))
while [ $(date +%s) -lt $end ]; do pier session list --json >/dev/null; sleep 0.5; done`;

/**
 * @param {import('./cluster.mjs').Cluster} cluster
 * @param {(text: string) => void} tell
 * @returns {Promise<import('./run.mjs').Row>}
 */
export async function measureQueries(cluster, tell) {
  await cluster.shell('login1', `${standIns}; ${holdNodes}; ${start}`);
  tell(`${sessions} sessions wait`);
  const looking = ['login1', 'login1', 'login2', 'login2'].map((host) => cluster.shell(host, look));
  await Promise.all(looking);
  const text = await cluster.shell('login1', 'cat calls/log; scancel $(cat holds)');
  await cluster.shell('login1', `pier session stop --all >/dev/null; ${clear}; rm -r calls`);
  const times = text.trim().split('\n').map(Number);
  const within = (from) => times.filter((time) => time >= from && time < from + 60).length;
  const value = Math.max(...times.map(within));
  tell(`${times.length} questions in ${seconds} s, at most ${value} in a minute`);
  return {
    figure: `questions to Slurm in the busiest minute, with ${sessions} sessions and four terminals that list them all the time`,
    beside: 'nothing: it is a limit',
    unit: 'a minute',
    value,
    low: value,
    high: value,
    goal: 4,
    better: 'lower',
  };
}
