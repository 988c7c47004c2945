import { chmod, chown, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Sandbox, sandbox } from '../../test/sandbox.ts';
import { run } from '../process/index.ts';
import { checkProfile } from './check.ts';
import { expandTemplate, templateVariables } from './expand.ts';
import { plainOf, treeOf } from './leaves.ts';
import { loadSite, shippedSites } from './load.ts';
import { problemLine } from './problem.ts';
import { profileSchema } from './schema.ts';
import { shippedDetection, shippedNames } from './shipped.ts';

const sites = path.join(import.meta.dirname, '..', '..', 'sites');

test.each(shippedNames())('the shipped profile %s has nothing wrong and is called as its file', async (name) => {
  const { id, problems } = await checkProfile(path.join(sites, `${name}.yaml`));
  expect(problems.map(problemLine)).toEqual([]);
  expect(id).toBe(name);
});

test('local has every value there is, so that every profile does', async () => {
  for (const { id } of await shippedSites()) {
    const { profile } = await loadSite({ site: id });
    expect(profileSchema.safeParse(profile).error?.issues).toBeUndefined();
  }
});

test('local keeps environments in the user’s own data directory, and everything else as usual', async () => {
  const { profile } = await loadSite({ site: 'local' });
  expect(profile.environments).toEqual({ root: '$XDG_DATA_HOME/pier/envs', public: [], backend: 'uv', default: null });
  expect(profile.jupyter).toMatchObject({ environment: 'sci', ready_timeout: 120 });
  expect(profile.packages).toMatchObject({ index: null, find_links: [], python_downloads: true });
  expect([profile.caches.uv, profile.scheduler, profile.modules.tool]).toEqual([null, 'none', 'none']);
});

test('every fact about a cluster has its source', async () => {
  const said = ['os.platform', 'scheduler', 'unknown'];
  for (const id of ['midway2', 'midway3']) {
    const { leaves } = await loadSite({ site: id });
    const bare = leaves.filter(({ source, profile }) => source === null && profile !== 'local');
    expect(bare.map((leaf) => leaf.path)).toEqual(said);
  }
});

test('every path of a shipped profile can be filled in', async () => {
  const everything = Object.fromEntries(Object.keys(templateVariables).map((name) => [name, 'x']));
  for (const { id } of await shippedSites()) {
    const { leaves } = await loadSite({ site: id });
    const paths = leaves.map(({ value }) => value).filter((value) => typeof value === 'string' && /^[/$]/.test(value));
    for (const template of paths) expect(expandTemplate(String(template), everything)).not.toContain('$');
  }
});

describe('pier as built', () => {
  let box: Sandbox;
  let program: string;
  beforeAll(async () => {
    box = await sandbox();
    const entry = path.join(box.directory, 'main.ts');
    await writeFile(
      entry,
      `async function main() {
        const { loadSite } = await import(${JSON.stringify(path.join(import.meta.dirname, 'index.ts'))});
        const site = await loadSite(process.argv[2] ? { site: process.argv[2] } : {});
        console.log(JSON.stringify({ id: site.id, profile: site.profile, loaded: Object.keys(require.cache) }));
      }
      main().catch((error) => console.log(JSON.stringify({ code: error.code, message: error.message })));`,
    );
    program = path.join(box.directory, 'dist', 'main.cjs');
    const built = await rolldown({ input: { main: entry }, platform: 'node', logLevel: 'warn' });
    const names = { entryFileNames: '[name].cjs', chunkFileNames: 'chunks/[name]-[hash].cjs' };
    await built.write({ dir: path.dirname(program), format: 'cjs', ...names });
    await built.close();
    const { shipSites } = await import(path.join(sites, '..', 'scripts/ship-data.mjs'));
    await shipSites(sites, path.join(path.dirname(program), 'sites'));
  }, 60_000);
  afterAll(() => box[Symbol.asyncDispose]());

  async function load(...args: string[]) {
    const { stdout, stderr } = await run(process.execPath, [program, ...args], { env: box.env, timeoutMs: 20_000 });
    expect(stderr).toBe('');
    return JSON.parse(stdout);
  }

  test('finds its profiles, the same as from source, and loads no YAML parser and no zod for them', async () => {
    for (const { id } of await shippedSites()) {
      const { profile, loaded } = await load(id);
      expect(profile).toEqual((await loadSite({ site: id })).profile);
      for (const file of loaded) expect(await readFile(file, 'utf8')).not.toMatch(/ZodObject|parseDocument\(/);
    }
  });

  test('has in one file what says whose hosts are whose, and shows it as no profile', async () => {
    const file = path.join(path.dirname(program), 'sites', 'detect.index.json');
    const index = JSON.parse(await readFile(file, 'utf8'));
    expect(index).toEqual(JSON.parse(JSON.stringify(await shippedDetection())));
    expect(Object.keys(index)).toContain('midway3');
    expect(await load('detect.index')).toMatchObject({ code: 'site-unknown' });
    expect(await load('nowhere')).toMatchObject({ message: expect.not.stringMatching('detect') });
  });

  test('loads them once for a profile of the user’s own, and not again while it stays the same', async () => {
    const own = path.join(box.home, '.config', 'pier', 'site.yaml');
    await mkdir(path.dirname(own), { recursive: true, mode: 0o755 });
    await writeFile(own, 'schema: 1\nid: lab\nname: Lab\n', { mode: 0o644 });
    const [first, second] = [await load(), await load()];
    expect([first.id, second.id]).toEqual(['lab', 'lab']);
    expect(second.loaded.length).toBeLessThan(first.loaded.length);
    expect(await readdir(path.join(box.home, '.cache', 'pier', 'sites'))).toHaveLength(1);
  });

  test.runIf(process.getuid?.() === 0)(
    'takes root’s profile, but not out of a sticky directory (needs root)',
    async () => {
      const profile = 'schema: 1\nid: roots\nname: Root’s\n';
      const somebody = ['--reuid', '65534', '--regid', '65534', '--clear-groups', process.execPath, program];
      const as = async (file: string) => {
        await writeFile(file, profile, { mode: 0o644 });
        return JSON.parse((await run('setpriv', [...somebody, file], { env: box.env, timeoutMs: 20_000 })).stdout);
      };
      await chmod(box.directory, 0o755);
      await using theirs = await sandbox();
      const sticky = path.join(theirs.directory, 'sticky');
      await mkdir(sticky);
      await chmod(sticky, 0o1777);
      await chown(theirs.directory, 65534, 65534);
      expect(await as(path.join(theirs.directory, 'site.yaml'))).toMatchObject({ id: 'roots' });
      expect(await as(path.join(sticky, 'site.yaml'))).toMatchObject({ code: 'site-untrusted' });
    },
  );
});

test('what a leaf says is read the same from YAML and from JSON', async () => {
  for (const name of shippedNames()) {
    const written = parse(await readFile(path.join(sites, `${name}.yaml`), 'utf8'));
    const origin = { source: null, checked: null, profile: name };
    expect(plainOf(treeOf(JSON.parse(JSON.stringify(written)), origin))).toEqual(plainOf(treeOf(written, origin)));
  }
});
