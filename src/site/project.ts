import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { makePrivateDirectory, readRecord, writeRecord } from '../files/index.ts';
import type { Surroundings } from './choose.ts';
import { expandTemplate, variablesOf } from './expand.ts';
import { isObject } from './leaves.ts';
import type { Profile } from './site.ts';

/** The variables that say whose space and money are used; which groups a person is in says what they can be. */
const projectVariables = ['PI', 'PROJECT'] as const;

/** What a variable can be, by the person's groups; none or several of them. */
export interface OpenQuestion {
  readonly variable: (typeof projectVariables)[number];
  readonly choices: readonly string[];
  /** The directory that was looked for, such as `/project/$PI`. */
  readonly place: string;
}

export interface Settled {
  readonly decided: Readonly<Record<string, string>>;
  readonly open: readonly OpenQuestion[];
}

type Wanted = Pick<OpenQuestion, 'variable' | 'place'>;

/**
 * Decides `$PI` and `$PROJECT`, where the profile's paths have them and the environment does not: the only one of a
 * person's groups that has a directory there, or else the one remembered from when it was asked.
 */
export async function settleProjects(id: string, profile: Profile, around: Surroundings): Promise<Settled> {
  const wanted = projectVariables
    .filter((variable) => !around.environment[variable])
    .flatMap((variable) => {
      const place = placeOf(variable, profile);
      return place === undefined ? [] : [{ variable, place }];
    });
  if (wanted.length === 0) return { decided: {}, open: [] };
  const [remembered, choices] = await Promise.all([
    rememberedProjects(id, around.config),
    choicesFor(wanted, profile.slurm.account.pattern, around.cache),
  ]);
  const decided: Record<string, string> = {};
  const open: OpenQuestion[] = [];
  for (const { variable, place } of wanted) {
    const possible = choices[variable] ?? [];
    const chosen = possible.length === 1 ? possible[0] : possible.find((name) => name === remembered[variable]);
    if (chosen === undefined) open.push({ variable, place, choices: possible });
    else decided[variable] = chosen;
  }
  return { decided, open };
}

/** `/project/$PI` of the first path in the profile that has the variable. */
function placeOf(variable: string, { environments, caches, storage }: Profile): string | undefined {
  const areas = Object.values(storage).map((area) => area.path);
  for (const template of [environments.root, caches.uv, caches.conda, ...areas]) {
    const steps = (template ?? '').split('/');
    const at = steps.findIndex((step) => variablesOf(step).includes(variable));
    if (at >= 0) return steps.slice(0, at + 1).join('/');
  }
  return undefined;
}

/** Groups change seldom, and to ask for their names starts a program: an answer counts while their numbers are the same. */
async function choicesFor(wanted: readonly Wanted[], pattern: string | null, cache: string) {
  const file = path.join(cache, 'projects.json');
  const key = JSON.stringify([wanted, pattern, process.getgroups?.() ?? []]);
  const known = await readRecord(file).catch(() => undefined);
  if (isObject(known) && known.key === key) return namesIn(known.choices);
  const groups = await groupNames();
  const choices = Object.fromEntries(wanted.map((one) => [one.variable, fitting(one, groups, pattern)]));
  // A directory that is missing now may be there tomorrow.
  if (Object.values(choices).every((names) => names.length > 0)) await remember(file, { key, choices });
  return choices;
}

async function groupNames(): Promise<string[]> {
  const { run } = await import('../process/index.ts');
  const { stdout } = await run('id', ['-Gn'], { timeoutMs: 10_000, cwd: '/' });
  return stdout.trim().split(/\s+/).filter(Boolean);
}

function fitting({ variable, place }: Wanted, groups: readonly string[], pattern: string | null): string[] {
  const names = groups.flatMap((group) => [group, ...withinPattern(group, pattern)]);
  return [...new Set(names)].filter((name) => {
    try {
      accessSync(expandTemplate(place, { [variable]: name }), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** `ada` of the group `pi-ada`, when accounts are named `pi-<name>`. */
function withinPattern(group: string, pattern: string | null): string[] {
  const [before = '', after] = pattern?.split(/<[^<>]*>/) ?? [];
  if (after === undefined || !group.startsWith(before) || !group.endsWith(after)) return [];
  return [group.slice(before.length, group.length - after.length)].filter(Boolean);
}

/** Why nothing could be decided, and what the person can do. */
export function whyOpen({ variable, choices, place }: OpenQuestion): { readonly why: string; readonly hint: string } {
  if (choices.length === 0) {
    return {
      why: `is not set, and none of your groups has a directory that it could be (${place})`,
      hint: `groups; ls -d ${path.dirname(place)}/*; export ${variable}=…`,
    };
  }
  return {
    why: `can be ${choices.join(' or ')}`,
    hint: `export ${variable}=${choices[0]}   (or answer once: any command of pier in a terminal asks)`,
  };
}

/** Where answers are kept, by site: one home may be that of several. */
function answersFile(config: string): string {
  return path.join(config, 'projects.json');
}

async function rememberedProjects(id: string, config: string): Promise<Readonly<Record<string, string>>> {
  const answers = await readRecord(answersFile(config)).catch(() => undefined);
  const ours = isObject(answers) && Object.hasOwn(answers, id) ? answers[id] : undefined;
  return isObject(ours) ? (ours as Record<string, string>) : {};
}

/** Keeps a person's answer for this site. Error: `cannot-write`. */
export async function rememberProject(id: string, variable: string, value: string, config: string): Promise<void> {
  const file = answersFile(config);
  const answers = await readRecord(file);
  const others = isObject(answers) ? answers : {};
  await makePrivateDirectory(path.dirname(file));
  await writeRecord(file, { ...others, [id]: { ...(await rememberedProjects(id, config)), [variable]: value } });
}

function namesIn(choices: unknown): Record<string, readonly string[]> {
  return isObject(choices) ? (choices as Record<string, readonly string[]>) : {};
}

/** A cache that cannot be written is no reason to fail. */
async function remember(file: string, value: unknown): Promise<void> {
  await makePrivateDirectory(path.dirname(file))
    .then(() => writeRecord(file, value))
    .catch(() => {});
}
