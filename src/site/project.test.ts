import { execFileSync } from 'node:child_process';
import { mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Sandbox, sandbox } from '../../test/sandbox.ts';
import type { Surroundings } from './choose.ts';
import { rememberProject, settleProjects, whyOpen } from './project.ts';
import type { Profile } from './site.ts';

/** The machine's own answer: this runs as somebody, who is in some group. */
const [group = ''] = execFileSync('id', ['-Gn'], { encoding: 'utf8' }).trim().split(' ');

let box: Sandbox;
let around: Surroundings;
let place: string;
beforeEach(async () => {
  box = await sandbox();
  place = path.join(box.directory, 'project');
  around = {
    environment: {},
    config: path.join(box.home, 'config'),
    cache: path.join(box.home, 'cache'),
    system: '/none',
    host: 'none',
  };
});
afterEach(() => box[Symbol.asyncDispose]());

function settle(pattern: string | null = null) {
  const environments = { root: `${place}/$PI/$USER/envs` };
  const slurm = { account: { pattern } };
  const profile = { environments, caches: { uv: null, conda: null }, storage: {}, slurm } as unknown as Profile;
  return settleProjects('lab', profile, around);
}

const has = (name: string) => mkdir(path.join(place, name), { recursive: true });

test('$PI is the one group of ours that has a directory there', async () => {
  await has(group);
  await has('somebody-else');
  expect(await settle()).toEqual({ decided: { PI: group }, open: [] });
});

test('it is the part of a group’s name that the accounts’ pattern leaves open', async () => {
  await has(group.slice(1));
  expect(await settle(`${group[0]}<name>`)).toEqual({ decided: { PI: group.slice(1) }, open: [] });
  expect(await settle(`not-${group[0]}<name>`)).toMatchObject({ decided: {} });
});

test('what the environment says is not looked for', async () => {
  await has(group);
  around = { ...around, environment: { PI: 'ada' } };
  expect(await settle()).toEqual({ decided: {}, open: [] });
});

test('where several fit nothing is guessed, and an answer is remembered for the site while it still fits', async () => {
  const choices = [group, group.slice(1)];
  for (const name of choices) await has(name);
  const pattern = `${group[0]}<name>`;
  const question = { variable: 'PI' as const, place: `${place}/$PI`, choices };
  expect(await settle(pattern)).toEqual({ decided: {}, open: [question] });
  expect(whyOpen(question).why).toBe(`can be ${choices.join(' or ')}`);
  await rememberProject('lab', 'PI', choices[1] as string, around.config);
  await rememberProject('other', 'PI', 'x', around.config);
  expect(await settle(pattern)).toEqual({ decided: { PI: choices[1] }, open: [] });
  await rememberProject('lab', 'PI', 'left-that-group', around.config);
  expect(await settle(pattern)).toMatchObject({ decided: {}, open: [question] });
});

test('where none fits that is said, and looked for again the next time', async () => {
  const { open } = await settle();
  expect(open).toEqual([{ variable: 'PI', place: `${place}/$PI`, choices: [] }]);
  await has(group);
  expect(await settle()).toMatchObject({ decided: { PI: group } });
});

test('the groups’ names are asked for once, until the groups or the profile change', async () => {
  await has(group);
  await settle();
  const file = path.join(around.cache, 'projects.json');
  const { mtimeMs } = await stat(file);
  // What is remembered is believed: nobody looks whether the directory is still there.
  await rm(path.join(place, group), { recursive: true });
  expect(await settle()).toMatchObject({ decided: { PI: group } });
  expect((await stat(file)).mtimeMs).toBe(mtimeMs);
  expect(await settle('x-<name>')).toMatchObject({ decided: {} });
});
