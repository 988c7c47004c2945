import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { until } from '../sandbox.ts';
import { type Testbed, testbed } from '../testbed/fixture.ts';
import { lookEvery, type Researcher, researcher, type Told } from './cluster.ts';

// SIGKILL at twenty random moments of the command, of the agent and of the portal: each of the three as another person, side
// by side, since most of the time goes into waiting for Slurm.

vi.setConfig({ testTimeout: 900_000 });

let bed: Testbed;
beforeAll(async () => {
  bed = await testbed('sessions');
  process.stderr.write(`the moments are those of PIER_TESTS_SEED=${seed}\n`);
});
afterAll(() => bed[Symbol.asyncDispose]());
afterEach(() => bed.giveNodesBack());

/** What makes the moments: to have those of another run again. */
const seed = Number(process.env.PIER_TESTS_SEED ?? Date.now() % 1_000_000);
const kills = 20;

/** Milliseconds: as many moments, one at random in each of as many parts of `spread`. */
function moments(count: number, spread: number, which: number): number[] {
  // mulberry32
  let state = seed + which * 7919;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return Array.from({ length: count }, (_, at) => Math.round(((at + random()) * spread) / count));
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Asks for all of a person's sessions at once until each is told as that. */
async function allBecome(who: Researcher, ids: readonly string[], wanted: RegExp, timeoutMs: number): Promise<Told[]> {
  let last: Told[] = [];
  return await until(
    async () => {
      const { sessions } = await who.json('session', 'list', '--all');
      last = sessions.filter(({ id }: Told) => ids.includes(id));
      return last.length === ids.length && last.every(({ state }) => wanted.test(state)) && last;
    },
    timeoutMs,
    lookEvery,
  ).catch(() => {
    throw new Error(`not all ${wanted}: ${JSON.stringify(last.filter(({ state }) => !wanted.test(state)))}`);
  });
}

async function nothingLeft(who: Researcher, ids: readonly string[]): Promise<void> {
  let left: string[] = [];
  const look = async () => {
    left = await who.leftovers(`(${ids.join('|')})`);
    return left.length === 0;
  };
  await until(look, 90_000, lookEvery).catch(() => {
    throw new Error(`left: ${left.join('; ')}`);
  });
}

describe.concurrent('killed with SIGKILL at twenty moments', () => {
  test('the command: what it began is told truly, has one job at most, and can be ended', async () => {
    const bob = researcher(bed, 'bob');
    // One at a time has the node; the others wait, which costs no Jupyter each.
    const wish = '--account pi-ada --partition bigmem --cpus 32 --time 20m --mem 1G';
    const lab = `exec /software/pier/bin/pier lab --on compute --detach --defaults ${wish} >/dev/null 2>&1`;
    const killed = (moment: number) =>
      bob.sh(`sh -c '${lab}' & sleep ${moment / 1000}; kill -KILL $! && echo killed; wait`);
    // The first asks Slurm for its limits, which the next ones know.
    await bob.sh(`sh -c '${lab}'`);
    const taken: number[] = [];
    for (let run = 0; run < 3; run++) {
      const began = Date.now();
      await bob.sh(`sh -c '${lab}'`);
      taken.push(Date.now() - began);
    }
    // Over the whole of it: from before it has begun until it is done, as when nothing else keeps it waiting.
    const spread = Math.min(...taken);
    const waiting = moments(kills, spread, 1);
    const inTime: string[] = [];
    const next = async () => {
      for (let moment = waiting.shift(); moment !== undefined; moment = waiting.shift()) {
        inTime.push((await killed(moment)).stdout.trim());
      }
    };
    await Promise.all([next(), next()]);
    expect(inTime.filter((text) => text === 'killed').length).toBeGreaterThan(kills / 2);
    const { sessions } = await bob.json('session', 'list', '--all');
    const ids = sessions.map(({ id }: Told) => id);
    const told = await allBecome(bob, ids, /^(queued|starting|ready|failed)$/, 120_000);
    const names = (await bed.must('ctl', ['squeue', '-h', '-u', 'bob', '-o', '%j'])).split('\n');
    for (const { id, state } of told) {
      const jobs = names.filter((name) => name === `pier-lab-${id}-1`).length;
      expect([id, state, jobs]).toEqual([id, state, state === 'failed' ? 0 : 1]);
    }
    expect(await bob.pier('session', 'stop', '--all')).toMatchObject({ exitCode: 0 });
    await nothingLeft(bob, ids);
  });

  test('the agent: Jupyter and its directory go with it, and the session is told as failed', async () => {
    const alice = researcher(bed);
    const records = '.local/state/pier/sessions';
    // From before Jupyter was started until it has long been ready, where ten start at once.
    const all = moments(kills, 25_000, 2);
    for (const wave of [all.filter((_, at) => at % 2 === 0), all.filter((_, at) => at % 2 === 1)]) {
      const ids = await Promise.all(
        wave.map(async (moment) => {
          const { id } = await alice.lab();
          const file = `${records}/${id}/attempts/1/started.json`;
          await alice.sh(`until [ -s ${file} ]; do sleep 0.3; done`);
          const { agent } = await alice.record(id, 'started.json');
          await pause(moment);
          await bed.must(agent.host, ['kill', '-KILL', String(agent.pid)]);
          return id;
        }),
      );
      const told = await allBecome(alice, ids, /^(failed|ended)$/, 60_000);
      for (const { reason } of told) expect(reason).not.toBe('');
      await nothingLeft(alice, ids);
    }
  });

  test('the portal, on two login nodes: the session is as it was, and the next portal leads to it', async () => {
    const [one, two] = [researcher(bed, 'dana', 'login1'), researcher(bed, 'dana', 'login2')];
    const { id } = await one.lab();
    await one.becomes(id, /^ready/, 240_000);
    const killThere = async (who: Researcher, which: number) => {
      for (const moment of moments(kills / 2, 1500, which)) {
        await who.json('session', 'open', id, '--no-browser');
        await pause(moment);
        expect((await who.sh("pkill -KILL -u dana -f '[p]ortal --serve'")).exitCode).toBe(0);
        expect(await who.told(id)).toMatchObject({ state: 'ready' });
      }
      const { opening } = await who.json('session', 'open', id, '--no-browser');
      expect(opening.url).toContain(id);
    };
    await Promise.all([killThere(one, 3), killThere(two, 4)]);
    expect(await one.pier('session', 'stop', id)).toMatchObject({ exitCode: 0 });
    await nothingLeft(one, [id]);
  });
});
