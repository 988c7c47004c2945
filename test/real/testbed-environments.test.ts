import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunResult } from '../../src/process/index.ts';
import { until } from '../sandbox.ts';
import { type Testbed, testbed } from '../testbed/fixture.ts';

const pierProgram = '/software/pier/bin/pier';
const root = '/project/ada/alice/envs';

let bed: Testbed;
beforeAll(async () => {
  bed = await testbed();
  // Projects are kept from run to run.
  await bed.must('login1', ['sh', '-c', `find /project/ada/alice -mindepth 1 -delete`]);
});
afterAll(() => bed[Symbol.asyncDispose]());

/** What a person's login shell does, with uv's module and no pier in PATH. */
const shell = (script: string, host = 'login1', user = 'alice') =>
  bed.on(host, ['bash', '-lc', `module load uv; cd; ${script}`], { user, timeoutMs: 600_000 });

async function prints(script: string, host?: string, user?: string): Promise<string> {
  const ran = await shell(`set -e; ${script}`, host, user);
  if (ran.exitCode !== 0) throw new Error(`${script}: ${ran.stdout}${ran.stderr}`);
  return ran.stdout;
}

/** pier with --json, on a login node; throws when its status is not the one that was expected. */
// biome-ignore lint/suspicious/noExplicitAny: each command has its own shape
async function pier(line: string, { host = 'login1', user = 'alice', status = 0 } = {}): Promise<any> {
  const ran = await shell(`PI=ada ${pierProgram} ${line} --json`, host, user);
  if (ran.exitCode !== status) throw new Error(`pier ${line}: ${ran.exitCode} ${ran.stdout}${ran.stderr}`);
  return JSON.parse(ran.stdout === '' ? ran.stderr : ran.stdout);
}

/**
 * All that lies in the home and in the project, but for what the profile calls caches, and for the places, empty by then,
 * where the next environment, link or kernel will be.
 */
async function trees(): Promise<string[]> {
  const caches = ['/project/ada/alice/uv', '/project/ada/alice/conda', '/home/alice/.cache'];
  const pruned = caches.map((directory) => `-path ${directory}`).join(' -o ');
  const find = `find /home/alice /project/ada \\( ${pruned} \\) -prune -o -printf '%y %p\\n'`;
  const found = (await bed.must('login1', ['sh', '-c', find])).trim().split('\n');
  const ofJupyter = ['', '/share', '/share/jupyter', '/share/jupyter/kernels'].map(
    (name) => `/home/alice/.local${name}`,
  );
  const ofConda = ['/home/alice/.conda', '/home/alice/.conda/envs'];
  const places = [root, `${root}/.pier-stage`, `${root}/.pier-trash`, ...ofConda, ...ofJupyter];
  return found.filter((line) => !places.includes(line.replace(/^d /, ''))).sort();
}

const lives = [
  {
    backEnd: 'uv',
    kind: 'venv',
    first: 'six ipykernel',
    added: 'jinja2',
    options: '',
    formats: ['environment', 'full', 'requirements', 'pylock'],
  },
  {
    backEnd: 'conda',
    kind: 'conda',
    first: 'python ipykernel hello',
    added: 'jinja2',
    options: '-c conda-forge',
    formats: ['environment', 'full', 'explicit'],
  },
];
const fileOf: Record<string, string> = {
  environment: 'environment.yml',
  full: 'full.yml',
  requirements: 'requirements.txt',
  pylock: 'pylock.toml',
  explicit: 'explicit.txt',
};

/** Name and version of every package. */
async function packages(name: string): Promise<string[]> {
  const { environment } = await pier(`env show ${name}`);
  return environment.packages.map((one: { name: string; version: string }) => `${one.name} ${one.version}`);
}

describe.each(lives)('the whole life of an environment made by $backEnd', (life) => {
  const sea = `sea-${life.backEnd}`;
  const bay = `bay-${life.backEnd}`;
  let before: string[];
  const verified = async (name: string, host = 'login1') =>
    expect((await pier(`env verify ${name}`, { host })).verified.findings).toEqual([]);

  test('it is made in the project’s space from the site’s mirror, listed and shown, also on the other login node', async () => {
    before = await trees();
    const { environment } = await pier(`env create ${sea} ${life.first} ${life.options} --yes`);
    expect(environment).toMatchObject({ name: sea, kind: life.kind, prefix: `${root}/${sea}`, state: 'ok' });
    const { environments } = await pier('env list', { host: 'login2' });
    expect(environments).toContainEqual(expect.objectContaining({ name: sea, origin: 'owned', state: 'ok' }));
    const shown = (await pier(`env show ${sea}`, { host: 'login2' })).environment;
    expect(shown.packages).toContainEqual(expect.objectContaining({ name: 'ipykernel', requested: true }));
    expect((await pier(`env show ${sea} --why tornado`)).why).toMatchObject({ name: 'tornado', requested: false });
  });

  test('packages come and go, from either login node', async () => {
    const { changes } = await pier(`env install ${sea} ${life.added} --yes`, { host: 'login2' });
    expect(changes).toContainEqual(expect.objectContaining({ name: life.added, from: null }));
    expect(await prints(`${root}/${sea}/bin/python -c 'import ${life.added}; print(1)'`, 'c1')).toBe('1\n');
    const was = await packages(sea);
    await pier(`env uninstall ${sea} ${life.added} --yes`);
    const now = was.filter((text) => !/^(jinja2|markupsafe) /.test(text));
    expect(now.length).toBeLessThan(was.length);
    expect((await packages(sea)).sort()).toEqual(now.sort());
    await verified(sea, 'login2');
  });

  test.each(life.formats)(
    'written down as %s and made again from that, it is written down the same',
    async (format) => {
      const file = fileOf[format] as string;
      await pier(`env export ${sea} --format ${format} -o ${file}`);
      // A file of conda's has a name in it.
      await prints(`sed -i.before 's/^name: ${sea}$/name: ${bay}/' ${file}`);
      await pier(`env create ${bay} -f ${file} --yes`, { host: 'login2' });
      await pier(`env export ${bay} --format ${format} -o again-${file}`);
      await prints(`diff ${file} again-${file} && rm ${file} ${file}.before again-${file}`);
      expect(await packages(bay)).toEqual(await packages(sea));
      await pier(`env remove ${bay} --yes`);
    },
  );

  test('a copy has the same, is changed by itself, and has another name when it is given one', async () => {
    await pier(`env clone ${sea} ${bay}`);
    expect((await pier(`env diff ${sea} ${bay}`)).diff.differences).toEqual([]);
    await pier(`env install ${bay} ${life.added} --yes`);
    const { diff } = await pier(`env diff ${sea} ${bay}`, { status: 1 });
    expect(diff.differences).toContainEqual(
      expect.objectContaining({ what: 'package', name: life.added, first: null }),
    );
    await pier(`env rename ${bay} a-longer-name`, { host: 'login2' });
    await verified('a-longer-name');
    await pier('env remove a-longer-name --yes', { host: 'login2' });
    await verified(sea);
  });

  test('frozen, it refuses change on either login node, and takes it again when it is thawed', async () => {
    await pier(`env freeze ${sea} --message "for the paper"`);
    for (const host of ['login1', 'login2']) {
      const { error } = await pier(`env install ${sea} ${life.added} --yes`, { host, status: 2 });
      expect(error).toMatchObject({ code: 'environment-frozen', message: expect.stringContaining('for the paper') });
    }
    await verified(sea);
    await pier(`env thaw ${sea}`);
    await pier(`env install ${sea} ${life.added} --yes`);
    await pier(`env uninstall ${sea} ${life.added} --yes`);
  });

  test('shared with the group, another member uses it once she trusts it, and cannot change it', async () => {
    const bob = { host: 'login2', user: 'bob' };
    expect((await pier(`env share ${sea} pi-ada`)).shared.findings).toEqual([]);
    const run = `PI=ada ${pierProgram} exec -e ${root}/${sea} -- python -c 'import sys; print(sys.prefix)'`;
    const untrusted = await shell(run, bob.host, bob.user);
    expect(untrusted.exitCode).toBe(125);
    expect(untrusted.stderr).toContain('pier env trust');
    await pier(`env trust ${root}/${sea} --yes`, bob);
    expect(await prints(run, bob.host, bob.user)).toBe(`${root}/${sea}\n`);
    for (const verb of ['remove', 'install']) {
      const { error } = await pier(`env ${verb} ${root}/${sea} ${verb === 'install' ? 'six' : ''} --yes`, {
        ...bob,
        status: 2,
      });
      expect(error.code).toMatch(/^environment-/);
    }
    await pier(`env trust ${root}/${sea} --revoke`, bob);
  });

  test('as a kernel of hers it is what Jupyter starts', async () => {
    await pier(`env kernel ${sea}`);
    const client = `import os, sys, tempfile; os.environ['IPYTHONDIR'] = tempfile.mkdtemp()
from jupyter_client.manager import start_new_kernel as start
m, c = start(kernel_name='pier-${sea}', startup_timeout=120)
try: c.execute_interactive('import sys; print(sys.prefix)', timeout=120)
finally: c.stop_channels(); m.shutdown_kernel(now=True)`;
    const python = ['/software/envs/sci/bin/python', '-c', client];
    expect(await bed.must('c2', python, { user: 'alice', timeoutMs: 240_000 })).toBe(`${root}/${sea}\n`);
    await pier(`env kernel ${sea} --remove`);
    expect((await pier('env kernel')).kernels).toEqual([]);
  });

  test('it is activated in bash and in a batch job, where there is no pier, and left without a trace', async () => {
    const look = `python -c 'import sys, ipykernel; print(sys.prefix)'`;
    // The package hello has a script that sets this one when it is left.
    const variables = 'env | grep -v ^HELLO_ORDER= | sort';
    const inBash = `${variables} >before; eval "$(${pierProgram} env activate ${sea})"; ${look}; deactivate
${variables} >after; diff before after && rm before after`;
    expect(await prints(inBash, 'login2')).toBe(`${root}/${sea}\n`);
    const script = `#!/bin/bash\nset -eu\n. ${root}/${sea}/.pier/activate.sh\ncommand -v pier && exit 1\n${look}\nhostname\n`;
    await prints(`cat >job.sh <<'END'\n${script}END\nsbatch -W -Q -o job.out job.sh`);
    expect(await prints('cat job.out && rm job.out job.sh')).toMatch(new RegExp(`^${root}/${sea}\nc[12]\n`));
  });

  test('removed, nothing of it is left in home or project', async () => {
    await pier(`env remove ${sea} --yes`, { host: 'login2' });
    expect(await trees()).toEqual(before);
  });
});

describe('two login nodes', () => {
  /** Starts pier on a host. Not in place of its shell: runuser stops itself with a child that is stopped. */
  const start = (host: string, line: string): Promise<RunResult> =>
    shell(`${pierProgram} ${line} --json; exit $?`, host);
  const lease = async (name: string) => {
    const ran = await bed.on('login1', ['cat', `${root}/${name}/.pier/lease`]);
    return ran.exitCode === 0 && ran.stdout !== '' ? JSON.parse(ran.stdout) : undefined;
  };

  test('a holder that is stopped in the middle keeps its lease, whoever waits for it and where', async () => {
    await pier('env create held six --yes');
    const first = start('login1', 'env install held jupyterlab --yes');
    const held = await until(() => lease('held'), 120_000);
    expect(held.owner.host).toBe('login1');
    await bed.must('login1', ['kill', '-STOP', String(held.owner.pid)]);
    expect((await lease('held'))?.token).toBe(held.token);
    const heard = (host: string) => `/tmp/heard-${host}`;
    const others = ['login1', 'login2'].map((host) =>
      shell(`${pierProgram} env install held idna --yes 2>${heard(host)}`, host),
    );
    for (const host of ['login1', 'login2']) {
      const waits = async () => (await shell(`cat ${heard(host)}`, host)).stdout.includes(`process ${held.owner.pid}`);
      await until(waits, 120_000);
    }
    expect((await lease('held'))?.token).toBe(held.token);
    await bed.must('login1', ['kill', '-CONT', String(held.owner.pid)]);
    for (const ran of [await first, ...(await Promise.all(others))]) {
      expect(ran, ran.stderr).toMatchObject({ exitCode: 0 });
    }
    expect((await pier('env verify held')).verified.findings).toEqual([]);
    const names = (await pier('env show held')).environment.packages.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(['jupyterlab', 'idna', 'six']));
    await pier('env remove held --yes');
    for (const host of ['login1', 'login2']) await prints(`rm ${heard(host)}`, host);
  }, 900_000);

  test.each([
    ['uv', '', ['six', 'idna', 'attrs']],
    ['conda', '-c conda-forge', ['tidewater', 'lighthouse', 'hello']],
  ])(
    'eight at once that create, install and remove the same names with %s: nothing is damaged, nobody waits for ever',
    async (_backEnd, options, packages) => {
      const before = await trees();
      const [base, ...more] = packages as [string, string, string];
      /** The same verbs in another order for each of the eight, so that all meet all. */
      const verbs = (name: string) => [
        `env create ${name} ${base} ${options} --yes`,
        `env install ${name} ${more[0]} --yes`,
        `env remove ${name} --yes`,
        `env install ${name} ${more[1]} --yes`,
        `env create ${name} ${base} ${options} --yes`,
      ];
      const worker = async (index: number) => {
        const errors: { code: string; message: string }[] = [];
        const all = verbs(index % 4 < 2 ? 'a' : 'b');
        for (const step of all.keys()) {
          const line = all[(step + index) % all.length] as string;
          const ran = await start(index % 2 ? 'login1' : 'login2', line);
          if (ran.exitCode === 0) continue;
          errors.push(JSON.parse(ran.stdout || ran.stderr).error ?? { code: ran.stderr, message: line });
        }
        return errors;
      };
      const errors = (await Promise.all(Array.from({ length: 8 }, (_, index) => worker(index)))).flat();
      // What a person can be told when others do the same; anything else is a fault.
      const told = ['environment-exists', 'environment-unknown', 'environment-ghost', 'environment-partial'];
      expect(errors.filter(({ code }) => !told.includes(code))).toEqual([]);
      const owned = (await pier('env list')).environments.filter(
        ({ origin }: { origin: string }) => origin === 'owned',
      );
      for (const { name, state, prefix } of owned) {
        expect([name, state]).toEqual([name, 'ok']);
        expect((await pier(`env verify ${name}`, { host: 'login2' })).verified.findings).toEqual([]);
        expect((await shell(`ls -A ${prefix}/.pier | grep lease`)).stdout).toBe('');
        await pier(`env remove ${name} --yes`);
      }
      expect(await trees()).toEqual(before);
      for (const host of ['login1', 'login2'])
        expect((await bed.on(host, ['pgrep', '-u', 'alice', '-a'])).stdout).toBe('');
    },
    1_800_000,
  );
});
