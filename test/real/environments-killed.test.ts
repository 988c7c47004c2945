import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Channel, condaChannel } from '../channel/channel.ts';
import { randomFrom } from './activation-world.ts';
import { contents, visibleIn, type World, workersIn, world } from './environments-world.ts';

// kill -9 of pier alone: what it started lives on. Each lane is a machine of its own, with its own home.

/** To run them again: PIER_TEST_SEED=… npx vitest run --project real test/real/environments-killed.test.ts */
const seed = Number(process.env.PIER_TEST_SEED ?? Math.floor(Math.random() * 1e9));
const [kills, lanes] = [Number(process.env.PIER_TEST_KILLS ?? 30), 3];

let channel: Channel;

beforeAll(async () => {
  channel = await condaChannel();
});

afterAll(async () => {
  await channel?.[Symbol.asyncDispose]();
});

interface Kind {
  readonly channels?: string[];
  readonly specs: string[];
  readonly install: string[];
  /** A program of what `specs` brings, where they bring one. */
  readonly runs?: string[];
}

/** For each lane one, in turn: a Python costs conda most of the time, so that one lane has it. */
const kinds: Record<string, () => readonly Kind[]> = {
  uv: () => [
    {
      specs: ['six==1.16.0', 'idna<3.8'],
      install: ['six==1.17.0', 'requests', 'idna<3.8'],
      runs: ['python', '-c', 'import six, idna'],
    },
  ],
  conda: () => {
    const channels = [channel.fileUrl];
    const specs = ['python', 'hello', 'tidewater=1.0'];
    const tiny = { channels, specs: ['driftwood-old', 'tidewater=1.0'], install: ['anchor', 'tidewater=2'] };
    return [{ channels, specs, install: ['lighthouse', 'tidewater=2'], runs: ['hello'] }, tiny, tiny];
  },
};

/** What was killed at one moment is looked at; gives what it was found to be, and leaves all as it was before. */
interface Verb {
  readonly start: (lane: Lane) => ReturnType<World['start']>;
  readonly look: (lane: Lane) => Promise<string>;
}

interface Lane {
  readonly place: World;
  readonly kind: Kind;
  readonly prefix: string;
  /** A copy of the environment `a`, as it was before. */
  readonly kept: string;
  readonly before: string[];
  /** And as it is after a change that was not killed. */
  complete?: string[];
}

const verbs: Record<string, Verb> = {
  create: {
    start: ({ place, kind }) => place.start('create', { name: 'b', ...asked(kind) }),
    look: (lane) => publishedOrNothing(lane),
  },
  clone: {
    start: ({ place }) => place.start('clone', { name: 'a', to: 'b' }),
    look: (lane) => publishedOrNothing(lane),
  },
  remove: {
    start: ({ place }) => place.start('remove', { name: 'a' }),
    look: async (lane) => {
      const [listed] = await listedAs(lane, 'a');
      if (listed) {
        expect(listed).toMatchObject({ state: 'ok' });
        expect(contents(lane.prefix)).toEqual(lane.before);
        return 'before';
      }
      expect(existsSync(lane.prefix)).toBe(false);
      restore(lane);
      return 'complete';
    },
  },
  install: {
    start: ({ place, kind }) => place.start('change', { name: 'a', install: kind.install }),
    look: async (lane) => {
      const [listed] = await listedAs(lane, 'a');
      const found = listed?.state === 'ok' ? 'whole' : listed?.state;
      if (found !== 'whole') {
        expect(listed).toMatchObject({ state: 'partial', reason: expect.stringContaining('interrupted') });
        const { value, error } = await lane.place.run('change', { name: 'a' });
        expect(error).toBeUndefined();
        expect(value).toMatchObject({ environment: { state: 'ok' } });
      }
      const now = contents(lane.prefix);
      if (now.join() === lane.before.join()) return found ?? 'gone';
      // Complete, then, as the one that was not killed.
      lane.complete ??= now;
      expect(now).toEqual(lane.complete);
      expect((await lane.place.run('verify', { name: 'a' })).value?.findings).toEqual([]);
      restore(lane);
      return found ?? 'gone';
    },
  },
};

const asked = ({ specs, channels }: Kind) => ({ specs, ...(channels ? { channels } : {}) });

async function listedAs({ place }: Lane, name: string) {
  return (await place.run('list')).value?.filter((one) => one.name === name) ?? [];
}

function restore({ kept, prefix }: Lane): void {
  execFileSync('rm', ['-rf', prefix]);
  execFileSync('cp', ['-a', '--reflink=auto', kept, prefix]);
}

/** Nothing half-made is ever listed: what is there was published before the signal came, and is whole. */
async function publishedOrNothing(lane: Lane): Promise<string> {
  const listed = await listedAs(lane, 'b');
  if (listed.length === 0) return 'before';
  expect(listed).toMatchObject([{ state: 'ok', origin: 'owned' }]);
  const prefix = path.join(lane.place.root, 'b');
  const [program, ...args] = lane.kind.runs ?? [];
  if (program) execFileSync(path.join(prefix, 'bin', program), args, { env: {} });
  expect((await lane.place.run('verify', { name: 'b' })).value?.findings).toEqual([]);
  expect((await lane.place.run('remove', { name: 'b' })).error).toBeUndefined();
  return 'complete';
}

async function lane(place: World, kind: Kind): Promise<Lane> {
  const { value, error } = await place.run('create', { name: 'a', ...asked(kind) });
  if (!value) throw new Error(JSON.stringify(error));
  const kept = path.join(place.directory, 'kept');
  execFileSync('cp', ['-a', '--reflink=auto', value.prefix, kept]);
  return { place, kind, prefix: value.prefix, kept, before: contents(value.prefix) };
}

/** Kills it so many times, at moments between its start and somewhat after its end; gives what was found. */
async function killed(lane: Lane, verb: Verb, random: () => number): Promise<string[]> {
  const began = performance.now();
  const { error } = await (await verb.start(lane)).ended;
  expect(error).toBeUndefined();
  const whole = performance.now() - began;
  const found = [await verb.look(lane)];
  for (let count = 0; count < kills / lanes; count++) {
    const running = await verb.start(lane);
    const moment = random() * whole * 1.05;
    await sleep(moment);
    running.child.kill('SIGKILL');
    await running.ended;
    try {
      found.push(await verb.look(lane));
    } catch (reason) {
      const when = `${Math.round(moment)} of ${Math.round(whole)} ms, PIER_TEST_SEED=${seed}`;
      throw new Error(`killed after ${when}: ${reason instanceof Error ? reason.message : reason}`, { cause: reason });
    }
  }
  return found;
}

/** The next run carries on and clears up. */
async function nothingLeft(lane: Lane, verb: Verb): Promise<void> {
  expect((await (await verb.start(lane)).ended).error).toBeUndefined();
  await verb.look(lane);
  expect((await lane.place.run('create', { name: 'c', ...asked(lane.kind) })).error).toBeUndefined();
  expect((await visibleIn(lane.place.root)).filter((name) => name !== '.pier-packages')).toEqual(['a', 'c']);
  expect(workersIn(lane.place)).toEqual([]);
  expect((await lane.place.run('list')).value).toMatchObject([{ state: 'ok' }, { state: 'ok' }]);
  expect(existsSync(path.join(lane.prefix, '.pier', 'lease'))).toBe(false);
}

const cases = Object.keys(kinds).flatMap((kind) => Object.keys(verbs).map((verb) => [kind, verb] as const));

test.each(cases)(
  `%s, %s: killed at ${kills} random moments, it is as before, complete, or put right by the next run (PIER_TEST_SEED=${seed})`,
  async (kindName, verbName) => {
    const [choice, verb] = [kinds[kindName]?.() as Kind[], verbs[verbName] as Verb];
    const found = await Promise.all(
      Array.from({ length: lanes }, async (_, number) => {
        await using place = await world();
        const mine = await lane(place, choice[number % choice.length] as Kind);
        const seen = await killed(mine, verb, randomFrom(seed + number));
        await nothingLeft(mine, verb);
        return seen;
      }),
    );
    if (verbName === 'install') expect(found.flat()).toContain('partial');
    expect(found.flat().length).toBeGreaterThanOrEqual(kills);
  },
  900_000,
);
