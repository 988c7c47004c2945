import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../sandbox.ts';
import { type Testbed, testbed } from '../testbed/fixture.ts';
import { type Member, member, runThrough } from './slurm-session.ts';

// An environment that needs a module: the testbed's gcc/7.4.0, under Lmod on login1 and the nodes, and under Environment
// Modules on login2. The machine's own gcc is a newer one.

const needed = 'gcc/7.4.0';
const gcc = 'gcc -dumpfullversion';
const prefix = '/project/ada/alice/envs/sea';

let bed: Testbed;
let alice: Member;
beforeAll(async () => {
  bed = await testbed('sessions');
  alice = member(bed);
  await clear();
  // The version is left to the site, and recorded as it was then.
  await alice.shell(`module load uv; pier env create sea jupyterlab --module gcc --yes`);
});
afterAll(async () => {
  await clear();
  await bed[Symbol.asyncDispose]();
});

/** Projects are kept from run to run. */
const clear = () => bed.must('login1', ['find', '/project/ada/alice', '-mindepth', '1', '-delete']);

/** What `pier env … --json` gives, or the error that it ends with. */
async function environment(args: string, host = 'login1') {
  const script = `module load uv pier; pier env ${args} --json`;
  const ran = await bed.on(host, ['bash', '-lc', script], { user: 'alice', timeoutMs: 120_000 });
  const { environment, error } = JSON.parse(ran.stdout || ran.stderr);
  return environment ?? error;
}

test('the module is recorded by its full name, and told', async () => {
  expect(await environment('show sea')).toMatchObject({ state: 'ok', modules: [needed] });
  expect(await alice.shell('pier env show sea')).toMatch(/Modules +gcc\/7\.4\.0/);
  expect(await alice.shell('pier env modules sea')).toBe(
    `sea needs ${needed}: loaded with it in shells, kernels and jobs.\n`,
  );
});

test.each(['login1', 'login2'])('on %s it is loaded with the environment, and unloaded with it', async (host) => {
  expect(await alice.shell(`${gcc}; pier exec -e sea -- ${gcc}`, host)).toMatch(/^(?!7\.4\.0\n).*\n7\.4\.0\n$/);
  const active = `eval "$(pier env activate sea)"; ${gcc}; pier env deactivate >/dev/null; deactivate; ${gcc}`;
  expect(await alice.shell(active, host)).toMatch(/^7\.4\.0\n(?!7\.4\.0\n).*\n$/);
});

test.each(['bash', 'zsh', 'dash', 'fish', 'tcsh'])(
  'in %s it is loaded with the environment, and unloaded with it',
  async (shell) => {
    const show = 'printenv LOADEDMODULES';
    const [off, source] = shell === 'dash' ? ['_pier_deactivate', '.'] : ['deactivate', 'source'];
    const script = { fish: 'activate.fish', tcsh: 'activate.csh' }[shell] ?? 'activate.sh';
    // A file, since tcsh knows an alias from the next line on.
    const lines = `${show}\n${source} ${prefix}/.pier/${script}\n${show}\n${off}\n${show}\n`;
    const printed = await alice.shell(`printf %s '${lines}' >/tmp/lines; ${shell} /tmp/lines`);
    const [before, active = '', left] = printed.trim().split('\n');
    expect(active.split(':').sort()).toEqual([...(before ?? '').split(':'), needed].sort());
    expect(left).toBe(before);
  },
);

test('what it took the place of comes back, also under an IFS of the user’s own', async () => {
  const script = `module load gcc/6.5.0; IFS=$'\\n\\t'; . ${prefix}/.pier/activate.sh; ${gcc}; deactivate; ${gcc}; echo "$LOADEDMODULES"`;
  const printed = (await alice.shell(script)).trim().split('\n').filter(Boolean);
  expect(printed.slice(0, 2)).toEqual(['7.4.0', '6.5.0']);
  expect(printed.at(-1)?.split(':')).toContain('gcc/6.5.0');
});

test('one that conflicts with what is loaded says what to unload, where the tool swaps nothing', async () => {
  const refused = await alice.shell('module load gcc/6.5.0; pier exec -e sea -- true 2>&1 || true', 'login2');
  expect(refused).toContain('Try: module unload gcc');
});

test('without -e a program runs in the environment that is active', async () => {
  expect(await alice.shell(`. ${prefix}/.pier/activate.sh; pier exec -- ${gcc}`)).toBe('7.4.0\n');
});

test('what a person chose meanwhile stays', async () => {
  const loaded = 'echo "<$LOADEDMODULES>"';
  const activate = `. ${prefix}/.pier/activate.sh`;
  const purged = `module load gcc/6.5.0; ${activate}; module purge; deactivate; ${loaded}`;
  expect(await alice.shell(purged)).toBe('<>\n');
  const changed = `${activate}; module unload ${needed}; module load gcc/6.5.0; deactivate; ${loaded}`;
  expect(await alice.shell(changed)).toMatch(/gcc\/6\.5\.0/);
  // A job that was submitted from that shell inherits its variables: what its own script loads is its own.
  const job = `SLURM_JOB_ID=7 bash -lc "module purge; module load ${needed}; . ${prefix}/.pier/activate.sh; deactivate; ${gcc}"`;
  expect(await alice.shell(`module load gcc/6.5.0; ${activate}; ${job}`)).toBe('7.4.0\n');
});

test('a kernel of it has the module, and one that needs none has not, in whatever Jupyter they start', async () => {
  await alice.shell('pier env create plain ipykernel --yes && pier env kernel sea && pier env kernel plain');
  const [sea, plain] = await Promise.all(['sea', 'plain'].map(kernelShell));
  for (const host of ['login1', 'login2']) {
    // As from a server that was started in no login shell: it has where the module command is, and not the command.
    const bare = `env -i HOME="$HOME" PATH=/usr/bin:/bin MODULEPATH="$MODULEPATH" MODULESHOME="$MODULESHOME" LMOD_CMD="\${LMOD_CMD-}" LMOD_PKG="\${LMOD_PKG-}"`;
    expect(await alice.shell(`${bare} ${sea} ${gcc}`, host)).toBe('7.4.0\n');
    // As from the Jupyter of sea in a session, which has its module.
    const served = `module load ${needed}; _PIER_SERVER_MODULES=${needed} ${plain} ${gcc}`;
    expect(await alice.shell(served, host)).not.toBe('7.4.0\n');
  }
});

/** How Jupyter starts a kernel, up to the program. */
async function kernelShell(name: string): Promise<string> {
  const { argv } = JSON.parse(await alice.shell(`cat ~/.local/share/jupyter/kernels/pier-${name}/kernel.json`));
  const [shell, option, script, file] = argv;
  return `${shell} ${option} '${script}' '${file}'`;
}

test('what another environment that is active brought is left by pier exec', async () => {
  const script = `. ${prefix}/.pier/activate.sh; ${gcc}; pier exec -e plain -- ${gcc}; pier exec -e sea -- ${gcc}`;
  for (const host of ['login1', 'login2']) {
    const [active, plain, sea] = (await alice.shell(script, host)).trim().split('\n');
    expect([active, sea]).toEqual(['7.4.0', '7.4.0']);
    expect(plain).not.toBe('7.4.0');
  }
});

test('a job loads it: in the script that a person may read, and in what runs there', async () => {
  const { session } = await alice.pier('lab -e sea --on compute --time 20m --mem 1G --detach --no-browser');
  const { session: ready } = await alice.pier(`session open ${session.id} --wait --no-browser`);
  expect(ready.state).toBe('ready');
  expect(await alice.shell(`pier session script ${session.id}`)).toMatch(/^module load '?gcc\/7\.4\.0'?$/m);
  const code = `import subprocess; print(subprocess.run(["gcc", "-dumpfullversion"], capture_output=True, text=True).stdout)`;
  expect((await runThrough(alice, bed, session.id, code)).printed.trim()).toBe('7.4.0');
  // What it needs by now is what a follow-on job loads, and what a job that waited meanwhile has.
  await alice.shell('pier env modules sea gcc/6.5.0');
  await alice.shell(`pier session renew ${session.id}`);
  expect(await alice.shell(`cat ${alice.records(session.id)}/attempts/2/job.sh`)).toMatch(
    /^module load '?gcc\/6\.5\.0'?$/m,
  );
  await alice.shell(`pier env modules sea ${needed}`);
  await bed.must('login1', ['scancel', ready.job.number], { user: 'alice' });
  await until(
    async () => (await listed(session.id))?.attempt === 2 && (await listed(session.id))?.state === 'ready',
    120_000,
  );
  await alice.shell(`pier session open ${session.id} --wait --no-browser`);
  expect((await runThrough(alice, bed, session.id, code)).printed.trim()).toBe('7.4.0');
  await alice.shell(`pier session stop ${session.id}`);
});

test('a session whose module is gone says so, and what to do', async () => {
  const [modulefile, away] = ['/software/modulefiles/gcc/7.4.0', '/software/modulefiles/.gone'];
  await bed.must('login1', ['mv', modulefile, away]);
  try {
    const ran = await alice.shell('pier exec -e sea -- true 2>&1 || true');
    expect(ran).toContain('sea needs a module. The module gcc/7.4.0 cannot be loaded here');
    expect(ran).toContain('pier env modules sea');
    const { session } = await alice.pier('lab -e sea --on compute --time 20m --mem 1G --detach --no-browser');
    await until(async () => (await listed(session.id))?.state === 'failed', 60_000);
    expect((await listed(session.id))?.reason).toContain('gcc/7.4.0 cannot be loaded');
  } finally {
    await bed.must('login1', ['mv', away, modulefile]);
  }
});

interface Listed {
  readonly state: string;
  readonly reason: string;
  readonly attempt: number;
}

async function listed(id: string): Promise<Listed | undefined> {
  const { sessions } = JSON.parse(await alice.shell('pier session list --all --json'));
  return sessions.find((one: { id: string }) => one.id === id);
}

test('what is built is built with it, and a change later too', async () => {
  const project = `mkdir -p ~/built && cd ~/built && cat >pyproject.toml <<'EOF'
[build-system]
requires = []
build-backend = "back"
backend-path = ["."]
EOF
cat >back.py`;
  const back = await readFile(path.join(import.meta.dirname, 'builds-with-gcc.py'), 'utf8');
  await alice.shell(`${project} <<'EOF'\n${back}\nEOF`);
  await bed.must('login1', ['rm', '-rf', '/project/ada/alice/envs/one', '/project/ada/alice/envs/two']);
  const built = 'import built; print(built.gcc)';
  await alice.shell(`module load uv; pier env create one ~/built --module gcc --yes && pier env create two six --yes`);
  expect(await alice.shell(`pier exec -e one -- python -c '${built}'`)).toBe('7.4.0\n');
  await alice.shell(`module load uv; pier env modules two gcc && pier env install two ~/built --yes`);
  expect(await alice.shell(`pier exec -e two -- python -c '${built}'`)).toBe('7.4.0\n');
  expect(await alice.shell('pier env verify two')).toContain('in order');
});

test('a copy has them, a frozen one keeps them, and none is none', async () => {
  await bed.must('login1', ['rm', '-rf', '/project/ada/alice/envs/three']);
  expect(await environment('clone two three')).toMatchObject({ modules: [needed] });
  expect(await environment('modules three --none')).toMatchObject({ modules: [] });
  expect(await alice.shell('pier env diff two three || true')).toMatch(/module +gcc\/7\.4\.0 +loaded +-/);
  expect(await alice.shell('pier env export two 2>&1 >/dev/null')).toContain(`--module ${needed}`);
  await alice.shell('pier env freeze two');
  expect(await environment('modules two --none')).toMatchObject({ code: 'environment-frozen' });
  expect(await environment('show two')).toMatchObject({ modules: [needed] });
});

test('what is no module is refused before anything is made or changed', async () => {
  expect(await environment('create four six --module gcc/99')).toMatchObject({
    code: 'module-not-loaded',
    message: expect.stringContaining('The module gcc/99 cannot be loaded here'),
    hint: expect.stringContaining('module avail gcc'),
  });
  expect(await environment('create four six --module gcc/99', 'login2')).toMatchObject({ code: 'module-not-loaded' });
  expect(await environment('create four six --module /tmp/evil')).toMatchObject({ code: 'module-name-invalid' });
  expect(await environment('show four')).toMatchObject({ code: 'environment-unknown' });
  expect(await environment('modules three gcc/99')).toMatchObject({ code: 'module-not-loaded' });
  expect(await environment('modules three gcc --none')).toMatchObject({ code: 'usage' });
  expect(await environment('modules three gcc/6.5.0 gcc/7.4.0')).toMatchObject({
    code: 'module-not-loaded',
    message: expect.stringContaining('cannot be loaded together'),
  });
  expect(await environment('modules three gcc 7.4.0')).toMatchObject({ hint: 'pier env modules three gcc/7.4.0' });
  expect(await environment('modules three none')).toMatchObject({ hint: 'pier env modules three --none' });
  expect(await environment('show three')).toMatchObject({ modules: [] });
});
