import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../sandbox.ts';
import { type Testbed, testbed } from '../testbed/fixture.ts';
import { pythonVersion } from '../testbed/software.ts';

let bed: Testbed;
let python: string;
beforeAll(async () => {
  bed = await testbed();
  python = await pythonVersion();
});
afterAll(() => bed[Symbol.asyncDispose]());

/** What a person's login shell prints. */
const shell = (host: string, script: string, user = 'alice') => bed.on(host, ['bash', '-lc', script], { user });

describe('modules', () => {
  test('are Lmod’s on one login node and Environment Modules’ on the other', async () => {
    const version = 'module --version 2>&1; declare -F module >/dev/null && echo "$LMOD_CMD$MODULES_CMD"';
    const [lmod, environmentModules] = [await shell('login1', version), await shell('login2', version)];
    expect(lmod.stdout).toMatch(/Modules based on Lua: Version 8[\s\S]*\/usr\/share\/lmod/);
    expect(environmentModules.stdout).toMatch(/Modules Release 5\.2[\s\S]*modulecmd\.tcl/);
  });

  test('are the same tree, and each tool loads and unloads the same module', async () => {
    const script = [
      `module load python/${python}`,
      'command -v python3',
      'python3 -c "import sys, ssl, sqlite3; print(sys.prefix, sys.version.split()[0])"',
      `module unload python/${python}`,
      'command -v python3',
    ];
    for (const host of ['login1', 'login2', 'c1']) {
      const prefix = `/software/python-${python}`;
      const seen = (await shell(host, script.join('\n'))).stdout;
      expect(seen).toBe(`${prefix}/bin/python3\n${prefix} ${python}\n/usr/bin/python3\n`);
    }
  });

  test('set what a Python needs that does not start without its module’s LD_LIBRARY_PATH', async () => {
    const program = `/software/python-${python}-shared/bin/python3`;
    for (const host of ['login1', 'login2']) {
      expect((await shell(host, `${program} -c 1`)).stderr).toContain('error while loading shared libraries');
      const loaded = await shell(
        host,
        `module load python/${python}-shared && python3 -c 'import sys; print(sys.prefix)'`,
      );
      expect(loaded.stdout).toBe(`/software/python-${python}-shared\n`);
    }
  });

  test('of one name exclude each other: Lmod takes the second, Environment Modules keeps the first', async () => {
    const both = `module load python/${python}; module load python/${python}-shared; command -v python3`;
    const [lmod, environmentModules] = [await shell('login1', both), await shell('login2', both)];
    expect(lmod.stderr).toContain('have been reloaded with a version change');
    expect(lmod.stdout).toBe(`/software/python-${python}-shared/bin/python3\n`);
    expect(environmentModules.stderr).toContain('Module cannot be loaded due to a conflict');
    expect(environmentModules.stdout).toBe(`/software/python-${python}/bin/python3\n`);
  });

  test('have an old GCC', async () => {
    expect((await shell('login2', 'module load gcc/7.4.0 && gcc -dumpversion')).stdout).toBe('7.4.0\n');
  });

  test('are there in a job that runs a login shell, from either login node', async () => {
    for (const host of ['login1', 'login2']) {
      const script = `#!/bin/bash -l\nmodule load python/${python}\ncommand -v python3\n`;
      const job = ['sh', '-c', 'cat >job.sh && sbatch --wait -Q -o job.out job.sh && cat job.out'];
      const ran = await bed.on(host, job, { user: 'alice', input: script });
      expect(ran.stdout).toContain(`/software/python-${python}/bin/python3\n`);
    }
  });

  test('change nothing that a user could: /software and /usr are read only to her', async () => {
    for (const place of ['/software/mine', '/usr/local/mine']) {
      expect((await shell('login1', `touch ${place}`)).exitCode).not.toBe(0);
    }
  });
});

describe('a home', () => {
  test('is the same everywhere, and holds no more files than its limit', async () => {
    const fill = 'mkdir full && cd full && for i in $(seq 4000); do : >$i || break; done';
    const full = await shell('login1', fill);
    expect(full.stderr).toContain('No space left on device');
    expect((await shell('c1', ': >one-more')).stderr).toContain('No space left on device');
    expect((await shell('c1', ': >mine', 'bob')).exitCode).toBe(0);
    expect((await shell('c2', 'rm -rf full && : >one-more')).exitCode).toBe(0);
  });

  test('holds no more bytes than its limit', async () => {
    const big = await shell('login2', 'head -c 300M /dev/zero >big; rm big');
    expect(big.stderr).toContain('No space left on device');
  });
});

describe('a home with a quota', () => {
  const dana = (host: string, script: string) => shell(host, script, 'dana');

  test('says of files and of bytes over it that the quota is exceeded, on every host', async () => {
    const full = await dana(
      'login1',
      'mkdir full && cd full && for i in $(seq 4000); do : >$i || break; done; ls | wc -l',
    );
    expect(full.stderr).toContain('Disk quota exceeded');
    expect(Number(full.stdout)).toBeGreaterThan(2800);
    for (const line of [': >more', 'mkdir more', 'ln -s full more']) {
      expect((await dana('c1', line)).stderr).toContain('Disk quota exceeded');
    }
    // What takes no inode still works.
    expect(
      (await dana('c2', 'ln full/1 again && mv again full/other && echo text >full/1 && cat full/other')).stdout,
    ).toBe('text\n');
    expect((await dana('login2', 'rm -r full && : >more && rm more')).exitCode).toBe(0);
    expect((await dana('login2', 'head -c 300M /dev/zero >big; rm big')).stderr).toContain('Disk quota exceeded');
  });

  test('keeps owners, modes, times, links, locks and sockets, as any home does', async () => {
    const script = `import fcntl, os, socket
open("one", "w").write("x"); os.chmod("one", 0o640); os.utime("one", ns=(1, 1234567890123456789)); os.link("one", "two")
facts = os.stat("two"); print(facts.st_nlink, oct(facts.st_mode & 0o777), facts.st_mtime_ns, facts.st_uid == os.getuid())
first, second = open("one"), open("one")
fcntl.flock(first, fcntl.LOCK_EX)
try: fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError: print("locked")
os.unlink("one"); os.unlink("two"); print(os.fstat(first.fileno()).st_size, first.read())
server = socket.socket(socket.AF_UNIX); server.bind("s"); server.listen(); socket.socket(socket.AF_UNIX).connect("s"); os.unlink("s")
os.symlink("/etc/passwd", "link"); print(os.readlink("link"), os.path.islink("link")); os.unlink("link")`;
    const ran = await bed.on('c1', ['/usr/bin/python3', '-c', script], { user: 'dana' });
    expect(ran).toMatchObject({
      stdout: '2 0o640 1234567890123456789 True\nlocked\n1 x\n/etc/passwd True\n',
      stderr: '',
    });
    expect((await dana('login1', 'ls -A | grep fuse')).stdout).toBe('');
  });
});

describe('a project', () => {
  const dana = (host: string, script: string) => shell(host, `cd /project/grace/dana && ${script}`, 'dana');

  test('with a quota says that it is exceeded, as a real one does, and takes files again when there is room', async () => {
    const full = await dana('c1', 'head -c 550M /dev/zero >big; stat -c %s big; : >one-more');
    expect(full.stderr).toContain('Disk quota exceeded');
    expect(Number(full.stdout)).toBeLessThanOrEqual(2 ** 29);
    const errno =
      'import errno\ntry: open("more", "wb").write(b"x" * 10**7)\nexcept OSError as error: print(errno.errorcode[error.errno])';
    expect((await dana('login2', `python3 -c '${errno}'`)).stdout).toBe('EDQUOT\n');
    const small = 'rm -f big more one-more && head -c 10M /dev/zero >small && rm small';
    // btrfs counts what was deleted until its next commit.
    await until(async () => (await dana('login1', small)).exitCode === 0, 60_000);
  });
});

describe('quota', () => {
  const lines = async (layout: string, user = 'bob') =>
    (await bed.must('login1', ['env', `PIER_QUOTA_LAYOUT=${layout}`, 'quota'], { user })).split('\n');

  test('prints the layout of 2026, with names on both rows and where a file system is mounted', async () => {
    const seen = await lines('live');
    expect(seen[1]).toMatch(/^Quota information updated at : {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    expect(seen[3]).toBe('fileset          type                   used      quota      limit    grace');
    expect(seen[5]).toMatch(/^Midway3-home {5}blocks \(user\) +[\d.]+K +[\d.]+M +[\d.]+M +none$/);
    expect(seen[6]).toMatch(/^Midway3-home {5}files {2}\(user\) +\d+ +\d+ +\d+ +none$/);
    expect(seen).toContain('>>> Capacity Filesystem: project (Midway3 GPFS mounted at /project)');
    expect(seen.filter((line) => /^(ada|grace) .*\(group\)/.test(line))).toHaveLength(4);
  });

  test('prints the user guide’s layouts, with no name on the second row', async () => {
    expect((await lines('guide')).slice(3, 5)).toEqual([
      expect.stringMatching(/^home {13}blocks \(user\)/),
      expect.stringMatching(/^ {17}files {2}\(user\)/),
    ]);
    expect(await lines('thinlinc')).toContainEqual(expect.stringMatching(/^Midway3 home {5}blocks \(user\)/));
  });

  test('says what the home really holds, and that it holds too much', async () => {
    const files = async () => Number((await lines('live', 'bob'))[6]?.split(/ +/)[3]);
    const before = await files();
    await bed.must('c1', ['sh', '-c', 'mkdir some && touch some/1 some/2 some/3'], { user: 'bob' });
    expect(await files()).toBe(before + 4);
    await bed.must('c1', ['sh', '-c', 'head -c 240M /dev/zero >some/big'], { user: 'bob' });
    expect((await lines('live', 'bob'))[5]).toMatch(/M\* +[\d.]+M +[\d.]+M +6days$/);
    await bed.must('c1', ['rm', '-r', 'some'], { user: 'bob' });
    await bed.must('c1', ['sh', '-c', 'mkdir many && cd many && seq 2900 | xargs touch'], { user: 'bob' });
    expect((await lines('live', 'bob'))[6]).toMatch(/ 29\d\d\* +\d+ +\d+ +6days$/);
    await bed.must('c1', ['rm', '-r', 'many'], { user: 'bob' });
    const project = (await lines('live', 'bob')).find((line) => line.startsWith('grace') && line.includes('blocks'));
    expect(project).toMatch(/ 460\.80M +512\.00M +none$/);
  });
});
