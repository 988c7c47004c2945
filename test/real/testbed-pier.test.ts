import { statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enter } from '../testbed/enter.ts';
import { type Testbed, testbed } from '../testbed/fixture.ts';
import { installPier } from '../testbed/pier.ts';
import { terminal } from './terminal.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await testbed();
});
afterAll(() => bed[Symbol.asyncDispose]());

/** What a person's login shell prints, with pier's module loaded. */
async function withPier(host: string, script: string, user = 'alice'): Promise<string> {
  const ran = await bed.on(host, ['bash', '-lc', `module load pier && ${script}`], {
    user,
    timeoutMs: 180_000,
  });
  if (ran.exitCode !== 0) throw new Error(`${script}: ${ran.stdout}${ran.stderr}`);
  return ran.stdout;
}

describe('pier', () => {
  test('is one file, and a module of both module tools', async () => {
    const find = ['find', '/software/pier', '!', '-type', 'd', '-printf', '%P %y %n\\n'];
    const [program, link] = (await bed.must('login1', find)).trim().split('\n').sort();
    expect([program, link]).toEqual([
      expect.stringMatching(/^[\d.]+\/bin\/pier f /),
      expect.stringMatching(/^bin\/pier l /),
    ]);
    for (const host of ['login1', 'login2', 'c1']) {
      expect(await withPier(host, 'command -v pier && pier --version')).toMatch(
        /^\/software\/pier\/([\d.]+)\/bin\/pier\npier \1\n$/,
      );
    }
  });

  test('needs no Node: no host of the cluster has one', async () => {
    for (const host of ['ctl', 'login1', 'login2', 'c1', 'bm1']) {
      expect((await bed.on(host, ['sh', '-c', 'command -v node'])).stdout).toBe('');
      const { version } = JSON.parse(await bed.must(host, ['/software/pier/bin/pier', '--version', '--json']));
      expect(version.node).toBe(process.versions.node);
    }
  });

  test('is on the laptop too, with no site but the laptop itself', async () => {
    const shown = await bed.must('laptop', ['/opt/pier/bin/pier', 'site', 'show', '--json'], { user: 'alice' });
    expect(JSON.parse(shown).site).toMatchObject({ id: 'local', chosenBy: 'default' });
  });

  test('brings the environment sci, whose scripts and activation name the place that it is in', async () => {
    const lines = '. /software/envs/sci/bin/activate && echo "$VIRTUAL_ENV" && command -v python jupyter';
    const prefix = '/software/envs/sci';
    expect(await bed.must('login1', ['bash', '-c', lines], { user: 'eve' })).toBe(
      `${prefix}\n${prefix}/bin/python\n${prefix}/bin/jupyter\n`,
    );
    const elsewhere = ['grep', '-rlIF', path.join('test', '.world'), `${prefix}/bin`, `${prefix}/.pier`];
    expect((await bed.on('login1', elsewhere)).stdout).toBe('');
  });

  test('stays as it is when it is installed again, and so does the environment', async () => {
    const files = ['pier/bin/pier', 'envs/sci/pyvenv.cfg'];
    const inodes = () => files.map((file) => statSync(path.join(bed.directory, 'shared/software', file)).ino);
    const before = inodes();
    await installPier(bed.directory);
    expect(inodes()).toEqual(before);
  });
});

describe('the site', () => {
  test('is the testbed’s own, in a profile without mistakes', async () => {
    expect(await withPier('login1', 'pier site check')).toBe('/etc/pier/site.yaml is a right site profile.\n');
    expect(JSON.parse(await withPier('login2', 'pier site show --json')).site).toMatchObject({
      id: 'testbed',
      chosenBy: '/etc/pier/site.yaml',
    });
  });

  test('says of its partitions what Slurm says', async () => {
    const shown = JSON.parse(await withPier('login1', 'pier site show --json')).site.profile.slurm;
    const seen = await bed.must('login1', ['sinfo', '-h', '-a', '-e', '-o', '%R %D %l']);
    const real = seen
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(/ +/));
    const said = Object.entries<{ nodes: number; max_time?: string }>(shown.partitions);
    expect(said.map(([name, { nodes, max_time }]) => [name, nodes, seconds(max_time)]).sort()).toEqual(
      real.map(([name, nodes, limit]) => [name, Number(nodes), seconds(limit)]).sort(),
    );
  });
});

/** `1-12:00:00`, `36:00:00` or `2:00`; NaN where there is no limit. */
function seconds(limit = 'infinite'): number {
  const [clock = '', days = '0'] = limit.split('-').reverse();
  return Number(days) * 86_400 + clock.split(':').reduce((total, part) => total * 60 + Number(part), 0);
}

describe('whose space is used', () => {
  const root = async (user: string) => {
    const { here } = JSON.parse(await withPier('login1', 'pier --json', user));
    return here.environments.root;
  };

  test('is that of the only project a person is in', async () => {
    expect(await root('alice')).toBe('/project/ada/alice/envs');
    expect(await root('dana')).toBe('/project/grace/dana/envs');
  });

  test('is asked once who is in several', async () => {
    expect(await root('bob')).toBeNull();
    const create = ['bash', '-lc', 'module load pier && pier env create mine --explain'];
    const refused = await bed.on('login1', create, { user: 'bob' });
    expect(refused.stderr.replace(/\s+/g, ' ')).toContain('can be ada or grace. Try: export PI=ada');
    const list = enter(bed.directory, 'login1', 'bob', ['/software/pier/bin/pier', 'env', 'list']);
    using closed = terminal(list, { PATH: process.env.PATH ?? '' }, '/');
    await closed.shows(/Whose space/);
    closed.type('C-d');
    await closed.shows(/The input ended before there was an answer[\s\S]*status 2/);
    using screen = terminal(list, { PATH: process.env.PATH ?? '' }, '/');
    await screen.shows(/Whose space do you work in here\?[\s\S]*ada[\s\S]*grace/);
    screen.type('Down', 'Enter');
    await screen.shows(/status 0/);
    expect(await root('bob')).toBe('/project/grace/bob/envs');
    expect(await withPier('login2', 'PI=ada pier --json', 'bob')).toContain('/project/ada/bob/envs');
  });

  test('is found from a directory that the person may not enter, as after su', async () => {
    const inRoots = [
      'sh',
      '-c',
      'cd /root && exec runuser -u alice -- env HOME=/home/alice /software/pier/bin/pier --json',
    ];
    const { here } = JSON.parse(await bed.must('login1', inRoots));
    expect(here.environments.root).toBe('/project/ada/alice/envs');
  });

  test('is nobody’s for one who is in none, who still finds what is public', async () => {
    expect(await root('eve')).toBeNull();
    expect(await withPier('login1', 'pier env list', 'eve')).toMatch(/^sci .* public /m);
    const refused = await bed.on('login1', ['/software/pier/bin/pier', 'env', 'create', 'mine'], { user: 'eve' });
    expect([refused.exitCode, refused.stderr.replace(/\s+/g, ' ')]).toEqual([
      2,
      expect.stringContaining('none of your groups has a directory'),
    ]);
  });
});

describe('alice on a login node', () => {
  test('finds the public environment, and opens JupyterLab in it', async () => {
    const { environments } = JSON.parse(await withPier('login1', 'pier env list --json'));
    const sci = { name: 'sci', prefix: '/software/envs/sci', origin: 'public', state: 'ok' };
    expect(environments).toContainEqual(expect.objectContaining(sci));
    const { session } = JSON.parse(await withPier('login1', 'pier lab --detach --no-browser --on here --json'));
    expect(session).toMatchObject({ state: 'ready', environment: { name: 'sci' } });
    expect(await withPier('login1', 'pier session list')).toContain(session.id);
    expect(await withPier('login1', 'pier session stop --all')).toContain(session.id);
    await withPier('login1', 'pier portal --stop');
  });

  test('gets the same who comes by ssh, with no module and no runtime directory', async () => {
    const ssh = (...words: string[]) =>
      bed.must('laptop', ['ssh', 'login2', '/software/pier/bin/pier', ...words], {
        user: 'alice',
        timeoutMs: 180_000,
      });
    const { session } = JSON.parse(await ssh('lab', '--detach', '--no-browser', '--json'));
    expect(session.state).toBe('ready');
    expect(await ssh('session', 'stop', session.id)).toContain(session.id);
    await ssh('portal', '--stop');
  });

  test('keeps her startup files as they were, and nothing runs when all is stopped', async () => {
    const skeleton = await bed.must('login1', ['cat', '/etc/skel/.bashrc', '/etc/skel/.profile']);
    expect(await bed.must('login1', ['cat', '.bashrc', '.profile'], { user: 'alice' })).toBe(skeleton);
    for (const host of ['login1', 'login2']) {
      const running = await bed.on(host, ['pgrep', '-u', 'alice', '-a']);
      expect(running.stdout).toBe('');
    }
  });
});
