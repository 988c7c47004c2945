import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run, which } from '../process/index.ts';
import { type BuiltPier, buildPier } from './build-for-tests.ts';
import { shims } from './completion-shims.ts';

let pier: BuiltPier;
let home: string;

beforeAll(async () => {
  pier = await buildPier();
  home = await mkdtemp(path.join(tmpdir(), 'pier-home-'));
  for (const [shell, shim] of Object.entries(shims)) await writeFile(path.join(home, `pier.${shell}`), shim);
});
afterAll(async () => {
  await pier[Symbol.asyncDispose]();
  await rm(home, { recursive: true });
});

/** How a shell without a terminal completes a line; zsh cannot: see test/real/cli-completion.test.ts. */
const drivers: Readonly<Record<string, (line: string) => readonly string[]>> = {
  // complete -p names the function that bash would call; COMP_WORDS is split by bash's own rules in read.
  bash: (line) => [
    '--norc',
    '-c',
    `. "$HOME/pier.bash"; . "$HOME/pier.bash"
     COMP_LINE=$1 COMP_POINT=\${#1}; IFS=' ' read -r -a COMP_WORDS <<<"$1"
     case $1 in *' ') COMP_WORDS+=('') ;; esac
     COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
     _pier pier "\${COMP_WORDS[COMP_CWORD]}" "" && printf '%s\\n' "\${COMPREPLY[@]}"`,
    'bash',
    line,
  ],
  fish: (line) => ['--no-config', '-c', '. $HOME/pier.fish; . $HOME/pier.fish; complete -C $argv[1]', line],
};

async function complete(shell: string, line: string, directory = pier.bin): Promise<string[]> {
  const { stdout, stderr } = await run(shell, drivers[shell]?.(line) ?? [], {
    env: { PATH: `${directory}:${process.env.PATH}`, HOME: home },
    cwd: home,
    timeoutMs: 15_000,
  });
  expect(stderr).toBe('');
  return stdout.split('\n').flatMap((offered) => offered.split('\t')[0] || []);
}

for (const shell of Object.keys(drivers)) {
  const lacking = (await which(shell)) ? '' : ` (not run: this machine lacks ${shell})`;
  test.skipIf(lacking !== '')(`${shell} offers words, options and values${lacking}`, async () => {
    expect(await complete(shell, 'pier ses')).toEqual(['session']);
    expect(await complete(shell, 'pier env ')).toEqual(expect.arrayContaining(['list', 'create']));
    expect(await complete(shell, 'pier env create new --from s')).toEqual(['sci']);
    expect(await complete(shell, 'pier lab --no-b')).toEqual(['--no-browser']);
  });

  test.skipIf(lacking !== '')(`${shell} asks the pier that is typed where none is on PATH${lacking}`, async () => {
    expect(await complete(shell, `${pier.bin}/pier ses`, home)).toEqual(['session']);
    expect(await complete(shell, 'pier ses', home)).toEqual([]);
  });
}

test('no shim evaluates anything', () => {
  for (const shim of Object.values(shims)) expect(shim).not.toMatch(/\beval\b|compgen -W/);
});
