import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../sandbox.ts';
import { npmRunTestbed, type Testbed, testbed } from '../testbed/fixture.ts';
import { type Member, member, type Opened, prefer, runThrough, socketOf } from './slurm-session.ts';

let bed: Testbed;
let alice: Member;
let id: string;
let opened: Opened;

beforeAll(async () => {
  bed = await testbed();
  alice = member(bed);
  opened = await alice.pier('lab --on compute --time 1h --no-browser');
  id = opened.session.id;
});
afterAll(() => bed[Symbol.asyncDispose]());

const open = () => alice.pier(`session open ${id} --no-browser`);

test('a session on a compute node is ready, and reached through its gate', () => {
  expect(opened.session).toMatchObject({ state: 'ready', host: expect.stringMatching(/^c[12]$/) });
  expect(opened.opening.reach).toMatchObject({
    way: 'gate',
    tried: [{ way: 'socket', reason: expect.stringContaining('not on this machine') }, { way: 'gate' }],
  });
});

describe.each(['gate', 'srun'] as const)('through %s', (way) => {
  beforeAll(async () => {
    await prefer(alice, way);
    expect((await open()).opening.reach).toMatchObject({ way });
  });

  test('a kernel runs on the compute node and answers', async () => {
    const { printed } = await runThrough(alice, bed, id, 'import socket; print(socket.gethostname())');
    expect(printed).toBe(`${opened.session.host}\n`);
  });

  test('50 MB come down as they were, also four times at once', async () => {
    await alice.shell('head -c 50000000 /dev/urandom >big.bin');
    const url = `http://localhost/s/${id}/files/big.bin`;
    const headers = `-H 'Host: ${id}.localhost' -H 'Referer: http://${id}.localhost/s/${id}/lab'`;
    const get = `curl -sf --unix-socket ${await socketOf(alice, id)} ${headers} ${url} | md5sum`;
    const sums = await alice.shell(`md5sum <big.bin; for i in 1 2 3 4; do ${get} & done; wait`);
    const [whole, ...got] = sums.trim().split('\n');
    expect(got).toEqual([whole, whole, whole, whole]);
  });

  test('as much goes up, with answers in between', async () => {
    const socket = await socketOf(alice, id);
    const upload = `import base64, http.client, json, socket, os
data = os.urandom(20_000_000)
s = socket.socket(socket.AF_UNIX); s.connect(${JSON.stringify(socket)})
c = http.client.HTTPConnection('localhost'); c.sock = s
c.request('GET', '/s/${id}/lab', headers={'Host': '${id}.localhost'})
a = c.getresponse(); a.read()
cookie = next(v for n, v in a.getheaders() if n == 'Set-Cookie' and v.startswith('_xsrf=')).split(';')[0]
s = socket.socket(socket.AF_UNIX); s.connect(${JSON.stringify(socket)}); c.sock = s
body = json.dumps({'type': 'file', 'format': 'base64', 'content': base64.b64encode(data).decode()})
c.request('PUT', '/s/${id}/api/contents/up.bin', body, {'Host': '${id}.localhost', 'Cookie': cookie,
  'X-XSRFToken': cookie.split('=', 1)[1], 'Content-Type': 'application/json'})
print(c.getresponse().status in (200, 201), open(os.path.expanduser('~/up.bin'), 'rb').read() == data)
`;
    const python = ['/software/envs/sci/bin/python', '-'];
    expect(await bed.must('login1', python, { user: 'alice', input: upload, timeoutMs: 180_000 })).toBe('True True\n');
  });

  test('a login node that is cut off gets nothing, and all again once it is mended', async () => {
    const socket = await socketOf(alice, id);
    const ask = `curl -s -m 12 -o /dev/null -w '%{http_code}' --unix-socket ${socket} -H 'Host: ${id}.localhost' http://localhost/s/${id}/api`;
    await npmRunTestbed(bed.directory, 'fault', 'cut', 'login1');
    expect((await bed.on('login1', ['sh', '-c', ask], { user: 'alice' })).stdout).toBe('000');
    await npmRunTestbed(bed.directory, 'fault', 'mend', 'login1');
    await until(async () => (await open().catch(() => undefined))?.opening.reach !== undefined, 120_000);
    const { printed } = await runThrough(alice, bed, id, 'print(6*7)');
    expect(printed).toBe('42\n');
  });
});

test('without a gate it is reached through Slurm, and what worked is remembered', async () => {
  await prefer(alice, 'gate');
  await alice.shell(`mv ${alice.records(id)}/attempts/1/gate.key /tmp/kept.key`);
  expect((await open()).opening.reach?.tried).toMatchObject([
    { way: 'socket' },
    { way: 'gate', reason: expect.stringContaining('gate.key, cannot be read') },
    { way: 'srun', reason: null },
  ]);
  expect(JSON.parse(await alice.shell('cat ~/.cache/pier/ways.json'))).toMatchObject({
    '/etc/pier/site.yaml': { way: 'srun' },
  });
  await alice.shell(`mv /tmp/kept.key ${alice.records(id)}/attempts/1/gate.key`);
});

test('a portal that is killed leaves no step in the job', async () => {
  await prefer(alice, 'srun');
  await open();
  const steps = async () => (await alice.shell('squeue -h -s -u alice -o %j')).split('\n').filter(Boolean);
  expect(await steps()).toContain('pier-relay');
  await alice.shell(`pkill -KILL -u alice -f 'portal --serve'`);
  await until(async () => !(await steps()).includes('pier-relay'), 60_000);
});

test('on its own node the session’s own socket is taken', async () => {
  const { host } = opened.session;
  const reach = await alice.pier(`session open ${id} --no-browser`, host);
  expect(reach.opening.reach).toEqual({ way: 'socket', tried: [{ way: 'socket', reason: null }] });
  await alice.shell('pier portal --stop', host);
});
