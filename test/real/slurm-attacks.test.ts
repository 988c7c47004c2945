import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../sandbox.ts';
import { type Testbed, testbed } from '../testbed/fixture.ts';
import { type Member, member, type Opened, prefer } from './slurm-session.ts';

// The attacker is bob, a user of the same cluster with a job on the same node.

let bed: Testbed;
let alice: Member;
let opened: Opened;
let id: string;
let node: string;
let records: string;

beforeAll(async () => {
  bed = await testbed();
  alice = member(bed);
  // A home that everybody may look into: then only pier's own care protects.
  await bed.must('login1', ['chmod', '755', '/home/alice']);
  opened = await alice.pier('lab --on compute --time 1h --no-browser');
  id = opened.session.id;
  node = opened.session.host;
  records = `${alice.records(id)}/attempts/1`;
});
afterAll(() => bed[Symbol.asyncDispose]());

const asBob = (script: string, host = node) => bed.on(host, ['bash', '-c', script], { user: 'bob' });
const endpoint = async () => JSON.parse(await alice.shell(`cat ${records}/endpoint.json`));
const open = () => alice.pier(`session open ${id} --no-browser`);

/** What the session says why no way leads to it, with a record changed for the while. */
async function refusedWith(change: (record: Record<string, unknown>) => object): Promise<string> {
  const record = await endpoint();
  const write = (value: object) =>
    bed.must('login1', ['sh', '-c', `cat >${records}/new && mv ${records}/new ${records}/endpoint.json`], {
      user: 'alice',
      input: JSON.stringify(value),
    });
  await write(change(record));
  await prefer(alice, 'gate');
  try {
    const said = await alice.shell(`pier session open ${id} --no-browser --verbose 2>&1 || true`);
    // Without the line breaks that fit it to the terminal.
    return said.replace(/\s+/g, ' ');
  } finally {
    await write(record);
  }
}

test('another user on the node gets into neither the socket nor the records, and no key', async () => {
  const { endpoint: where } = await endpoint();
  for (const place of [where.path, `${records}/gate.key`, `${records}/log`, `${records}/job.sh`]) {
    expect(await asBob(`cat '${place}'`)).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('denied') });
  }
  const connect = `import socket; socket.socket(socket.AF_UNIX).connect(${JSON.stringify(where.path)})`;
  expect((await asBob(`python3 -c '${connect}'`)).stderr).toContain('PermissionError');
});

test('another user gets nothing out of the gate: no plain HTTP, no TLS, no wrong key', async () => {
  const { gate } = await endpoint();
  for (const host of [node, 'login1']) {
    const plain = await asBob(`curl -s -m 10 -i http://${node}:${gate.port}/s/${id}/api; echo "rc $?"`, host);
    expect(plain.stdout).toMatch(/^rc (1|52|56)\n$/);
    const tls = await asBob(`curl -sk -m 10 -i https://${node}:${gate.port}/s/${id}/api; echo "rc $?"`, host);
    expect(tls.stdout).toBe('rc 35\n');
    const identity = `pier ${id} 1 0`;
    const client = `openssl s_client -connect ${node}:${gate.port} -tls1_2 -cipher PSK@SECLEVEL=0 -psk_identity '${identity}'`;
    const wrong = await asBob(
      `printf 'GET /s/${id}/api HTTP/1.0\\r\\n\\r\\n' | timeout 10 ${client} -psk ${'ab'.repeat(32)} 2>&1`,
      host,
    );
    expect(wrong.stdout).toMatch(/alert|handshake failure|Cipher is \(NONE\)/);
    expect(wrong.stdout).not.toContain('HTTP/1.1');
  }
});

test('another user cannot have Slurm lead him there', async () => {
  const ran = await asBob(`timeout 60 srun --overlap --jobid=${opened.session.job.number} true`, 'login1');
  expect(ran.exitCode).not.toBe(0);
  expect(ran.stderr).toMatch(/denied|Invalid|permission/i);
});

test('nothing secret stands in ps, the script, the log or what Slurm tells', async () => {
  const key = await bed.must('login1', ['sh', '-c', `od -An -v -tx1 ${records}/gate.key | tr -d ' \\n'`]);
  expect(key).toHaveLength(64);
  await prefer(alice, 'srun');
  await open();
  const raw = Buffer.from(key, 'hex');
  const secrets = [key, raw.toString('base64'), raw.toString('base64url'), new URL(opened.opening.url).hash.slice(1)];
  const job = opened.session.job.number;
  const seen = [
    await bed.must(node, [
      'sh',
      '-c',
      'cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr "\\0" "\\n"; true',
    ]),
    await bed.must('login1', [
      'sh',
      '-c',
      'cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr "\\0" "\\n"; true',
    ]),
    await bed.must('login1', ['scontrol', 'show', 'job', '-dd', job]),
    await bed.must('ctl', ['scontrol', 'write', 'batch_script', job, '-']),
    await bed.must('login1', ['cat', `${records}/log`, `${records}/job.sh`, `${records}/endpoint.json`]),
    await bed.must('login1', ['sacct', '-nP', '-j', job, '-o', 'all']),
  ];
  expect(seen.every((text) => text.length > 10)).toBe(true);
  for (const text of seen) for (const secret of secrets) expect(text.includes(secret)).toBe(false);
  for (const text of seen) expect(text).not.toMatch(/token=[0-9a-f]{8}/);
});

test('a forged endpoint that names another host or an option is refused before anything is asked there', async () => {
  const elsewhere = await refusedWith((record) => ({ ...record, gate: { host: 'login2', port: 22 } }));
  expect(elsewhere).toContain('Its gate is said to be on "login2", but its agent runs on');
  const option = await refusedWith((record) => ({ ...record, gate: { host: '-oProxyCommand=touch pwned', port: 22 } }));
  expect(option).toContain('"-oProxyCommand=touch pwned" is no name of a host');
  expect(await alice.shell('find / -xdev -name pwned -user alice 2>/dev/null; true')).toBe('');
});

test('a forged agent’s host does not make it the job’s', async () => {
  const kept = await alice.shell(`cat ${records}/started.json`);
  const write = (text: string) =>
    bed.must('login1', ['sh', '-c', `cat >${records}/new && mv ${records}/new ${records}/started.json`], {
      user: 'alice',
      input: text,
    });
  const started = JSON.parse(kept);
  await write(JSON.stringify({ ...started, agent: { ...started.agent, host: 'login2' } }));
  try {
    // Until Slurm has been asked again, which is at most four times a minute, the key alone keeps it out.
    await until(async () => {
      const said = await refusedWith((record) => ({ ...record, gate: { host: 'login2', port: 22 } }));
      expect(said).toContain('No way leads from here');
      return said.includes(`Its gate is said to be on "login2", but its job has "${node}"`);
    }, 120_000);
  } finally {
    await write(kept);
  }
});

test('a forged endpoint that names another socket is refused on the session’s own node', async () => {
  const record = await endpoint();
  const forged = { ...record, endpoint: { kind: 'socket', path: '/tmp/other.sock' } };
  const write = (value: object) =>
    bed.must('login1', ['sh', '-c', `cat >${records}/new && mv ${records}/new ${records}/endpoint.json`], {
      user: 'alice',
      input: JSON.stringify(value),
    });
  await write(forged);
  const said = await alice.shell(`pier session open ${id} --no-browser 2>&1 || true; pier portal --stop`, node);
  await write(record);
  expect(said).toContain('is not one of its own');
});

test('after the end its port leads nowhere, whoever has it then, and its key is gone', async () => {
  const { gate } = await endpoint();
  await alice.pier('session stop --all');
  expect((await bed.on('login1', ['ls', `${records}/gate.key`])).exitCode).not.toBe(0);
  const gone = await asBob(`curl -s -m 10 http://${node}:${gate.port}/; echo "rc $?"`, 'login1');
  expect(gone.stdout).toBe('rc 7\n');
});
