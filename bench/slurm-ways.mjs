// Kernels and downloads through each way to a compute node, as the laptop has them: all of them through ssh.
import path from 'node:path';
import { clear, startByHand, writeScript } from './slurm-ready.mjs';
import { ratioOfMedians } from './statistics.mjs';
import { finish } from './world.mjs';

const megabytes = 50;

const lab = 'pier lab --on compute --no-browser --defaults --time 30m --mem 2G --dir ~/served --json';

/**
 * @param {import('./cluster.mjs').Cluster} cluster
 * @param {(text: string) => void} tell
 * @returns {Promise<import('./run.mjs').Row[]>}
 */
export async function measureWays(cluster, tell) {
  await cluster.shell('login1', `mkdir -p served; head -c ${megabytes}000000 /dev/urandom >served/large.bin`);
  const ways = {
    hand: await byHand(cluster),
    direct: await directly(cluster),
    ...(await throughPortals(cluster)),
  };
  tell('all ways are open');
  const client = path.join(import.meta.dirname, 'slurm-client.mjs');
  const task = JSON.stringify({ ways, megabytes });
  // In the laptop's network, with this machine's files: the laptop has no Node.
  const inside = [`--net=/proc/${cluster.pidOf('laptop')}/ns/net`, process.execPath, client, task];
  const samples = JSON.parse(await finish('nsenter', inside, process.env));
  await cluster.on('laptop', 'pkill -u alice -x ssh; true');
  await cluster.shell('login1', `pier session stop --all >/dev/null; scancel -u alice; ${clear}; rm -r served`);
  const rows = (figure, what, taken, goals) =>
    Object.entries({ gate: 'the gate', srun: '`srun`', direct: '`--direct`' }).map(([name, by]) => ({
      figure: `${figure} through ${by} and ssh, ${what}`,
      beside: '`ssh -L` to a Jupyter on the node’s port',
      unit: '×',
      ...ratioOfMedians(taken[name], taken.hand),
      ...goals,
    }));
  return [
    ...rows('kernel round trip', 'time', samples.kernel, {}),
    ...rows(`download of ${megabytes} MB`, 'throughput', samples.download, {}),
  ];
}

/** `ssh -f -N -L` on the laptop. Each way has a loopback address of its own, so that ports may be the same. */
async function forward(cluster, address, port, to, login = 'login1') {
  const options = '-f -N -o ExitOnForwardFailure=yes';
  await cluster.on('laptop', `ssh ${options} -L ${address}:${port}:${to} ${login} </dev/null >/dev/null 2>&1`);
  return { host: address, port };
}

async function byHand(cluster) {
  await writeScript(cluster);
  await cluster.shell('login1', `cd served && cp ../jupyter.sbatch . && ${startByHand}`);
  const [ip, port] = (await cluster.shell('login1', 'cat served/address')).trim().split(' ');
  const to = await forward(cluster, '127.0.0.2', Number(port), `${ip}:${port}`);
  return { to, origin: `http://127.0.0.1:${port}`, base: '/', token: 'bench' };
}

async function directly(cluster) {
  const { opening } = JSON.parse(await cluster.shell('login1', `${lab} --direct --detach >said; ${waited}`));
  const { hostname, port, searchParams } = new URL(opening.url);
  const to = await forward(cluster, '127.0.0.3', Number(port), `${hostname}:${port}`);
  return { to, origin: `http://127.0.0.1:${port}`, base: '/', token: searchParams.get('token') };
}

/** The session that was asked for last, once it is ready. */
const waited =
  'id=$(grep -o \'"id": *"[a-z0-9]*"\' said | head -1 | cut -d\\" -f4); pier session open $id --wait --no-browser --json';

/** One session; the portal of login1 reaches it through its gate, that of login2 through srun. */
async function throughPortals(cluster) {
  const { session } = JSON.parse(await cluster.shell('login1', lab));
  const ways = {};
  for (const [name, login, address] of [
    ['gate', 'login1', '127.0.0.4'],
    ['srun', 'login2', '127.0.0.5'],
  ]) {
    const remembered = JSON.stringify({ '/etc/pier/site.yaml': { way: name, at: new Date().toISOString() } });
    const prefer = `mkdir -p ~/.cache/pier; (umask 077; printf %s '${remembered}' >~/.cache/pier/ways.json)`;
    const open = `SSH_CONNECTION='10.51.0.2 1 ${login} 22' pier session open ${session.id} --no-browser --json`;
    const { opening } = JSON.parse(await cluster.shell(login, `pier portal --stop >/dev/null; ${prefer}; ${open}`));
    if (opening.reach.way !== name) throw new Error(`by ${opening.reach.way} instead of ${name}`);
    const [, port, socket] = /-L (\d+):(\S+) /.exec(opening.tunnel);
    const to = await forward(cluster, address, Number(port), socket, login);
    ways[name] = { to, url: opening.url, base: session.baseUrl };
  }
  return ways;
}
