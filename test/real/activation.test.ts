import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { sandbox } from '../sandbox.ts';
import { oddValues, Past } from './activation-past.ts';
import {
  environmentIn,
  type Made,
  madeEnvironment,
  oddName,
  pick,
  type Random,
  randomFrom,
  runShell,
  type Shell,
  shells,
} from './activation-world.ts';

/** To run one again: PIER_TEST_SEED=… npx vitest run --project environments test/real/activation */
const seed = Number(process.env.PIER_TEST_SEED ?? Math.floor(Math.random() * 1e9));
const rounds = Number(process.env.PIER_TEST_ROUNDS ?? 25);

interface Case {
  readonly first: Made;
  readonly second: Made;
  readonly foreign: Made | undefined;
}

async function randomCase(random: Random, directory: string): Promise<Case> {
  const made = async (folder: string) => {
    const kind = random() < 0.5 ? 'venv' : 'conda';
    const prefix = path.join(directory, folder, random() < 0.5 ? 'envs' : oddName(random), oddName(random));
    const state: Record<string, string> = {};
    for (const name of ['STATE_A', 'STATE_B'])
      if (random() < 0.5) state[name] = pick(random, [...oddValues, '😀', 'tab\there']);
    const variables: Record<string, string> = random() < 0.3 ? { LD_LIBRARY_PATH: "/mod/it's lib:/mod2" } : {};
    return await madeEnvironment(prefix, kind, { state, variables, scripts: random() < 0.5, plain: random() < 0.5 });
  };
  const foreign =
    random() < 0.3
      ? await madeEnvironment(path.join(directory, 'conda'), 'conda', { state: { STATE_F: 'f' }, scripts: true })
      : undefined;
  return { first: await made('one'), second: await made('two'), foreign };
}

function scriptFor(
  shell: Shell,
  past: Past,
  { first, second, foreign }: Case,
  nested: boolean,
  changed: boolean,
  out: string,
): string {
  const { random } = past;
  const bin = (made: Made) => path.join(made.environment.prefix, 'bin');
  past.variables();
  past.path(bin(first), bin(second), ...(foreign ? [bin(foreign)] : []));
  if (foreign) {
    // What a conda has left that has it active: PATH, its variables, its scripts run.
    past.set('CONDA_PREFIX', foreign.environment.prefix, true);
    past.set('CONDA_SHLVL', '1', true);
    past.set('STATE_F', 'f', true);
    past.set('FROM_SCRIPT', foreign.environment.prefix, true);
    past.set('FROM_SCRIPT_WAS', '', true);
    past.set('ORDER', 'ab', true);
  } else if (random() < 0.4) {
    past.set('CONDA_PREFIX', '', true);
    past.set('CONDA_SHLVL', '0', true);
  }
  past.prompt();
  past.functions();
  past.options();
  const q = (file: string) => past.quote(file);
  const source = (made: Made) =>
    `${shell.end === 'sh' ? '.' : 'source'} ${q(path.join(made.environment.prefix, '.pier', `activate.${shell.end}`))}`;
  // A word that means something else by an alias is not ours; dash cannot tell what a function was.
  const word = past.lines.some(
    (line) => /^alias (deactivate|conda)/.test(line) || /^(function )?(deactivate|conda)[(;]/.test(line),
  )
    ? undefined
    : pick(random, [undefined, 'deactivate', 'conda deactivate']);
  const off =
    word ??
    `${{ sh: '_pier_mode=off', fish: 'set -g _pier_mode off', csh: 'set _pier_mode = off' }[shell.end]}; ${source(first)}`;
  const to = {
    sh: (file: string) => `>| ${file}`,
    fish: (file: string) => `> ${file}`,
    csh: (file: string) => `>! ${file}`,
  }[shell.end];
  const dump = (name: string) =>
    shell.end === 'sh'
      ? `{ ${shell.dump}; } ${to(q(`${out}.${name}`))}`
      : shell.end === 'fish'
        ? `begin; ${shell.dump}; end ${to(q(`${out}.${name}`))}`
        : `( ${shell.dump} ) ${to(q(`${out}.${name}`))}`;
  // Under -a this very line would export a PATH that was not.
  const lasting = changed && !past.lines.some((line) => /^set(opt)? (-a|all_export)$/.test(line));
  const longer =
    lasting &&
    { sh: 'PATH="/added:$PATH"', fish: 'set -gx PATH /added $PATH', csh: 'setenv PATH "/added:$PATH:q"' }[shell.end];
  const shorter = {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
    sh: 'PATH="${PATH#/added:}"',
    fish: 'set -gx PATH $PATH[2..-1]',
    csh: 'setenv PATH "`printenv PATH | sed s,^/added:,,`"',
  }[shell.end];
  return [
    ...past.lines,
    dump('before'),
    source(first),
    `/usr/bin/env -0 ${to(q(`${out}.active`))}`,
    ...(nested
      ? [source(second), `/usr/bin/env -0 ${to(q(`${out}.second`))}`, off, `/usr/bin/env -0 ${to(q(`${out}.again`))}`]
      : []),
    ...(longer ? [longer] : []),
    off,
    ...(longer ? [shorter] : []),
    dump('after'),
    '',
  ].join('\n');
}

function comparable(text: string, shell: Shell): string[] {
  const lines = text.split('\n').filter((line) => !shell.volatile.test(line));
  // Its variables are told in the order in which they were set last.
  return shell.name === 'tcsh' ? lines.sort() : lines;
}

function checkActive(variables: Record<string, string>, { environment, sets }: Made): void {
  const { prefix, kind } = environment;
  expect(variables.PATH?.startsWith(`${prefix}/bin:`)).toBe(true);
  expect(variables[kind === 'conda' ? 'CONDA_PREFIX' : 'VIRTUAL_ENV']).toBe(prefix);
  expect(variables).toMatchObject(sets);
  expect(variables.PYTHONNOUSERSITE).toBe('1');
  expect(variables.PYTHONPATH ?? '').toBe('');
  expect(variables.PYTHONHOME ?? '').toBe('');
  for (const [name, value] of Object.entries(environment.variables))
    expect(variables[name]?.startsWith(value)).toBe(true);
}

for (const shell of shells) {
  test(`in ${shell.name}, activate then deactivate leaves all as it was (seed ${seed})`, async () => {
    await using box = await sandbox();
    for (let round = 0; round < rounds; round++) {
      const random = randomFrom(seed + round);
      const directory = path.join(box.directory, `${shell.name} ${round}`);
      const world = await randomCase(random, directory);
      const out = path.join(directory, 'out');
      const [nested, changed] = [random() < 0.5, random() < 0.3];
      const script = scriptFor(shell, new Past(random, shell), world, nested, changed, out);
      const file = path.join(directory, 'script');
      await writeFile(file, script);
      const ran = await runShell([shell.name, ...shell.arguments, file], {
        env: { PATH: '/usr/bin:/bin', HOME: box.home },
        cwd: directory,
      });
      const told = `PIER_TEST_SEED=${seed + round}, ${shell.name}: ${ran.stderr}\n${script}`;
      const [before, after] = await Promise.all(
        ['before', 'after'].map(async (name) =>
          comparable(await readFile(`${out}.${name}`, 'utf8').catch(() => `no ${name}`), shell),
        ),
      );
      expect(after, told).toEqual(before);
      expect(ran.exitCode, told).toBe(0);
      checkActive(await environmentIn(`${out}.active`), world.first);
      if (nested) {
        checkActive(await environmentIn(`${out}.second`), world.second);
        expect(await environmentIn(`${out}.again`)).toEqual(await environmentIn(`${out}.active`));
      }
      await expect(readFile(path.join(directory, 'pwned')), told).rejects.toThrow();
    }
  });
}
