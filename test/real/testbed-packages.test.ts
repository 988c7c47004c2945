import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../sandbox.ts';
import { fault } from '../testbed/fault.ts';
import { type Testbed, testbed } from '../testbed/fixture.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await testbed();
  // Projects are kept from run to run.
  await bed.must('login1', ['sh', '-c', 'cd /project/ada/alice && rm -rf conda mamba envs/small envs/shore']);
});
afterAll(() => bed[Symbol.asyncDispose]());

/** What a person's login shell does, with time to install things. */
const shell = (host: string, script: string, user = 'alice') =>
  bed.on(host, ['bash', '-lc', script], { user, timeoutMs: 300_000 });

/** What it prints when all goes well. */
async function prints(host: string, script: string): Promise<string> {
  const ran = await shell(host, `set -e\n${script}`);
  if (ran.exitCode !== 0) throw new Error(`${script}: ${ran.stdout}${ran.stderr}`);
  return ran.stdout;
}

const miniforge = '/software/python-miniforge-25.3.0-el8-x86_64';
const anaconda = '/software/python-anaconda-2022.05-el8-x86_64';

describe('inside', () => {
  test('nothing reaches the internet, neither by address nor by name', async () => {
    for (const host of ['login1', 'c1', 'laptop']) {
      const open = (address: string) => shell(host, `exec 3<>/dev/tcp/${address}/443`);
      expect((await open('192.0.2.1')).stderr).toContain('Network is unreachable');
      expect((await open('example.org')).stderr).toMatch(
        /Name or service not known|Temporary failure in name resolution/,
      );
    }
  });

  test('the mirror is an index for pip and uv, on login and compute nodes', async () => {
    const pip = 'python3 -m pip download -q --no-deps -d /tmp/pip six && ls /tmp/pip';
    expect(await prints('c1', pip)).toMatch(/^six-.*\.whl\n$/);
    const html =
      'python3 -c "import urllib.request as u; print(u.urlopen(\\"http://mirror.cluster/simple/six/\\").read())"';
    expect(await prints('login2', html)).toContain('<a href="../../wheels/six-1.17.0-py2.py3-none-any.whl#sha256=');
    const index = '--default-index http://mirror.cluster/simple/';
    const uv = `module load uv && uv venv -q /tmp/venv && uv pip install -q --cache-dir /tmp/uv ${index} -p /tmp/venv idna && /tmp/venv/bin/python -c "import idna; print(idna.__name__)"`;
    expect(await prints('login1', uv)).toBe('idna\n');
  });

  test('the mirror can break, and be repaired', async () => {
    const get = () =>
      shell('c2', 'python3 -c "import urllib.request as u; u.urlopen(\\"http://mirror.cluster/simple/\\")"');
    expect((await get()).exitCode).toBe(0);
    await fault(bed.directory, ['kill', 'mirror']);
    expect((await get()).stderr).toContain('Connection refused');
    await fault(bed.directory, ['start', 'mirror']);
    await until(async () => (await get()).exitCode === 0);
  });
});

describe('the miniforge module', () => {
  test('has a conda that stands in, says so, and finds what the site has for everybody, with either module tool', async () => {
    for (const host of ['login1', 'login2', 'c1']) {
      const seen = await shell(
        host,
        'module load python/miniforge-25.3.0 && conda --version && mamba --version && conda env list',
      );
      expect(seen.stdout).toContain('conda 26.9.0\n2.4.0\n');
      expect(seen.stderr).toContain('a stand-in of pier');
      expect(seen.stdout).toMatch(new RegExp(`^base +${miniforge}$`, 'm'));
      expect(seen.stdout).toMatch(new RegExp(`^tides +${miniforge}/envs/tides$`, 'm'));
      expect(
        (
          await shell(
            host,
            'module load python/miniforge-25.3.0; module unload python/miniforge-25.3.0; command -v conda',
          )
        ).stdout,
      ).toBe('');
    }
  });

  test('makes environments from the mirror, where conda is told to', async () => {
    const make = (tool: string) =>
      `module load python/miniforge-25.3.0 && export CONDA_PKGS_DIRS=/scratch/midway3/alice/pkgs && ${tool} create -q -y -p /project/ada/alice/${tool} hello >/dev/null && /project/ada/alice/${tool}/bin/hello`;
    for (const [host, tool] of [
      ['login1', 'conda'],
      ['login2', 'mamba'],
    ] as const) {
      expect(await prints(host, make(tool))).toBe(`hello from /project/ada/alice/${tool}\n`);
    }
  });

  test('activates the public environment, the ways people write it', async () => {
    const load = 'module load python/miniforge-25.3.0';
    for (const way of [
      'source activate tides',
      'eval "$(conda shell.bash hook)" && conda activate tides',
      `source ${miniforge}/bin/activate tides`,
    ]) {
      const seen = await prints(
        'login2',
        `${load}\n${way}\npython -c "import numpy, sys; print(sys.prefix)"; echo $HELLO_ACTIVE`,
      );
      expect(seen).toBe(`${miniforge}/envs/tides\n${miniforge}/envs/tides\n`);
    }
  });

  test('runs the public environment in a job, on a compute node', async () => {
    const job = `sbatch --wait -Q -o job.out --wrap '${miniforge}/envs/tides/bin/python -c "import numpy; print(numpy.arange(4).sum())"' && cat job.out`;
    expect(await prints('login1', job)).toContain('6\n');
  });

  test('keeps nobody’s changes: its root is read only to people', async () => {
    const seen = await shell('login1', 'module load python/miniforge-25.3.0; conda install -y -n base tidewater');
    expect(seen.exitCode).not.toBe(0);
    expect((await shell('login1', `test -e ${miniforge}/share/tidewater`)).exitCode).toBe(1);
  });
});

describe('the anaconda module', () => {
  test('has an older environment, and a channel that nobody mirrors', async () => {
    const legacy = `source ${anaconda}/bin/activate legacy && python -c "import six; print(six.__name__)" && cat $CONDA_PREFIX/share/tidewater/version`;
    expect(await prints('login1', legacy)).toBe('six\n1.1\n');
    const refused = await shell('login1', 'module load python/anaconda-2022.05; conda create -y -p /tmp/none hello');
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('conda.anaconda.org') });
  });

  test('excludes miniforge: Lmod swaps them, Environment Modules refuses the second', async () => {
    const both = 'module load python/miniforge-25.3.0; module load python/anaconda-2022.05; command -v conda';
    expect((await shell('login1', both)).stdout).toBe(`${anaconda}/bin/conda\n`);
    expect((await shell('login2', both)).stdout).toBe(`${miniforge}/bin/conda\n`);
  });
});

describe('pier', () => {
  test('lists the public environments of both, and makes ones of its own from the mirror', async () => {
    const load = 'module load pier uv && export PI=ada';
    const listed = JSON.parse(await prints('login1', `${load} && pier env list --json`));
    const shared = listed.environments.filter(({ origin }: { origin: string }) => origin === 'public');
    expect(shared.map(({ name, kind }: { name: string; kind: string }) => `${name} ${kind}`)).toEqual(
      expect.arrayContaining(['tides conda', 'legacy conda', 'sci venv']),
    );
    await prints('login1', `${load} && pier env create small idna six --yes`);
    expect(await prints('c1', '/project/ada/alice/envs/small/bin/python -c "import idna, six; print(1)"')).toBe('1\n');
    await prints('login1', `${load} && pier env create shore hello -c conda-forge --yes`);
    expect(await prints('c2', '/project/ada/alice/envs/shore/bin/hello')).toBe(
      'hello from /project/ada/alice/envs/shore\n',
    );
  });
});
