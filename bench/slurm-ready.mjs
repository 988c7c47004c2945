// From the command to a Jupyter that answers, beside the page's own batch script.
import { alternate } from './alternate.mjs';
import { ratioOfMedians } from './statistics.mjs';

const turns = 6;

const lab = 'pier lab --on compute --no-browser --defaults --time 20m --mem 1G --json';

/** The page's batch script, which `--explain` prints too, for the testbed’s network and with a token that is known. */
const script = `#!/bin/bash -l
#SBATCH --time=00:20:00
#SBATCH --mem=1024M
#SBATCH --cpus-per-task=1
#SBATCH --partition=caslake
#SBATCH --account=pi-ada
#SBATCH --output=/dev/null
export PATH=/software/envs/sci/bin:$PATH JUPYTER_TOKEN=bench
HOST_IP=$(/sbin/ip route get 10.50.0.2 | awk '{for (i = 1; i < NF; i++) if ($i == "src") print $(i + 1); exit}')
PORT_NUM=$(shuf -i15001-30000 -n1)
echo "$HOST_IP $PORT_NUM" >address.part && mv address.part address
jupyter-lab --no-browser --ip=$HOST_IP --port=$PORT_NUM
`;

/**
 * @param {import('./cluster.mjs').Cluster} cluster
 * @param {(text: string) => void} tell
 */
export async function measureReady(cluster, tell) {
  await writeScript(cluster);
  const samples = await alternate(turns, { pier: () => byPier(cluster), hand: () => byHand(cluster) }, tell);
  return {
    figure: '`pier lab --on compute`, from the command until it says the address',
    beside: 'the page’s batch script, from `sbatch` until `GET /api` answers 200 on the login node',
    unit: '×',
    ...ratioOfMedians(samples.pier, samples.hand),
    goal: 1.1,
    better: 'lower',
  };
}

/** @param {import('./cluster.mjs').Cluster} cluster */
export async function writeScript(cluster) {
  await cluster.shell('login1', `cat >jupyter.sbatch <<'END'\n${script}END`);
}

/** Ends all jobs, and waits until Slurm has none: each turn meets free nodes. */
export const clear = 'while [ -n "$(squeue -h -u alice)" ]; do sleep 0.2; done';

async function byPier(cluster) {
  const said = await cluster.shell('login1', `s=$EPOCHREALTIME; ${lab} >said; e=$EPOCHREALTIME; echo $s $e`);
  await cluster.shell('login1', `pier session stop --all >/dev/null; ${clear}`);
  return between(said);
}

/** Asked every 50 ms, by curl. */
export const startByHand = `rm -f address; s=$EPOCHREALTIME; sbatch --parsable jupyter.sbatch >job
until read -r ip port 2>/dev/null <address && curl -sf -m 2 -o /dev/null http://$ip:$port/api; do sleep 0.05; done`;

async function byHand(cluster) {
  const said = await cluster.shell('login1', `${startByHand}; echo $s $EPOCHREALTIME`);
  await cluster.shell('login1', `scancel $(cat job); ${clear}`);
  return between(said);
}

/** Milliseconds between two EPOCHREALTIMEs. */
function between(said) {
  const [start, end] = said.trim().split('\n').at(-1).split(' ').map(Number);
  return (end - start) * 1000;
}
