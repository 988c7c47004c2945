import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { handMadeVenv } from '../../src/environments/hand-made.ts';
import { type Person, person, said } from './pier.ts';

// The attacker is another user of this machine; making one takes root.
const nobody = 65_534;

let ada: Person;
let marker: string;
beforeEach(async () => {
  ada = await person();
  marker = path.join(ada.box.directory, 'pwned');
  for (const place of [ada.box.directory, ada.box.home]) await chmod(place, 0o755);
});
afterEach(() => ada[Symbol.asyncDispose]());

/** An environment whose every program leaves a mark, and that is the attacker's. */
async function trap(prefix: string): Promise<void> {
  await handMadeVenv(prefix);
  const text = `#!/bin/sh\ntouch '${marker}'\n`;
  await mkdir(path.join(prefix, '.pier'));
  execFileSync('rm', [path.join(prefix, 'bin', 'python')]);
  for (const name of ['bin/python', 'bin/activate', '.pier/activate.sh'])
    await writeFile(path.join(prefix, name), text, { mode: 0o755 });
  execFileSync('chown', ['-R', `${nobody}:${nobody}`, prefix]);
}

/** Everything that would run or believe what is in it. */
const uses = (name: string): string[][] => [
  ['env', 'activate', name],
  ['exec', '-e', name, '--', 'python'],
  ['env', 'kernel', name],
  ['env', 'verify', name],
  ['env', 'clone', name, 'copy'],
];

test.runIf(process.getuid?.() === 0)(
  'a name that another user took among the site’s public environments is not used (needs root to make one)',
  async () => {
    const shared = path.join(ada.box.directory, 'shared');
    await mkdir(shared);
    await chmod(shared, 0o1777);
    const site = path.join(ada.box.home, 'site.yaml');
    await writeFile(site, `schema: 1\nid: there\nname: There\nenvironments:\n  public: ['${shared}']\n`, {
      mode: 0o600,
    });
    await trap(path.join(shared, 'sci'));
    for (const words of uses('sci')) {
      const ran = await ada.pier('--site', site, ...words);
      expect(ran.exitCode, words.join(' ')).not.toBe(0);
      expect(said(ran), words.join(' ')).toMatch(/pier env trust|another user/);
    }
    expect(existsSync(marker)).toBe(false);
  },
);

test.runIf(process.getuid?.() === 0)(
  'a link in ~/.conda/envs whose target was swapped leads nowhere any more (needs root to make one)',
  async () => {
    const links = path.join(ada.box.home, '.conda', 'envs');
    const target = path.join(ada.box.directory, 'group', 'sea');
    await mkdir(links, { recursive: true });
    await handMadeVenv(target);
    execFileSync('chown', ['-R', `${nobody}:${nobody}`, path.dirname(target)]);
    await symlink(target, path.join(links, 'sea'));
    expect((await ada.pier('env', 'trust', 'sea', '--yes')).exitCode).toBe(0);
    expect((await ada.pier('env', 'activate', 'sea')).exitCode).toBe(0);
    await rename(target, `${target}.away`);
    await trap(target);
    for (const words of uses('sea')) {
      const ran = await ada.pier(...words);
      expect(ran.exitCode, words.join(' ')).not.toBe(0);
      expect(said(ran), words.join(' ')).toContain('pier env trust');
    }
    expect(existsSync(marker)).toBe(false);
  },
);

test('escapes and HTML in the name of an environment reach no terminal, and JSON has them escaped', async () => {
  const evil = 'evil\u001b[2J\u009b31m\u202e<img src=x onerror=alert(1)>';
  await handMadeVenv(path.join(ada.box.home, '.virtualenvs', evil));
  const raws = ['\u001b[2J', '\u009b', '\u202e'];
  for (const words of [
    ['env', 'list'],
    ['env', 'list', '--json'],
    ['env', 'show', evil],
    ['env', 'activate', evil],
  ]) {
    const ran = await ada.pier(...words);
    for (const raw of raws) expect(ran.stdout + ran.stderr, words.join(' ')).not.toContain(raw);
  }
  const { environments } = (await ada.json('env', 'list')) as unknown as { environments: { name: string }[] };
  expect(environments.map(({ name }) => name)).toContain(evil);
});
