// From the command to a Jupyter that answers, beside the page's own batch script.
import { alternate } from './alternate.mjs';
import { ratioOfMedians } from './statistics.mjs';

const turns = 20;

const lab = 'pier lab --on compute --no-browser --defaults --time 20m --mem 1G --json';

/**
 * The page's batch script for JupyterLab, in the testbed’s network and with a token that is known. The testbed's Anaconda has
 * no Jupyter, so PATH leads to `sci`.
 */
const script = `#!/bin/bash
#SBATCH --time=00:20:00
#SBATCH --mem=1024M
#SBATCH --cpus-per-task=1
#SBATCH --partition=caslake
#SBATCH --account=pi-ada
#SBATCH --output=/dev/null
module load python/anaconda-2022.05
cd $SLURM_SUBMIT_DIR
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
  /** @type {number[]} */
  const commands = [];
  const byPier = async (turn) => {
    const { command, submission } = await startByPier(cluster, turn);
    if (turn > 0) commands.push(command);
    return submission;
  };
  const samples = await alternate(turns, { pier: byPier, hand: (turn) => byHand(cluster, turn) }, tell);
  const beside = 'the page’s batch script, from `sbatch` until `GET /api` answers 200 on the login node';
  const unit = '×';
  return [
    {
      figure: '`pier lab --on compute`, from the submission until it says the address',
      beside,
      unit,
      ...ratioOfMedians(samples.pier, samples.hand),
      goal: 1.1,
      better: 'lower',
    },
    { figure: 'the same, the whole command', beside: 'the same', unit, ...ratioOfMedians(commands, samples.hand) },
  ];
}

/** @param {import('./cluster.mjs').Cluster} cluster */
export async function writeScript(cluster) {
  await cluster.shell('login1', `cat >jupyter.sbatch <<'END'\n${script}END`);
}

/** Waits until Slurm has no job of the user's: each turn meets free nodes. */
export const clear = 'while [ -n "$(squeue -h -u alice)" ]; do sleep 0.2; done';

/**
 * Waits for a turn's own moment of a second: slurmctld looks for jobs to start once in a second, and a job waits for that.
 * Both ways begin at the same moment in each turn, and all moments are met alike.
 * @param {number} turn
 */
function momentOf(turn) {
  const microseconds = Math.round(((turn % turns) * 1_000_000) / turns);
  return `printf -v left 0.%06d $(((1000000 + ${microseconds} - 10#\${EPOCHREALTIME: -6}) % 1000000)); sleep $left`;
}

/** Milliseconds of the whole command, and from where it has written the job's script and is about to submit it. */
async function startByPier(cluster, turn) {
  const said = await cluster.shell(
    'login1',
    `${momentOf(turn)}; s=$EPOCHREALTIME; ${lab} >said; e=$EPOCHREALTIME
id=$(sed -n 's/^    "id": "\\(.*\\)",/\\1/p' said); echo $s $(stat -c %.6Y ~/.local/state/pier/sessions/$id/attempts/1/asked.json) $e`,
  );
  await cluster.shell('login1', `pier session stop --all >/dev/null; ${clear}`);
  const [start, asked, end] = times(said);
  return { command: (end - start) * 1000, submission: (end - asked) * 1000 };
}

/** Asked every 50 ms, by curl. */
export const startByHand = `rm -f address; s=$EPOCHREALTIME; sbatch --parsable jupyter.sbatch >job
until read -r ip port 2>/dev/null <address && curl -sf -m 2 -o /dev/null http://$ip:$port/api; do sleep 0.05; done`;

async function byHand(cluster, turn) {
  const said = await cluster.shell('login1', `${momentOf(turn)}; ${startByHand}; echo $s $EPOCHREALTIME`);
  await cluster.shell('login1', `scancel $(cat job); ${clear}`);
  const [start, end] = times(said);
  return (end - start) * 1000;
}

/** The EPOCHREALTIMEs in the last line. */
function times(said) {
  return said.trim().split('\n').at(-1).split(' ').map(Number);
}
