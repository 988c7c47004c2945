import { chmod, mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, sandbox } from '../../test/sandbox.ts';
import { checkProfile } from './check.ts';
import type { Surroundings } from './choose.ts';
import { loadSiteFrom, shippedSites } from './load.ts';
import { problemLine } from './problem.ts';

let box: Sandbox;
let around: Surroundings;
beforeEach(async () => {
  box = await sandbox();
  around = {
    environment: box.env,
    config: path.join(box.home, 'config'),
    cache: path.join(box.home, 'cache'),
    system: path.join(box.directory, 'etc', 'site.yaml'),
    host: 'laptop',
  };
});
afterEach(() => box[Symbol.asyncDispose]());

async function put(file: string, text: string): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o755 });
  await writeFile(file, text, { mode: 0o644 });
  return file;
}

function profile(id: string, rest = ''): string {
  return `schema: 1\nid: ${id}\nname: ${id}\n${rest}`;
}

const inConfig = (...names: string[]) => path.join(around.config, ...names);

describe('the choice', () => {
  test('is local where nothing says anything else', async () => {
    expect(await loadSiteFrom(undefined, around)).toMatchObject({ id: 'local', chosenBy: 'default', file: null });
  });

  test('goes from --site to PIER_SITE, the user’s settings, the machine’s, and the host name', async () => {
    const chosen = async (asked?: string) => {
      const { id, chosenBy } = await loadSiteFrom(asked, around);
      return [id, path.basename(chosenBy)];
    };
    around = { ...around, host: 'midway2-login1' };
    expect(await chosen()).toEqual(['midway2', 'host name midway2-login1']);
    await put(around.system, profile('machine'));
    expect(await chosen()).toEqual(['machine', 'site.yaml']);
    await put(inConfig('site.yaml'), profile('mine'));
    expect(await chosen()).toEqual(['mine', 'site.yaml']);
    await put(inConfig('config.yaml'), 'theme: dark\n');
    expect(await chosen()).toEqual(['mine', 'site.yaml']);
    await put(inConfig('config.yaml'), 'site: midway3\n');
    expect(await chosen()).toEqual(['midway3', 'config.yaml']);
    around = { ...around, environment: { PIER_SITE: 'midway2' } };
    expect(await chosen()).toEqual(['midway2', 'PIER_SITE']);
    expect(await chosen('local')).toEqual(['local', '--site']);
  });

  test('of a bare name is a shipped profile or one in sites/ of the user’s settings', async () => {
    const file = await put(inConfig('sites', 'lab.yaml'), profile('lab'));
    expect(await loadSiteFrom('lab', around)).toMatchObject({ id: 'lab', file });
    await put(inConfig('sites', 'local.yaml'), profile('fake'));
    expect(await loadSiteFrom('local', around)).toMatchObject({ id: 'local', file: null });
  });

  test('is never made by a file in the working directory', async () => {
    const before = process.cwd();
    await put(path.join(box.directory, 'site.yaml'), profile('trap'));
    await put(path.join(box.directory, 'trap.yaml'), profile('trap'));
    await put(path.join(box.directory, 'sites', 'trap.yaml'), profile('trap'));
    process.chdir(box.directory);
    try {
      expect(await loadSiteFrom(undefined, around)).toMatchObject({ id: 'local' });
      for (const name of ['trap', 'trap.yaml']) {
        await expect(loadSiteFrom(name, around)).rejects.toMatchObject({ code: 'site-unknown' });
      }
      around = { ...around, environment: { PIER_SITE: './trap.yaml' } };
      await expect(loadSiteFrom(undefined, around)).rejects.toMatchObject({ code: 'site-unknown' });
      expect(await loadSiteFrom('./trap.yaml', around)).toMatchObject({ id: 'trap' });
    } finally {
      process.chdir(before);
    }
  });

  test('of a name that nobody knows says the near ones and all there are', async () => {
    await put(inConfig('sites', 'lab.yaml'), profile('lab'));
    await expect(loadSiteFrom('midway33', around)).rejects.toMatchObject({
      code: 'site-unknown',
      message: 'There is no site "midway33". Did you mean midway3? Known: local, midway2, midway3, lab.',
      hint: 'Try: --site midway3',
    });
    await expect(loadSiteFrom('x.yaml', around)).rejects.toMatchObject({ hint: expect.stringMatching('./x.yaml') });
    for (const name of ['', '..', '../local', 'a\u001b[31m', '/no/such/site.yaml']) {
      await expect(loadSiteFrom(name, around)).rejects.toMatchObject({ code: 'site-unknown' });
    }
  });

  test('of a profile that is only for others to inherit is refused', async () => {
    await expect(loadSiteFrom('rcc-common', around)).rejects.toMatchObject({ code: 'site-unknown' });
    expect((await shippedSites()).map(({ id }) => id)).toEqual(['local', 'midway2', 'midway3']);
  });

  test('fails, rather than go on, where the settings cannot be read or trusted', async () => {
    await put(inConfig('config.yaml'), 'site: [midway3\n');
    await expect(loadSiteFrom(undefined, around)).rejects.toMatchObject({ code: 'site-invalid' });
    await put(inConfig('config.yaml'), 'site: 3\n');
    await expect(loadSiteFrom(undefined, around)).rejects.toMatchObject({ code: 'site-invalid' });
    await chmod(inConfig(), 0o777);
    await expect(loadSiteFrom(undefined, around)).rejects.toMatchObject({ code: 'site-untrusted' });
    expect(await loadSiteFrom('local', around)).toMatchObject({ id: 'local' });
  });
});

describe('what is inherited', () => {
  test('is found by name or beside the file, in the end from local, and each leaf says whose it is', async () => {
    await put(
      inConfig('sites', 'base.yaml'),
      profile('base', 'inherits: midway3\ncaches: { uv: /base }\nabstract: true\n'),
    );
    const file = await put(
      path.join(box.directory, 'x', 'lab.yaml'),
      profile('lab', 'inherits: base\ncaches: { conda: { value: /lab, source: guide } }\n'),
    );
    const site = await loadSiteFrom(file, around);
    expect(site.profile.caches).toEqual({ uv: '/base', conda: '/lab' });
    expect(site.profile.jupyter.ready_timeout).toBe(120);
    expect(site.profile.slurm.partitions.caslake?.cores).toBe(48);
    const origin = (leaf: string) => site.leaves.find(({ path: at }) => at === leaf)?.profile;
    expect(
      ['caches.conda', 'caches.uv', 'slurm.version', 'slurm.mail_domain', 'jupyter.ready_timeout'].map(origin),
    ).toEqual(['lab', 'base', 'midway3', 'rcc-common', 'local']);
    expect(site.leaves.find(({ path: at }) => at === 'caches.conda')?.source).toBe('guide');
    await put(path.join(box.directory, 'x', 'second.yaml'), profile('second', 'inherits: ./lab.yaml\n'));
    const second = await loadSiteFrom(path.join(box.directory, 'x', 'second.yaml'), around);
    expect(second.profile.caches.conda).toBe('/lab');
  });

  test('and is not there, or goes in a circle, is said at its place', async () => {
    const file = await put(inConfig('sites', 'lab.yaml'), profile('lab', 'inherits: midway4\n'));
    await expect(loadSiteFrom('lab', around)).rejects.toMatchObject({
      code: 'site-invalid',
      message: expect.stringMatching(/lab\.yaml: inherits: There is no site "midway4"\. Did you mean midway/),
      hint: `Mend it, then: pier site check '${file}'`,
    });
    const { problems } = await checkProfile(file, around);
    expect(problems.map(problemLine)).toEqual([expect.stringMatching(/lab\.yaml:4:11 inherits: There is no site/)]);
    await put(file, profile('lab', 'inherits: lab\n'));
    await expect(loadSiteFrom('lab', around)).rejects.toMatchObject({ message: expect.stringMatching('in a circle') });
  });
});

describe('a profile with things wrong in it', () => {
  test('is one error with a line for each, and the command that shows them again', async () => {
    const file = await put(inConfig('site.yaml'), profile('lab', 'caches: { uw: /x }\nscheduler: pbs\n'));
    await expect(loadSiteFrom(undefined, around)).rejects.toMatchObject({
      code: 'site-invalid',
      message: [
        `${file}:4:11 caches.uw: there is no such key; did you mean uv?`,
        `${file}:5:12 scheduler: found the text "pbs", expected one of none, slurm`,
      ].join('\n'),
      hint: `Mend it, then: pier site check '${file}'`,
    });
    expect((await checkProfile(file, around)).problems).toHaveLength(2);
  });

  test('is checked only where it can be trusted', async () => {
    const file = await put(inConfig('site.yaml'), profile('lab'));
    expect(await checkProfile(file, around)).toEqual({ file, id: 'lab', problems: [] });
    await chmod(file, 0o666);
    await expect(checkProfile(file, around)).rejects.toMatchObject({ code: 'site-untrusted' });
    await expect(checkProfile(`${file}.none`, around)).rejects.toMatchObject({ code: 'site-unknown' });
  });
});

describe('the cache of a person’s own profile', () => {
  test('is used while the file is the same, and can be deleted, damaged or forbidden', async () => {
    const file = await put(inConfig('site.yaml'), profile('first'));
    const id = async () => (await loadSiteFrom(undefined, around)).id;
    expect(await id()).toBe('first');
    const [name = ''] = await readdir(path.join(around.cache, 'sites'));
    const record = path.join(around.cache, 'sites', name);
    expect(await id()).toBe('first');
    await put(file, profile('other'));
    await utimes(file, 0, 0);
    expect(await id()).toBe('other');
    await writeFile(record, '{"format":1', { mode: 0o600 });
    expect(await id()).toBe('other');
    await chmod(record, 0o666);
    expect(await id()).toBe('other');
    around = { ...around, cache: path.join(file, 'no', 'directory') };
    expect(await id()).toBe('other');
  });
});
